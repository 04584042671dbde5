import { readFileSync } from "node:fs";

/** How a README names something: `hub` is where a link leads. */
export type NamedFact = { form: "link" | "code" | "collection"; hub?: string; id: string };

/** What the READMEs of a commit name for the first time, by file. */
type Revision = { date: string; commit: string; files: Record<string, NamedFact[]> };

/** What a real project named when, and what of it stands in the catalog under which entries. */
export type Project = {
  repository: string;
  entry: string;
  hubOrgs: string[];
  tags: { tag: string; date: string }[];
  newlyNamed: Revision[];
  inCatalogUnder: Record<string, string[]>;
  notInCatalog: string[];
};

/** Six projects, from their histories up to November 2026. Facts only: the texts are made up (`readmes.ts`). */
export const projects: readonly Project[] = JSON.parse(
  readFileSync(new URL("./projects.json", import.meta.url), "utf8"),
);
