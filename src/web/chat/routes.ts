import { Hono, type Context as Request } from "hono";
import { z } from "zod";
import { textIn } from "#src/base/locale.ts";
import { answerLine } from "#src/chat/line/answer.ts";
import { completeLine } from "#src/chat/line/complete.ts";
import { tryView } from "#src/chat/try/view.ts";
import { LIMITS } from "#src/chat/view.ts";
import { viewHtml } from "#src/web/html/view.ts";
import type { SitePart } from "#src/web/http/server.ts";
import { addressOf, visitorOf } from "#src/web/http/visitor.ts";
import { createVisitorLimits, type Most } from "#src/web/http/visitor-limits.ts";
import { visitorLocale } from "#src/web/http/visitor-locale.ts";
import { type Asker, answerPage, completionContext, PAGE_ROOM } from "./answer.ts";
import { wholeLines } from "./complete.ts";
import { chatPage, MAX_LINE } from "./page.ts";
import { type Listener, streamEvents } from "./stream.ts";
import { createPageTries } from "./tries.ts";

const page = z.object({ narrow: z.boolean().default(false) });
const lineBody = page.extend({ line: z.string().max(MAX_LINE) });
const pressBody = page.extend({
  id: z.string().min(1).max(LIMITS.customId),
  values: z.array(z.string().max(MAX_LINE)).max(LIMITS.selectOptions),
});
const watchBody = page.extend({ id: z.uuid() });

export type ChatOptions = { most?: Most; graceMs?: number };

/** The chat page: commands typed there go through the very router that Discord's do. */
export const chatWith =
  ({ most, graceMs }: ChatOptions): SitePart =>
  (app, settings) => {
    const { router, services, log } = app;
    const limits = createVisitorLimits(most);
    const tries = createPageTries({
      outputs: app.outputs,
      log,
      ...(graceMs !== undefined && { graceMs }),
      viewOf: async (attempt, progress) =>
        tryView(attempt, progress, {
          text: textIn(attempt.locale),
          room: PAGE_ROOM,
          entry: services.catalog.entry(attempt.target.entryId ?? ""),
        }),
      htmlOf: (view, attempt) => viewHtml(view, textIn(attempt.locale)),
    });

    /** Reads what the page sent, within what one address may send. */
    const served =
      <Body extends { narrow: boolean }>(
        schema: z.ZodType<Body>,
        kind: "act" | "complete",
        answer: (request: Request, body: Body, asker: Asker) => Response | Promise<Response>,
      ) =>
      async (request: Request): Promise<Response> => {
        const locale = visitorLocale(request, services.locale);
        const text = textIn(locale);
        const address = addressOf(request);
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
    const answering = (
      request: Request,
      { address, locale }: Asker,
      kind: "line" | "press",
      act: (listener: Listener) => Promise<void>,
    ): Response => {
      const release = limits.open(address, kind);
      if (release === undefined) return request.text(textIn(locale)("web.chatPage.tooMany"), 429);
      const closed = app.metrics.web.opened();
      const close = (): void => {
        release();
        closed();
      };
      return streamEvents(request, log, (listener) => act(listener).finally(close));
    };

    return new Hono()
      .get("/", (request) => {
        request.header("cache-control", "no-cache");
        request.header("vary", "accept-language, cookie");
        return request.html(chatPage(router.commands, visitorLocale(request, services.locale)));
      })
      .post(
        "/chat/complete",
        served(lineBody, "complete", (request, { line }, asker) =>
          request.json(wholeLines(line, completeLine(line, router, completionContext(app, asker)))),
        ),
      )
      .post(
        "/chat/line",
        served(lineBody, "act", (request, { line }, asker) =>
          answering(request, asker, "line", (listener) =>
            answerPage((context) => answerLine(line, router, context), asker, { app, tries, listener, at: "answer" }),
          ),
        ),
      )
      .post(
        "/chat/press",
        served(pressBody, "act", (request, { id, values }, asker) => {
          const at = router.action(id)?.answer === "update" ? "pressed" : "answer";
          return answering(request, asker, "press", (listener) =>
            answerPage((context) => router.press(id, values, context), asker, { app, tries, listener, at }),
          );
        }),
      )
      .post(
        "/chat/watch",
        served(watchBody, "act", (request, { id }, asker) => {
          const found = tries.find(id, asker.person.id);
          if (found === undefined) return request.text(textIn(asker.locale)("web.chatPage.broken"), 404);
          return answering(request, asker, "line", found.watch);
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
