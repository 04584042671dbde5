import type { Entry } from "#src/catalog/entry/schema.ts";
import type { Fault } from "./fault.ts";

/** What it is made for is missing, or does not say the field of knowledge that readers from before know. */
export function purposeFaults({ unreviewed, domain, purposes }: Entry): Fault[] {
  if (purposes === undefined) return unreviewed ? [] : [{ path: ["purposes"], rule: "noPurposes", params: {} }];
  if (domain === undefined || purposes.includes(domain)) return [];
  return [{ path: ["domain"], rule: "domainNotPurpose", params: { domain } }];
}
