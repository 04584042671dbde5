/** What OpenSSL says, with the address of a thread before and a place in its source behind: `…:wrong version number:…`. */
const OPENSSL = /\berror:[0-9A-F]+:SSL routines:[^:]*:([^:]+):/;

/** Why a connection failed, in one line. */
export function networkFault(error: Error): string {
  const [, tls] = OPENSSL.exec(error.message) ?? [];
  if (tls !== undefined) return `TLS failed: ${tls}`;
  return error.message.replaceAll(/\s+/g, " ").trim() || ("code" in error ? String(error.code) : error.name);
}
