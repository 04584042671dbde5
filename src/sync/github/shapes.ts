import { z } from "zod";

/** `owner/name` as GitHub writes it. */
export const repositoryName = z.string().regex(/^[\w.-]+\/[\w.-]+$/);
export const objectId = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
/** Any ISO 8601 date, as UTC and without needless fractions. */
export const utcDate = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text).toISOString().replace(".000Z", "Z"));
export const webAddress = z.url({ protocol: /^https?$/ });
