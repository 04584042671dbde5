import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { z } from "zod";
import { createLive, type Live } from "#src/base/live.ts";
import { UserError } from "#src/base/user-error.ts";
import type { View } from "#src/chat/view.ts";
import type { OpenOutput, Outputs } from "#src/tries/outputs.ts";
import type { Delivery, Progress, Try } from "#src/tries/try.ts";
import type { Subscriber } from "./stream.ts";

/** A try whose answer a visitor's page shows. */
export type PageTry = {
  delivery: Delivery;
  /** Whether it was begun at all. */
  begun: () => boolean;
  /** Shows it from where it is until it has ended or the page is gone. */
  watch: (subscriber: Subscriber) => Promise<void>;
};

export type PageTries = {
  /** A place for the try that is about to begin. Throws UserError where the address has too many. */
  expect: (visitor: string, address: string) => PageTry;
  /** A visitor's own try, while it goes on and a little longer. */
  find: (id: string, visitor: string) => PageTry | undefined;
};

export type PageTriesOptions = {
  outputs: Outputs;
  viewOf: (attempt: Try, progress: Progress) => Promise<View>;
  htmlOf: (view: View, attempt: Try) => Promise<string>;
  log: { debug: (details: object, message: string) => void };
  /** How long a try goes on while nobody watches it, and can be watched after it has ended. */
  graceMs?: number;
};

/** Milliseconds from one state being sent to the next: four a second are as good as more to the eye. */
const GAP_MS = 250;
const GRACE_MS = 10_000;
/** Tries of one client address at once, however many visitors it makes itself. */
const MOST_OF_ADDRESS = 8;

type OpenTry = { visitor: string; address: string; pageTry: PageTry; open: OpenOutput };

/** The name under which this process shows answers on its pages. */
const WEB = "web";
const place = z.object({ id: z.string() });

/** The tries that pages of this process show. One that nobody watches any more is stopped. */
export function createPageTries(options: PageTriesOptions): PageTries {
  const openTries = new Map<string, OpenTry>();
  options.outputs.register(WEB, "process", (attempt) => {
    const found = place.safeParse(attempt.delivery.address).data;
    return found && openTries.get(found.id)?.open(attempt);
  });
  return {
    expect: (visitor, address) => {
      if ([...openTries.values()].filter((item) => item.address === address).length >= MOST_OF_ADDRESS)
        throw new UserError("tryTooManyHere");
      const id = randomUUID();
      const { pageTry, open } = createPageTry(id, options, () => openTries.delete(id));
      openTries.set(id, { visitor, address, pageTry, open });
      return pageTry;
    },
    find: (id, visitor) => {
      const found = openTries.get(id);
      return found?.visitor === visitor ? found.pageTry : undefined;
    },
  };
}

const pageDelivery = (id: string): Delivery => ({
  surface: WEB,
  reach: { by: "process" },
  address: { id } satisfies z.infer<typeof place>,
  private: false,
});

function createPageTry(
  id: string,
  { viewOf, htmlOf, log, graceMs = GRACE_MS }: PageTriesOptions,
  forget: () => void,
): Pick<OpenTry, "pageTry" | "open"> {
  const subscribers = new Set<Subscriber>();
  const gone = new AbortController();
  const ended = Promise.withResolvers<void>();
  let attempt: Try | undefined;
  let newest: (() => Promise<View>) | undefined;
  /** The last word, as HTML. */
  let last: string | undefined;

  const later = (act: () => void): NodeJS.Timeout => setTimeout(act, graceMs).unref();
  const leave = (): void => {
    gone.abort();
    if (attempt === undefined) forget();
  };
  let unwatched = later(leave);

  const broadcast = async (view: View): Promise<void> => {
    if (attempt === undefined) return;
    const html = await htmlOf(view, attempt);
    await Promise.all([...subscribers].map(({ send }) => send({ show: html, at: "answer" })));
  };
  const again = (error: unknown): boolean => {
    log.debug({ err: error, try: attempt?.id }, "a state was passed over");
    return false;
  };
  /** That of whoever has it open: one process part may leave it to another. */
  let newestLive: Live<View> | undefined;

  const open: OpenOutput = (opened) => {
    attempt = opened;
    const live = createLive({ show: broadcast, gapMs: GAP_MS, again });
    newestLive = live;
    return {
      gone: gone.signal,
      update: (progress) => {
        newest = () => viewOf(opened, progress);
        live.update(newest);
      },
      leave: () => live.close(),
      finish: async (progress) => {
        await live.close();
        try {
          last = await htmlOf(await viewOf(opened, progress), opened);
        } finally {
          ended.resolve();
          clearTimeout(unwatched);
          later(forget);
        }
      },
    };
  };

  const watch = async (subscriber: Subscriber): Promise<void> => {
    clearTimeout(unwatched);
    subscribers.add(subscriber);
    await subscriber.send({ watch: id });
    if (newest && last === undefined) newestLive?.update(newest);
    await Promise.race([ended.promise, subscriber.gone.aborted ? undefined : once(subscriber.gone, "abort")]);
    subscribers.delete(subscriber);
    if (last !== undefined) await subscriber.send({ show: last, at: "answer" });
    else if (subscribers.size === 0) unwatched = later(leave);
  };

  return { open, pageTry: { delivery: pageDelivery(id), begun: () => attempt !== undefined, watch } };
}
