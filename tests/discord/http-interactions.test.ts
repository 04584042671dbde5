import { generateKeyPairSync, sign } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLog } from "#src/base/log.ts";
import { interactionsEndpoint } from "#src/discord/http-interactions.ts";

const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const hexOf = (key: typeof publicKey): string =>
  key.export({ format: "der", type: "spki" }).subarray(-32).toString("hex");
const NOW = 1_800_000_000_000;
const SECONDS = String(NOW / 1000);

const signatureOf = (text: string, key = privateKey): string => sign(null, Buffer.from(text), key).toString("hex");

async function endpoint(): Promise<{
  send: (body: string, headers?: Record<string, string>) => Promise<Response>;
  served: unknown[];
  warned: number[];
}> {
  const served: unknown[] = [];
  const warned: number[] = [];
  const hono = await interactionsEndpoint({
    publicKey: hexOf(publicKey),
    onInteraction: (payload) => served.push(payload),
    log: createLog({ logLevel: "warn" }, { write: (line) => warned.push(JSON.parse(line).seconds) }),
    now: () => NOW,
  });
  const send = async (body: string, headers: Record<string, string> = signed(body)): Promise<Response> =>
    hono.request("/interactions", { method: "POST", body, headers });
  return { send, served, warned };
}

const signed = (body: string, timestamp = SECONDS, key = privateKey): Record<string, string> => ({
  "x-signature-ed25519": signatureOf(timestamp + body, key),
  "x-signature-timestamp": timestamp,
});

describe("interactions over HTTP", () => {
  it("answers Discord's ping", async () => {
    const { send, served } = await endpoint();
    const answer = await send('{"type":1}');
    expect([answer.status, await answer.json()]).toEqual([200, { type: 1 }]);
    expect(served).toEqual([]);
  });

  it("takes an interaction with 202, once its signature holds", async () => {
    const { send, served } = await endpoint();
    const body = '{"type":2,"data":{"name":"你好"}}';
    expect((await send(body)).status).toBe(202);
    expect(served).toEqual([JSON.parse(body)]);
  });

  const body = '{"type":2}';
  const other = generateKeyPairSync("ed25519").privateKey;
  it.each([
    ["no signature", {}],
    ["another key", signed(body, SECONDS, other)],
    ["another body", signed('{"type":1}')],
    ["another timestamp", { ...signed(body), "x-signature-timestamp": String(NOW / 1000 + 1) }],
    ["a stale timestamp", signed(body, String(NOW / 1000 - 301))],
    ["a timestamp to come", signed(body, String(NOW / 1000 + 301))],
    ["no number as timestamp", signed(body, "now")],
    ["a short signature", { ...signed(body), "x-signature-ed25519": "00" }],
  ])("refuses %s", async (_what, headers) => {
    const { send, served } = await endpoint();
    expect((await send(body, headers)).status).toBe(401);
    expect(served).toEqual([]);
  });

  it("refuses whatever is not signed", async () => {
    const { send, served } = await endpoint();
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.stringMatching(/^[0-9a-f]{128}$/), async (text, signature) => {
        const headers = { "x-signature-ed25519": signature, "x-signature-timestamp": SECONDS };
        expect((await send(text, headers)).status).toBe(401);
      }),
      { numRuns: 50 },
    );
    expect(served).toEqual([]);
  });

  it.each([-300, 300])("takes a timestamp that is %d seconds off our clock", async (seconds) => {
    const { send } = await endpoint();
    expect((await send(body, signed(body, String(NOW / 1000 + seconds)))).status).toBe(202);
  });

  it.each([
    [-301, 301],
    [301, -301],
    [-28_800, 28_800],
  ])("says once that its own clock is off when Discord signed %d seconds from it", async (seconds, ahead) => {
    const { send, warned } = await endpoint();
    const headers = signed(body, String(NOW / 1000 + seconds));
    expect([(await send(body, headers)).status, (await send(body, headers)).status]).toEqual([401, 401]);
    expect(warned).toEqual([ahead]);
  });

  it("says nothing of a time that somebody else signed", async () => {
    const { send, warned } = await endpoint();
    expect((await send(body, signed(body, String(NOW / 1000 - 301), other))).status).toBe(401);
    expect(warned).toEqual([]);
  });

  it("refuses what is signed but no JSON, and one byte too much", async () => {
    const { send } = await endpoint();
    expect((await send("no json")).status).toBe(400);
    const text = (bytes: number): string => `"${"x".repeat(bytes - 2)}"`;
    expect([(await send(text(262_144))).status, (await send(text(262_145))).status]).toEqual([202, 413]);
  });
});
