import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import type { Log } from "#src/base/log.ts";
import { createClockWarning } from "./clock.ts";
import { MAX_AGE_S, publicKeyOf, secondsSinceSigned } from "./signature.ts";

/** A message goes along with a press of its button: forty components, 4,000 characters, and who is who. */
const MAX_BODY = 262_144;
/** Discord asks now and then whether anybody is there (interaction type 1), and wants the same number back. */
const PING = z.object({ type: z.literal(1) });

export type InteractionsEndpoint = {
  publicKey: string;
  /** Serves one raw interaction, through Discord's own callback endpoint. Must not throw. */
  onInteraction: (payload: unknown) => void;
  log: Log;
  now?: () => number;
};

/**
 * `POST /interactions`, in place of the gateway: any process behind a load balancer can answer any interaction. Discord
 * takes 202 as the promise that the answer comes by the callback endpoint, the same as for the gateway; only its ping
 * must be answered here (discord-api-docs#7311). It also sends forged requests, and drops the address of who takes them.
 */
export async function interactionsEndpoint({
  publicKey,
  onInteraction,
  log,
  now = Date.now,
}: InteractionsEndpoint): Promise<Hono> {
  const key = await publicKeyOf(publicKey);
  const warn = createClockWarning(log, "what it sends is refused (unless somebody plays a recording again)");
  return new Hono().post("/interactions", bodyLimit({ maxSize: MAX_BODY }), async (context) => {
    const body = await context.req.text();
    const signed = {
      body,
      signature: context.req.header("x-signature-ed25519"),
      timestamp: context.req.header("x-signature-timestamp"),
    };
    const age = await secondsSinceSigned(key, signed, now());
    if (age === undefined || Math.abs(age) > MAX_AGE_S) {
      if (age !== undefined) warn(age);
      return context.text("invalid request signature\n", 401);
    }
    let payload: unknown;
    try {
      payload = JSON.parse(body);
    } catch {
      log.warn("Discord signed what is no JSON");
      return context.text("no JSON\n", 400);
    }
    if (PING.safeParse(payload).success) return context.json({ type: 1 });
    onInteraction(payload);
    return context.body(null, 202);
  });
}
