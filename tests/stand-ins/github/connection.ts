import { GraphQLError } from "graphql";

export type ConnectionArgs = {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
};

/** One stretch of a list in GraphQL's form; `keyOf` makes the cursors, which hold on while the list changes. */
export function connection<Item>(
  items: readonly Item[],
  { first, last, after, before }: ConnectionArgs,
  keyOf: (item: Item) => string,
  toNode: (item: Item) => unknown,
) {
  const cursorOf = (index: number): string => {
    const item = items[index];
    return Buffer.from(`${index} ${item === undefined ? "" : keyOf(item)}`).toString("base64");
  };
  /** Where the cursor's item is now, or was, if it is gone. */
  const indexOf = (cursor: string): number => {
    const [, index = "", key = ""] = /^(\d+) (.*)$/.exec(Buffer.from(cursor, "base64").toString("utf8")) ?? [];
    if (index === "") throw new GraphQLError(`\`${cursor}\` does not appear to be a valid cursor.`);
    const now = items.findIndex((item) => keyOf(item) === key);
    return now < 0 ? Number(index) - 1 : now;
  };
  const from = after == null ? 0 : indexOf(after) + 1;
  const to = before == null ? items.length : indexOf(before);
  const start = typeof first === "number" ? from : Math.max(from, to - (last ?? 0));
  const end = typeof first === "number" ? Math.min(to, from + first) : to;
  const taken = items.slice(start, end);
  return {
    totalCount: items.length,
    nodes: () => taken.map(toNode),
    edges: () => taken.map((item, at) => ({ cursor: cursorOf(start + at), node: toNode(item) })),
    pageInfo: {
      hasNextPage: end < items.length,
      hasPreviousPage: start > 0,
      startCursor: taken.length > 0 ? cursorOf(start) : null,
      endCursor: taken.length > 0 ? cursorOf(end - 1) : null,
    },
  };
}
