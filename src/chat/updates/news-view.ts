import { code, plain } from "#src/base/markdown.ts";
import type { Context } from "#src/chat/command.ts";
import { about, openMenu } from "#src/chat/model/list.ts";
import { namesText, releaseText } from "#src/chat/model/release-text.ts";
import { paginate } from "#src/chat/pages.ts";
import { container, separator, textDisplay, type View } from "#src/chat/view.ts";
import type { News } from "#src/sync/refresh/news.ts";

/** Entries that one message names; the rest is counted. */
const NAMED = 10;
/** Characters of all names together: a message has room for 4000. */
const CHARACTERS = 3600;

type NewsContext = Pick<Context, "text" | "locale">;

/** What is new in the catalog, in one message. */
export function newsView(news: readonly News[], context: NewsContext): View {
  const { text } = context;
  const lines = news.map((item) => ({ item, line: newsLine(item, context) }));
  const room = { items: NAMED, characters: CHARACTERS };
  const [shown = []] = paginate(lines, ({ line }) => line.length + 1, room);
  const left = news.length - shown.length;
  return {
    components: [
      container([
        textDisplay(`### ${text("news.heading")}`),
        separator(),
        textDisplay(
          [...shown.map(({ line }) => line), ...(left > 0 ? [`-# ${text("news.more", { count: left })}`] : [])].join(
            "\n",
          ),
        ),
        ...openMenu(
          shown.map(({ item }) => item.entry),
          context,
        ),
      ]),
    ],
  };
}

function newsLine({ entry, added, release, variants, weights }: News, context: NewsContext): string {
  const { text } = context;
  const labels = weights.map(({ label }) => label);
  const parts = [
    added
      ? [text("news.added"), ...(entry.unreviewed ? [`⚠ ${text("facts.unreviewed")}`] : []), about(entry, context)]
      : [],
    release === undefined
      ? []
      : text("updates.release", { tag: [releaseText(entry), release.date ?? ""].join(" ").trim() }),
    variants.length > 0 ? text("news.variants", { names: namesText(variants, context) }) : [],
    labels.length > 0 ? text("news.weights", { names: namesText(labels, context) }) : [],
  ].flat();
  return `- **${plain(entry.name)}** ${code(entry.id)} · ${parts.join(" · ")}`;
}
