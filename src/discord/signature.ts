/** Seconds that a request's timestamp may lie off our clock; an older one may be a recording played again. */
export const MAX_AGE_S = 300;
const SIGNATURE = /^[0-9a-f]{128}$/i;
const TIMESTAMP = /^\d{1,12}$/;

/** What Discord sends along with each interaction over HTTP. */
export type Signed = { body: string; signature: string | undefined; timestamp: string | undefined };

/** The application's public key (64 hexadecimal digits) as WebCrypto takes it. */
export const publicKeyOf = (hex: string): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", Buffer.from(hex, "hex"), "Ed25519", false, ["verify"]);

/**
 * How many seconds our clock is ahead of the time that Discord signed; undefined where Discord itself did not send this:
 * Ed25519 over the timestamp and the body as it came (interactions/overview, "Setting up an endpoint"). `now` in milliseconds.
 */
export async function secondsSinceSigned(
  key: CryptoKey,
  { body, signature, timestamp }: Signed,
  now: number,
): Promise<number | undefined> {
  if (signature === undefined || timestamp === undefined) return undefined;
  if (!SIGNATURE.test(signature) || !TIMESTAMP.test(timestamp)) return undefined;
  const text = Buffer.from(timestamp + body);
  const isSigned = await crypto.subtle.verify("Ed25519", key, Buffer.from(signature, "hex"), text);
  return isSigned ? now / 1000 - Number(timestamp) : undefined;
}
