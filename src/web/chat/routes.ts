import { Hono, type Context as Request } from "hono";
import { z } from "zod";
import { textIn } from "#src/base/locale.ts";
import { answerLine } from "#src/chat/line/answer.ts";
import { completeLine } from "#src/chat/line/complete.ts";
import { tryView } from "#src/chat/try/view.ts";
import { LIMITS } from "#src/chat/view.ts";
import { viewHtml } from "#src/web/html/view.ts";
import type { SitePart } from "#src/web/http/server.ts";
import { clientAddress, visitorOf } from "#src/web/http/visitor.ts";
import { createVisitorLimits, type RequestLimits } from "#src/web/http/visitor-limits.ts";
import { visitorLocale } from "#src/web/http/visitor-locale.ts";
import { answerPage, completionContext, PAGE_ROOM, type Visitor } from "./answer.ts";
import { wholeLines } from "./complete.ts";
import { chatPage, MAX_LINE } from "./page.ts";
import { type Subscriber, streamEvents } from "./stream.ts";
import { createPageTries } from "./tries.ts";

const page = z.object({ narrow: z.boolean().default(false) });
const lineBody = page.extend({ line: z.string().max(MAX_LINE) });
const pressBody = page.extend({
  id: z.string().min(1).max(LIMITS.customId),
  values: z.array(z.string().max(MAX_LINE)).max(LIMITS.selectOptions),
});
const watchBody = page.extend({ id: z.uuid() });

export type ChatOptions = { limits?: RequestLimits; graceMs?: number };

/** The chat page: commands typed there go through the very router that Discord's do. */
export const chatWith =
  ({ limits: requestLimits, graceMs }: ChatOptions): SitePart =>
  (app, settings) => {
    const { router, services, log } = app;
    const limits = createVisitorLimits(requestLimits);
    const tries = createPageTries({
      outputs: app.outputs,
      log,
      ...(graceMs !== undefined && { graceMs }),
      viewOf: async (attempt, progress) =>
        tryView(attempt, progress, {
          text: textIn(attempt.locale),
          room: PAGE_ROOM,
          entryOf: (id) => services.catalog.entry(id),
        }),
      htmlOf: (view, attempt) => viewHtml(view, textIn(attempt.locale)),
    });

    /** Reads what the page sent, within what one address may send. */
    const handle =
      <Body extends { narrow: boolean }>(
        schema: z.ZodType<Body>,
        kind: "act" | "complete",
        answer: (request: Request, body: Body, visitor: Visitor) => Response | Promise<Response>,
      ) =>
      async (request: Request): Promise<Response> => {
        const locale = visitorLocale(request, services.locale);
        const text = textIn(locale);
        const address = clientAddress(request);
        const refused = await limits[kind](address);
        if (refused) {
          const seconds = Math.ceil(refused.waitMs / 1000);
          return request.text(text("web.chatPage.tooFast", { seconds }), 429, { "retry-after": String(seconds) });
        }
        const body = await bodyOf(request, schema);
        if (body === undefined) return request.text(text("web.chatPage.refused"), 400);
        return answer(request, body, { person: visitorOf(request, settings), locale, address, narrow: body.narrow });
      };

    /** Answers with events, of which one address may have so many open. */
    const streamAnswer = (
      request: Request,
      { address, locale }: Visitor,
      kind: "line" | "press",
      act: (subscriber: Subscriber) => Promise<void>,
    ): Response => {
      const release = limits.open(address, kind);
      if (release === undefined) return request.text(textIn(locale)("web.chatPage.tooMany"), 429);
      const closed = app.metrics.web.opened();
      const close = (): void => {
        release();
        closed();
      };
      return streamEvents(request, log, (subscriber) => act(subscriber).finally(close));
    };

    return new Hono()
      .get("/", (request) => {
        request.header("cache-control", "no-cache");
        request.header("vary", "accept-language, cookie");
        return request.html(chatPage(router.commands, visitorLocale(request, services.locale)));
      })
      .post(
        "/chat/complete",
        handle(lineBody, "complete", (request, { line }, visitor) =>
          request.json(wholeLines(line, completeLine(line, router, completionContext(app, visitor)))),
        ),
      )
      .post(
        "/chat/line",
        handle(lineBody, "act", (request, { line }, visitor) =>
          streamAnswer(request, visitor, "line", (subscriber) =>
            answerPage((context) => answerLine(line, router, context), visitor, {
              app,
              tries,
              subscriber,
              at: "answer",
            }),
          ),
        ),
      )
      .post(
        "/chat/press",
        handle(pressBody, "act", (request, { id, values }, visitor) => {
          const at = router.action(id)?.answer === "update" ? "pressed" : "answer";
          return streamAnswer(request, visitor, "press", (subscriber) =>
            answerPage((context) => router.press(id, values, context), visitor, { app, tries, subscriber, at }),
          );
        }),
      )
      .post(
        "/chat/watch",
        handle(watchBody, "act", (request, { id }, visitor) => {
          const found = tries.find(id, visitor.person.id);
          if (found === undefined) return request.text(textIn(visitor.locale)("web.chatPage.broken"), 404);
          return streamAnswer(request, visitor, "line", found.watch);
        }),
      );
  };

export const chat: SitePart = chatWith({});

/** Undefined for what our own page does not send; another site's form cannot say that it is JSON. */
async function bodyOf<Body>(request: Request, schema: z.ZodType<Body>): Promise<Body | undefined> {
  if (!request.req.header("content-type")?.startsWith("application/json")) return undefined;
  const body: unknown = await request.req.json().catch(() => undefined);
  return schema.safeParse(body).data;
}
