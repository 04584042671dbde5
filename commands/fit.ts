import { z } from "zod";
import { UserError } from "#src/base/user-error.ts";
import { FIT_PURPOSES, type FitPurpose } from "#src/catalog/entry/purposes.ts";
import { type FitRequest, findFits } from "#src/catalog/memory/fit.ts";
import { cardsText, LEAST_GB, MOST_GB, readCards, readRam, readTokens } from "#src/catalog/memory/machine.ts";
import type { CatalogData } from "#src/catalog/search/search.ts";
import { type CatalogContext, choice, defineCommand, flag, text } from "#src/chat/command.ts";
import { fitList } from "#src/chat/fit/list.ts";
import { suggestCards } from "#src/chat/suggest/cards.ts";
import { customId, type View } from "#src/chat/view.ts";

type Asked = { vram: string; ram: string | undefined; context: string | undefined };

/** `/fit 24 GB` on the terminal: the unit stands where the main memory would. */
const UNIT = /^g(?:i?b)?$/i;

function readRequest(
  { vram, ram, context }: Asked,
  purpose: FitPurpose | undefined,
  commercial: boolean,
  { cards: known }: Pick<CatalogData, "cards">,
): FitRequest {
  const [cardsTyped, ramTyped] = ram !== undefined && UNIT.test(ram) ? [`${vram} ${ram}`, undefined] : [vram, ram];
  const cards = readCards(cardsTyped, known);
  if (cards === undefined) throw new UserError("invalidCards", { given: vram, least: LEAST_GB, most: MOST_GB });
  const ramGb = ramTyped === undefined ? undefined : readRam(ramTyped);
  if (ramTyped !== undefined && ramGb === undefined)
    throw new UserError("invalidRam", { given: ramTyped, least: LEAST_GB, most: MOST_GB });
  const contextTokens = context === undefined ? undefined : readTokens(context);
  if (context !== undefined && contextTokens === undefined) throw new UserError("invalidContext", { given: context });
  return { machine: { ...cards, ramGb }, contextTokens, purpose, commercial };
}

const NONE = "-";
const orNone = (value: string | number | undefined): string | number => value ?? NONE;

/** A page's custom id carries the whole request, read again as if it were typed. */
const pageState = z
  .tuple([
    z.coerce.number().int().nonnegative(),
    z.string(),
    z.string(),
    z.string(),
    z.enum([...FIT_PURPOSES, NONE]),
    z.enum(["all", "commercial"]),
  ])
  .transform(([page, vram, ram, context, purpose, license]) => {
    const given = (value: string): string | undefined => (value === NONE ? undefined : value);
    const asked = { vram, ram: given(ram), context: given(context) };
    return { page, asked, purpose: purpose === NONE ? undefined : purpose, commercial: license === "commercial" };
  });

function list(request: FitRequest, page: number, context: CatalogContext): View {
  const { machine, contextTokens, purpose, commercial } = request;
  const state = [
    cardsText(machine),
    orNone(machine.ramGb),
    orNone(contextTokens),
    orNone(purpose),
    commercial ? "commercial" : "all",
  ];
  const id = (other: number): string => customId("fit", "page", other, ...state);
  return fitList(findFits(context.catalog.entries, request), request, { page, id }, context);
}

export const fit = defineCommand({
  name: "fit",
  options: {
    vram: text({ required: true, maxLength: 50, autocomplete: suggestCards }),
    ram: text({ required: false, maxLength: 20 }),
    context: text({ required: false, maxLength: 20 }),
    purpose: choice(FIT_PURPOSES),
    commercial: flag(),
  },
  examples: ["8", "24GB context:32k", "8 ram:64", "12 purpose:code commercial:true", "2x24"],
  needs: "catalog",
  acknowledge: "answer",
  async execute({ vram, ram, context: tokens, purpose, commercial = false }, context) {
    const request = readRequest({ vram, ram, context: tokens }, purpose, commercial, context.catalog);
    await context.reply(list(request, 0, context));
  },
  components: {
    page: {
      answer: "update",
      async execute(state, _chosen, context) {
        const { page, asked, purpose, commercial } = pageState.parse(state.split(":"));
        const request = readRequest(asked, purpose, commercial, context.catalog);
        await context.reply(list(request, page, context));
      },
    },
  },
});
