import { plain } from "#src/base/markdown.ts";
import { UserError } from "#src/base/user-error.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { subjectNamed } from "#src/catalog/search/subject.ts";
import { MAX_TYPED_NAME } from "#src/catalog/search/written-name.ts";
import { type Context, defineCommand, text } from "#src/chat/command.ts";
import { entryLine, openMenu, unknownView } from "#src/chat/model/list.ts";
import { modelPage } from "#src/chat/model/page.ts";
import { takenText } from "#src/chat/model/subject-lines.ts";
import { suggestModels } from "#src/chat/suggest/models.ts";
import { container, textDisplay, type View } from "#src/chat/view.ts";

const NEAR = 10;

/**
 * An own name opens the entry, a variant's the entry at that variant; a family's name opens its newest. Where others of the
 * family go by that name (`qwen`), they are offered too; of other names that mean several it is said which one was taken.
 * Of an unknown name the nearest are offered.
 */
function answer(name: string, context: Context): View {
  const found = subjectNamed(name, context.catalog);
  if (found === undefined) return unknown(name, context);
  const { entry, variant } = found.subject;
  const isFamily = found.kind === "family";
  const remarks = isFamily ? [] : takenText(name, { ...found, family: [] }, context.text);
  const page = modelPage(entry, 0, context, { variant, remarks });
  const relatives = (isFamily ? found.others : (found.family ?? [])).slice(0, NEAR);
  if (relatives.length === 0) return page;
  const entries = relatives.map((relative) => relative.entry);
  return {
    components: [
      ...page.components,
      container([textDisplay(familyText(name, entries, context)), ...openMenu(entries, context)]),
    ],
  };
}

/** Where room is short the menu alone says who they are. */
function familyText(name: string, relatives: Entry[], context: Context): string {
  const lines = Number.isFinite(context.room.characters) ? [] : relatives.map((entry) => entryLine(entry, context));
  return [context.text("model.family", { name: plain(name) }), ...lines].join("\n");
}

function unknown(name: string, context: Context): View {
  const near = context.catalog.names.near(name, NEAR);
  if (near.length === 0) throw new UserError("unknownModel", { name });
  return unknownView(name, near, context);
}

function entryOf(id: string, { catalog }: Context): Entry {
  const entry = catalog.entry(id);
  if (entry === undefined) throw new UserError("entryGone", { id });
  return entry;
}

/** Another page of an entry, at the variant at which it was opened; that may be gone since. */
function pageAgain([id = "", ...variant]: readonly string[], page: string, context: Context): View {
  const entry = entryOf(id, context);
  const named = entry.variants?.find(({ name }) => name === variant.join(":"));
  return modelPage(entry, Number.parseInt(page, 10) || 0, context, { variant: named });
}

export const model = defineCommand({
  name: "model",
  options: { name: text({ required: true, maxLength: MAX_TYPED_NAME, autocomplete: suggestModels }) },
  examples: ["chatglm", "chinese-vicuna", "belle"],
  needs: "runtime",
  acknowledge: "answer",
  async execute({ name }, context) {
    await context.reply(answer(name, context));
  },
  components: {
    /** A menu of entries: the chosen value is the id. */
    open: {
      answer: "reply",
      async execute(_state, [id = ""], context) {
        await context.reply(modelPage(entryOf(id, context), 0, context));
      },
    },
    page: {
      answer: "update",
      async execute(state, _chosen, context) {
        const [page = "", ...opened] = state.split(":");
        await context.reply(pageAgain(opened, page, context));
      },
    },
    section: {
      answer: "update",
      async execute(state, [page = ""], context) {
        await context.reply(pageAgain(state.split(":"), page, context));
      },
    },
  },
});
