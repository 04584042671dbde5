import { BlockList, isIP } from "node:net";

/** Addresses that are no public ones: of this machine, of its networks, of clouds' services for it (IANA special-purpose). */
const INTERNAL = new BlockList();
for (const [address, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const)
  INTERNAL.addSubnet(address, bits, "ipv4");
for (const [address, bits] of [
  ["::", 96],
  ["64:ff9b::", 96],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const)
  INTERNAL.addSubnet(address, bits, "ipv6");

/** Names that are looked up in no public network. */
const INTERNAL_NAME = /^[^.]+$|(?:^|\.)(?:localhost|local|internal|lan|home\.arpa)$/;

/** Whether an address is of this machine or of its own networks, as far as it tells without asking for its name. */
export function isInternal({ hostname }: URL): boolean {
  const host = hostname
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
  const version = isIP(host);
  return version === 0 ? INTERNAL_NAME.test(host) : INTERNAL.check(host, version === 6 ? "ipv6" : "ipv4");
}

/**
 * Where a redirect leads; undefined where it is not followed: to what is no web address, from https to http, and from a
 * public hub to an address of this machine or of its networks.
 */
export function redirectTarget(location: string, from: URL, configured: URL): URL | undefined {
  const target = URL.parse(location, from);
  if (target === null || !/^https?:$/.test(target.protocol)) return undefined;
  if (from.protocol === "https:" && target.protocol === "http:") return undefined;
  if (isInternal(target) && target.origin !== configured.origin && !isInternal(configured)) return undefined;
  return target;
}
