import { code, plain } from "#src/base/markdown.ts";
import type { Person } from "#src/base/person.ts";
import type { Host } from "#src/inference/fleet.ts";

/** A host as people know it, by its name; administrators see where it is, too. Markdown. */
export const hostText = ({ label, address: { url } }: Host, { admin }: Pick<Person, "admin">): string =>
  // A worker of an older version does not say where its hosts are.
  admin && /^https?:/.test(url) ? `${plain(label)} ${code(url)}` : plain(label);
