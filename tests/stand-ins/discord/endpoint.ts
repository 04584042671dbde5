import { generateKeyPairSync, sign } from "node:crypto";
import { afterTicks } from "#tests/patience.ts";

/** A signed request, which can be sent again. */
type Request = { body: string; headers: Record<string, string> };

/**
 * Discord's other way to hand interactions over: signed requests to an address that was set for the application. Several
 * addresses stand for the processes behind a load balancer: each takes its turn, and one that is down is passed over.
 * `timeoutMs`: how long Discord waits for an answer. `now`: the clock that Discord has, in ms since 1970.
 */
export function createEndpoints(violation: (fault: string) => void, timeoutMs: number, now: () => number) {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const urls: string[] = [];
  let turn = 0;

  const signed = (body: string, key = privateKey): Request => {
    const timestamp = String(Math.floor(now() / 1000));
    const signature = sign(null, Buffer.from(timestamp + body), key).toString("hex");
    return { body, headers: { "x-signature-ed25519": signature, "x-signature-timestamp": timestamp } };
  };

  const send = (url: string, { body, headers }: Request): Promise<Response> => {
    const late = new AbortController();
    const inTime = afterTicks(timeoutMs, () => late.abort());
    return fetch(url, {
      method: "POST",
      body,
      signal: late.signal,
      headers: { "content-type": "application/json", ...headers },
    }).finally(inTime);
  };

  /** Discord checks an address with a ping, and with a forged one, which must be refused. */
  const accepts = async (url: string): Promise<boolean> => {
    const forger = generateKeyPairSync("ed25519").privateKey;
    try {
      const [pong, forged] = [await send(url, signed('{"type":1}')), await send(url, signed('{"type":1}', forger))];
      return pong.status === 200 && JSON.stringify(await pong.json()) === '{"type":1}' && forged.status === 401;
    } catch {
      return false;
    }
  };

  let newest: Request | undefined;
  const deliver = async (payload: unknown, times: number): Promise<void> => {
    const request = signed(JSON.stringify(payload));
    newest = request;
    await Promise.all(Array.from({ length: times }, () => deliverOnce(request)));
  };

  const deliverOnce = async (request: Request): Promise<void> => {
    for (let attempt = 0; attempt < urls.length; attempt++) {
      const url = urls[turn++ % urls.length];
      const answer = url === undefined ? undefined : await send(url, request).catch(() => undefined);
      if (answer === undefined || answer.status >= 500) continue;
      if (answer.status !== 202)
        violation(`an interaction over HTTP was answered with ${answer.status}, and not with 202`);
      return;
    }
    violation("an interaction over HTTP found no process that takes it");
  };

  return {
    /** As the developer portal shows it. */
    publicKey: publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("hex"),
    urls,
    deliver,
    /** The same signed request once more. */
    deliverAgain: async (): Promise<void> => {
      if (newest) await deliverOnce(newest);
    },
    accepts,
  };
}
