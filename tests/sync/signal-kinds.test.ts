import { describe, expect, test } from "vitest";
import { LOCALES, textIn } from "#src/base/locale.ts";
import enUS from "#src/base/locales/en-US.json" with { type: "json" };
import zhCN from "#src/base/locales/zh-CN.json" with { type: "json" };
import zhTW from "#src/base/locales/zh-TW.json" with { type: "json" };
import { writeEntry } from "#src/catalog/entry/edit.ts";
import { NO_REFERENCE } from "#src/catalog/entry/reference.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { desiredProposals, type ProposalInput } from "#src/sync/propose/propose.ts";
import type { PlacedModel } from "#src/sync/sources/candidate.ts";
import type { FollowedRepository } from "#src/sync/sources/followed.ts";
import type { Repository } from "#src/sync/sources/observation.ts";
import { kindOfId, type SignalKind } from "#src/sync/sources/signal.ts";
import { findingsOf } from "#src/sync/sources/sources.ts";
import { placedAt } from "./draft/candidates.ts";
import { entryOf, found, releaseOf, repositoryOf } from "./samples.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const KNOWN = { name: "Org/Repo", id: 1000 };

const followed = (
  fields: Partial<Repository> = {},
  { asked, ...entry }: Partial<Entry> & { asked?: string } = {},
): FollowedRepository => ({
  entries: [entryOf("model", { name: "Model", repository: KNOWN, ...entry })],
  observation: found(repositoryOf("Org/Repo", fields), asked),
});

/** What GitHub shows and the catalog does not know yet; complete by type. */
const EXAMPLES: { [Kind in Exclude<SignalKind, "weights">]: FollowedRepository } = {
  release: followed({ releases: [releaseOf("v2", "2026-06-01T00:00:00Z")] }),
  tag: followed(
    { tags: [{ name: "v2", commit: "c".repeat(40), date: "2026-06-01T00:00:00Z" }] },
    { sync: { mode: "tags" } },
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
    const { signals } = findingsOf(example, { now: NOW });
    expect(signals.map((signal) => signal.kind)).toEqual([kind]);
    expect(signals.map(({ id }) => kindOfId(id))).toEqual([kind]);
  });

  test("makes a pull request that has its title from the locales, in each language", async () => {
    await expectTitles({ followed: [example], entries: example.entries });
  });
});

describe("a model that the catalog lacks", () => {
  const seen = followed({}, { sync: { hubOrgs: ["Org"] } });
  const { entries } = seen;
  const [entry] = entries;
  if (entry === undefined) throw new Error("no entry");
  const places: [string, PlacedModel[]][] = [
    ["of an entry", [placedAt("Org/Model-7B-AWQ", { kind: "weights", entry, variant: undefined })]],
    [
      "of an entry, with another one",
      ["4B", "9B"].map((name) =>
        placedAt(`Org/Model-${name}`, { kind: "variant", entry, name: `Model-${name}`, like: undefined }),
      ),
    ],
    [
      "of a new entry",
      [
        placedAt("Org/Model2-7B", {
          kind: "series",
          id: "model2",
          name: "Model2",
          variant: "Model2-7B",
          like: undefined,
        }),
      ],
    ],
  ];
  test.each(places)(
    "%s makes a pull request that has its title from the locales, in each language",
    async (_, placed) => {
      await expectTitles({ followed: [seen], entries, placed });
    },
  );
});

async function expectTitles({
  placed = [],
  ...input
}: Pick<ProposalInput, "followed" | "entries"> & { placed?: PlacedModel[] }): Promise<void> {
  const texts = new Map(input.entries.map(({ id, ...fields }) => [id, writeEntry(fields)]));
  const whole = {
    ...input,
    texts,
    placed,
    reference: NO_REFERENCE,
    hubsOn: true,
    settled: new Set<string>(),
    now: NOW,
  };
  const titles: string[] = [];
  for (const locale of LOCALES) {
    const { proposals } = await desiredProposals({ ...whole, text: textIn(locale) });
    expect(proposals).toHaveLength(1);
    const title = proposals[0]?.title ?? "";
    expect(isOneOf(TITLES[locale], title), title).toBe(true);
    titles.push(title);
  }
  expect(new Set(titles).size).toBeGreaterThanOrEqual(2);
}
