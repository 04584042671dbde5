import { z } from "zod";
import { SORTS } from "#src/catalog/search/query.ts";
import { type CatalogContext, choice, defineCommand, text } from "#src/chat/command.ts";
import { modelList } from "#src/chat/model/list.ts";
import { suggestQueries } from "#src/chat/suggest/queries.ts";
import { customId, type View } from "#src/chat/view.ts";

/** A page's custom id carries the whole query, so it must leave room for the rest of the id (100 characters in all). */
const MAX_QUERY = 70;
const NO_SORT = "-";

const pageState = z
  .tuple([z.coerce.number().int().nonnegative(), z.enum([...SORTS, NO_SORT])], z.string())
  .transform(([page, sort, ...query]) => ({ page, sort: sort === NO_SORT ? undefined : sort, query: query.join(":") }));

type ListState = { query: string; sort: (typeof SORTS)[number] | undefined; page: number };

function list({ query, sort, page }: ListState, context: CatalogContext): View {
  const id = (other: number): string => customId("models", "page", other, sort ?? NO_SORT, query);
  return modelList(context.catalog.search(query, { sort }), { page, id }, context);
}

export const models = defineCommand({
  name: "models",
  options: {
    query: text({ required: false, maxLength: MAX_QUERY, autocomplete: suggestQueries }),
    sort: choice(SORTS),
  },
  examples: ["int4", "6G显存 商用", "<=8GB 7b", "sort:newest moe"],
  needs: "catalog",
  acknowledge: "answer",
  async execute({ query = "", sort }, context) {
    await context.reply(list({ query, sort, page: 0 }, context));
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
