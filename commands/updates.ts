import { z } from "zod";
import { UserError } from "#src/base/user-error.ts";
import { daysBefore, readSince } from "#src/catalog/search/since.ts";
import { updatesOf, updatesSince } from "#src/catalog/updates.ts";
import { type Autocomplete, type CatalogContext, defineCommand, type Suggestion, text } from "#src/chat/command.ts";
import { updateList } from "#src/chat/updates/list.ts";
import { clip, customId, LIMITS, type View } from "#src/chat/view.ts";

const DEFAULT_DAYS = 90;
const STARTERS = ["7d", "30d", "90d", "1y"];

const pageState = z
  .tuple([z.coerce.number().int().nonnegative(), z.string().regex(/^\d{4}(?:-\d{2}){0,2}$/)])
  .transform(([page, since]) => ({ page, since }));

const todayOf = ({ now }: Pick<CatalogContext, "now">): string => new Date(now()).toISOString().slice(0, 10);

/** Periods, and the years and months in which something came out, each with how much that is. */
const suggestSince: Autocomplete = (typed, context) => {
  const updates = updatesOf(context.catalog.entries);
  const today = todayOf(context);
  const months = updates.flatMap(({ date }) => [date.slice(0, 4), date.slice(0, 7)]);
  const wanted = typed.trim().toLowerCase();
  const offered = [...STARTERS, ...new Set(months)].filter((item) => item.startsWith(wanted));
  const understood = readSince(typed, today) === undefined ? [] : [typed.trim()];
  return [...new Set([...understood, ...offered])].slice(0, LIMITS.suggestions).flatMap((value): Suggestion | [] => {
    const since = readSince(value, today);
    if (since === undefined) return [];
    const count = updatesSince(updates, since).length;
    return { name: clip(context.text("updates.suggestion", { value, since, count }), LIMITS.optionText), value };
  });
};

/** A page keeps the date and not the period, so that it stays the same list tomorrow. */
function list({ since, page }: { since: string; page: number }, context: CatalogContext): View {
  return updateList({ since, page }, (other) => customId("updates", "page", other, since), context);
}

export const updates = defineCommand({
  name: "updates",
  options: { since: text({ required: false, maxLength: 30, autocomplete: suggestSince }) },
  examples: ["", "7d", "3个月", "2026-08"],
  needs: "catalog",
  acknowledge: "answer",
  async execute({ since: typed }, context) {
    const today = todayOf(context);
    const since = typed === undefined ? daysBefore(today, DEFAULT_DAYS) : readSince(typed, today);
    if (since === undefined) throw new UserError("invalidSince", { since: typed ?? "" });
    await context.reply(list({ since, page: 0 }, context));
  },
  components: {
    page: {
      answer: "update",
      async execute(state, _chosen, context) {
        await context.reply(list(pageState.parse(state.split(":")), context));
      },
    },
  },
});
