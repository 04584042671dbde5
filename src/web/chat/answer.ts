import { type Locale, textIn } from "#src/base/locale.ts";
import type { Person } from "#src/base/person.ts";
import type { Context } from "#src/chat/command.ts";
import type { Services } from "#src/chat/services.ts";
import { snapshotWith } from "#src/chat/snapshot.ts";
import { type Room, textDisplay } from "#src/chat/view.ts";
import { viewHtml } from "#src/web/html/view.ts";
import type { WebApp } from "#src/web/http/server.ts";
import type { Event, Subscriber } from "./stream.ts";
import type { PageTries, PageTry } from "./tries.ts";

/** Charts are drawn from their figures, which needs no picture. Longer answers come as a file. */
export const PAGE_ROOM: Room = {
  components: Number.POSITIVE_INFINITY,
  characters: 20_000,
  listLength: 10,
  tables: true,
  pictures: false,
  live: true,
};

/** Who asks, in which language and from where, and whether the page is too narrow for tables. */
export type Visitor = { person: Person; locale: Locale; address: string; narrow: boolean };

type Show = Extract<Event, { show: string }>;

/** Lets a command answer a page, and shows the try that it has begun to its end. */
export async function answerPage(
  act: (context: Context) => Promise<unknown>,
  visitor: Visitor,
  { app, tries, subscriber, at }: { app: WebApp; tries: PageTries; subscriber: Subscriber; at: Show["at"] },
): Promise<void> {
  const text = textIn(visitor.locale);
  let begun: PageTry | undefined;
  const context = snapshotWith(app.services, {
    ...ownSession(app, visitor),
    person: visitor.person,
    room: { ...PAGE_ROOM, tables: !visitor.narrow },
    // As on Discord, what is for one person alone never takes the place of what was there.
    reply: async (view) => subscriber.send({ show: await viewHtml(view, text), at: view.private ? "answer" : at }),
    seal: async (line) => {
      const show = await viewHtml({ components: [textDisplay(`-# ${line}`)] }, text);
      await subscriber.send({ show, at, seals: true });
    },
    ask: (modal) => subscriber.send({ ask: modal }),
    begin: async () => {
      begun = tries.expect(visitor.person.id, visitor.address);
      return begun.delivery;
    },
  });
  await act(context);
  if (begun?.begun()) await begun.watch(subscriber);
}

/** What completions may know of a visitor's session. */
export const completionContext = (app: WebApp, { person, locale }: Pick<Visitor, "person" | "locale">) =>
  snapshotWith(app.services, ownSession(app, { person, locale }));

const ownSession = (app: WebApp, { person, locale }: Pick<Visitor, "person" | "locale">) => ({
  locale,
  text: textIn(locale),
  commands: app.router.commands,
  tries: ownTries(app.services.tries, person),
});

/** Visitors do not see each other: whoever learned the id of a try finds it only if it is theirs. */
const ownTries = (tries: Services["tries"], person: Person): Services["tries"] => ({
  ...tries,
  find: async (id) => {
    const found = await tries.find(id);
    return found?.try.person === person.id ? found : undefined;
  },
});
