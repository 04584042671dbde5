import { generateKeyPairSync, sign } from "node:crypto";
import { afterTicks } from "#tests/patience.ts";

/**
 * Discord's other way to hand interactions over: signed requests to an address that was set for the application. Several
 * addresses stand for the processes behind a load balancer: each takes its turn, and one that is down is passed over.
 * `timeoutMs`: how long Discord waits for an answer.
 */
export function createEndpoints(violation: (fault: string) => void, timeoutMs: number) {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const urls: string[] = [];
  let turn = 0;

  const send = (url: string, body: string, key = privateKey): Promise<Response> => {
    const late = new AbortController();
    const inTime = afterTicks(timeoutMs, () => late.abort());
    const timestamp = String(Math.floor(Date.now() / 1000));
    return fetch(url, {
      method: "POST",
      body,
      signal: late.signal,
      headers: {
        "content-type": "application/json",
        "x-signature-ed25519": sign(null, Buffer.from(timestamp + body), key).toString("hex"),
        "x-signature-timestamp": timestamp,
      },
    }).finally(inTime);
  };

  /** Discord checks an address with a ping, and with a forged one, which must be refused. */
  const accepts = async (url: string): Promise<boolean> => {
    const forger = generateKeyPairSync("ed25519").privateKey;
    try {
      const [pong, forged] = [await send(url, '{"type":1}'), await send(url, '{"type":1}', forger)];
      return pong.status === 200 && JSON.stringify(await pong.json()) === '{"type":1}' && forged.status === 401;
    } catch {
      return false;
    }
  };

  const deliver = async (payload: unknown): Promise<void> => {
    const body = JSON.stringify(payload);
    for (let attempt = 0; attempt < urls.length; attempt++) {
      const url = urls[turn++ % urls.length];
      const answer = url === undefined ? undefined : await send(url, body).catch(() => undefined);
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
    accepts,
  };
}
