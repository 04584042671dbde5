import { describe, expect, test } from "vitest";
import { LOCALES, textIn } from "#src/base/locale.ts";
import enUS from "#src/base/locales/en-US.json" with { type: "json" };
import zhCN from "#src/base/locales/zh-CN.json" with { type: "json" };
import zhTW from "#src/base/locales/zh-TW.json" with { type: "json" };
import { writeEntry } from "#src/catalog/entry/edit.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { desiredProposals } from "#src/sync/propose/propose.ts";
import type { FollowedRepository } from "#src/sync/sources/followed.ts";
import type { Repository } from "#src/sync/sources/observation.ts";
import { kindOfId, type SignalKind } from "#src/sync/sources/signal.ts";
import { findingsOf } from "#src/sync/sources/sources.ts";
import { entryOf, found, releaseOf, repositoryOf } from "./samples.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const KNOWN = { name: "Org/Repo", id: 1000 };
const README = "https://huggingface.co/Org/Model-7B-AWQ";

const followed = (
  fields: Partial<Repository> = {},
  { asked, ...entry }: Partial<Entry> & { asked?: string } = {},
): FollowedRepository => ({
  entries: [entryOf("model", { name: "Model", repository: KNOWN, ...entry })],
  observation: found(repositoryOf("Org/Repo", fields), asked),
});

/** What GitHub shows and the catalog does not know yet; complete by type. */
const EXAMPLES: { [Kind in SignalKind]: FollowedRepository } = {
  baseline: followed({}, { repository: { name: "Org/Repo" } }),
  release: followed({ releases: [releaseOf("v2", "2026-06-01T00:00:00Z")] }),
  tag: followed(
    { tags: [{ name: "v2", commit: "c".repeat(40), date: "2026-06-01T00:00:00Z" }] },
    { sync: { mode: "tags" } },
  ),
  weights: followed(
    { readme: { oid: "2".repeat(40), path: "README.md", text: README, reviewedText: "" } },
    { repository: { ...KNOWN, readme: "1".repeat(40) }, sync: { hubOrgs: ["Org"] } },
  ),
  renamed: followed({ name: "New/Name" }, { asked: "Org/Repo" }),
  archived: followed({ archived: true }),
  returned: followed({}, { repository: { ...KNOWN, status: "archived" } }),
  missing: { ...followed(), observation: { asked: "Org/Repo", state: "missing" } },
  reused: followed({ id: 2000 }),
};

const TITLES = { "zh-CN": zhCN.proposal.title, "zh-TW": zhTW.proposal.title, "en-US": enUS.proposal.title };
/** Whether a text is one of these, with something filled in. */
const isOneOf = (templates: object, text: string): boolean =>
  Object.values(templates).some((template) => new RegExp(`^${template.replaceAll(/\{\{\w+\}\}/g, ".+")}$`).test(text));

describe.each(Object.entries(EXAMPLES))("a signal of the kind %s", (kind, example) => {
  test("is raised by the sources, and by it alone", () => {
    const { signals } = findingsOf(example, { catalog: example.entries, now: NOW });
    expect(signals.map((signal) => signal.kind)).toEqual([kind]);
    expect(signals.map(({ id }) => kindOfId(id))).toEqual([kind]);
  });

  test("makes a pull request that has its title from the locales, in each language", () => {
    const texts = new Map(example.entries.map(({ id, ...fields }) => [id, writeEntry(fields)]));
    const input = { followed: [example], entries: example.entries, texts, settled: new Set<string>(), now: NOW };
    const titles = LOCALES.map((locale) => {
      const { proposals } = desiredProposals({ ...input, text: textIn(locale) });
      expect(proposals).toHaveLength(1);
      return [locale, proposals[0]?.title ?? ""] as const;
    });
    for (const [locale, title] of titles) expect(isOneOf(TITLES[locale], title), title).toBe(true);
    expect(new Set(titles.map(([, title]) => title)).size).toBeGreaterThanOrEqual(2);
  });
});
