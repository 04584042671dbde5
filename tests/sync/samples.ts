import type { Entry } from "#src/catalog/entry/schema.ts";
import type { Observation, Release, Repository } from "#src/sync/sources/observation.ts";

/** An entry with as little as the type asks for. */
export const entryOf = (id: string, fields: Partial<Entry> = {}): Entry => ({
  id,
  name: id,
  aliases: [],
  familyAliases: [],
  family: "Family",
  summary: { zh: "一个模型。", en: "A model." },
  developers: [{ name: "Someone" }],
  languages: [],
  modalities: ["text"],
  license: { commercial: "unknown" },
  sources: ["https://example.org"],
  ...fields,
});

export const releaseOf = (tag: string, publishedAt: string, fields: Partial<Release> = {}): Release => ({
  id: [...tag].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 1_000_000,
  tag,
  title: tag,
  notes: "",
  publishedAt,
  url: "https://example.org/never-followed",
  prerelease: false,
  ...fields,
});

export const repositoryOf = (name: string, fields: Partial<Repository> = {}): Repository => ({
  id: 1000,
  name,
  archived: false,
  disabled: false,
  defaultBranch: "main",
  head: "a".repeat(40),
  license: undefined,
  releases: [],
  tags: [],
  readmes: [],
  ...fields,
});

export const found = (repository: Repository, asked = repository.name): Observation => ({
  asked,
  state: "found",
  repository,
});
