import { describe, expect, it } from "vitest";
import { editsFor } from "#src/sync/propose/catalog-edits.ts";
import type { FollowedRepository } from "#src/sync/sources/followed.ts";
import type { Findings } from "#src/sync/sources/source.ts";
import { findingsOf } from "#src/sync/sources/sources.ts";
import { entryOf, found, releaseOf, repositoryOf } from "./samples.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const known = { name: "Org/Repo", id: 1000 };
const entry = entryOf("model", {
  repository: known,
  latestRelease: { tag: "v1.0", date: "2026-01-01" },
  sync: { hubOrgs: ["Org"] },
});
const findings = (followed: FollowedRepository): Findings => findingsOf(followed, { now: NOW });
const ids = (followed: FollowedRepository): string[] => findings(followed).signals.map(({ id }) => id);
const editsOf = (followed: FollowedRepository, { signals } = findings(followed)) =>
  editsFor(followed, signals, []).edits.get("model");
const kinds = (followed: FollowedRepository): string[] => findings(followed).signals.map(({ kind }) => kind);

describe("releases and tags", () => {
  const withReleases = (...releases: ReturnType<typeof releaseOf>[]): FollowedRepository => ({
    entries: [entry],
    observation: found(repositoryOf("Org/Repo", { releases })),
  });

  it("says nothing while the catalog names the newest", () => {
    expect(kinds(withReleases(releaseOf("v1.0", "2026-01-01T00:00:00Z")))).toEqual([]);
  });
  it("proposes only the newest by publication", () => {
    const followed = withReleases(releaseOf("v1.1", "2026-03-01T00:00:00Z"), releaseOf("v1.2", "2026-04-01T00:00:00Z"));
    const signals = findings(followed).signals;
    expect(signals).toMatchObject([{ kind: "release", release: { tag: "v1.2" } }]);
    expect(editsOf(followed)).toEqual([
      { kind: "set", path: ["latestRelease", "tag"], value: "v1.2" },
      { kind: "set", path: ["latestRelease", "date"], value: "2026-04-01" },
      { kind: "set", path: ["latestRelease", "url"], value: "https://github.com/Org/Repo/releases/tag/v1.2" },
    ]);
  });
  it("waits until a release is a day old, or as old as the entry says", () => {
    const followed = withReleases(releaseOf("v1.1", "2026-11-23T00:00:00Z"));
    expect(kinds(followed)).toEqual([]);
    const eager = { ...entry, sync: { minimumAgeHours: 1 } };
    expect(kinds({ ...followed, entries: [eager] })).toEqual(["release"]);
  });
  it("takes the age from both sides of the limit, and of several entries the longest", () => {
    const published = (msAgo: number) => withReleases(releaseOf("v1.1", new Date(NOW - msAgo).toISOString()));
    const hour = 3_600_000;
    expect(kinds(published(24 * hour))).toEqual(["release"]);
    expect(kinds(published(24 * hour - 1000))).toEqual([]);
    const both = [1, 48].map((minimumAgeHours) => ({ ...entry, sync: { minimumAgeHours } }));
    expect(kinds({ ...published(47 * hour), entries: both })).toEqual([]);
    expect(kinds({ ...published(48 * hour), entries: both })).toEqual(["release"]);
  });
  it.each([
    ["2026-06", "2026-06-20T00:00:00Z", ["release"]],
    ["2026-06", "2026-05-31T23:00:00Z", []],
    ["2026", "2026-01-01T00:00:00Z", ["release"]],
    ["2026", "2025-12-31T23:00:00Z", []],
    ["2026-06-20", "2026-06-20T00:00:00Z", ["release"]],
    ["2026-06-20", "2026-06-19T23:00:00Z", []],
  ])("compares the catalog's date %s with %s as far as it goes", (date, publishedAt, expected) => {
    const dated = { ...entry, latestRelease: { tag: "v1.0", date } };
    expect(kinds({ ...withReleases(releaseOf("v1.1", publishedAt)), entries: [dated] })).toEqual(expected);
  });
  it("takes no pre-release, and notices it", () => {
    const followed = withReleases(releaseOf("v2-rc", "2026-05-01T00:00:00Z", { prerelease: true }));
    expect(findings(followed)).toEqual({ signals: [], notices: [{ kind: "prerelease", tag: "v2-rc" }] });
  });
  it("does not go back to an older release when the newest is taken down", () => {
    expect(kinds(withReleases(releaseOf("v0.9", "2025-06-01T00:00:00Z")))).toEqual([]);
  });
  it("notices one pre-release, the newest, and none that the catalog names", () => {
    const candidates = ["v1.0", "v3-rc", "v2-rc"].map((tag, index) =>
      releaseOf(tag, `2026-0${9 - index}-01T00:00:00Z`, { prerelease: true }),
    );
    expect(findings(withReleases(...candidates)).notices).toEqual([{ kind: "prerelease", tag: "v3-rc" }]);
  });
  it("takes and leaves tags by pattern", () => {
    const picky = { ...entry, sync: { include: ["v*"], exclude: ["*-dev"] } };
    const releases = [releaseOf("data", "2026-06-01T00:00:00Z"), releaseOf("v3-dev", "2026-05-01T00:00:00Z")];
    const seen = (...more: typeof releases): FollowedRepository => ({
      entries: [picky],
      observation: found(repositoryOf("Org/Repo", { releases: [...releases, ...more] })),
    });
    expect(kinds(seen())).toEqual([]);
    expect(kinds(seen(releaseOf("v3", "2026-04-01T00:00:00Z")))).toEqual(["release"]);
  });
  it("trusts tags only where the entry says so", () => {
    const tags = [{ name: "v1.5", commit: "c".repeat(40), date: "2026-06-01T00:00:00Z" }];
    const observation = found(repositoryOf("Org/Repo", { tags }));
    expect(findings({ entries: [entry], observation })).toMatchObject({
      signals: [],
      notices: [{ kind: "tag", tag: "v1.5" }],
    });
    const trusting = { ...entry, sync: { mode: "tags" as const } };
    expect(ids({ entries: [trusting], observation })).toEqual([`tag:1000:v1.5@${"c".repeat(12)}`]);
  });
  it("takes the newer of a release and a trusted tag", () => {
    const trusting = { ...entry, sync: { mode: "tags" as const } };
    const withTag = (date: string | undefined, name = "v1.5"): FollowedRepository => ({
      entries: [trusting],
      observation: found(
        repositoryOf("Org/Repo", {
          releases: [releaseOf("v1.4", "2026-06-01T00:00:00Z")],
          tags: [{ name, commit: "c".repeat(40), date }],
        }),
      ),
    });
    expect(kinds(withTag("2026-06-02T00:00:00Z"))).toEqual(["tag"]);
    expect(kinds(withTag("2026-05-31T00:00:00Z"))).toEqual(["release"]);
    expect(kinds(withTag("2026-06-02T00:00:00Z", "v1.4")), "a tag that has a release").toEqual(["release"]);
    const tags = ["v1.0", "v1.6", "v1.5"].map((name) => ({ name, commit: "c".repeat(40), date: undefined }));
    const bare = { entries: [trusting], observation: found(repositoryOf("Org/Repo", { tags })) };
    expect(findings(bare).notices, "one, and none that the catalog names").toEqual([
      { kind: "undatedTag", tag: "v1.6" },
    ]);
    expect(findings(withTag(undefined)).notices).toEqual([{ kind: "undatedTag", tag: "v1.5" }]);
    expect(kinds(withTag("2026-11-23T11:00:00Z")), "a tag of today").toEqual(["release"]);
  });
  it("gives a release of a shared repository to the entry that its title names", () => {
    const older = entryOf("qwen2.5", { name: "Qwen2.5", repository: known, released: "2024-09" });
    const newer = entryOf("qwen3", { name: "Qwen3", repository: known, released: "2025-04" });
    const releases = [
      releaseOf("v2.5-1", "2026-06-01T00:00:00Z", { title: "Qwen2.5 update" }),
      releaseOf("x", "2026-07-01T00:00:00Z"),
    ];
    const { signals } = findings({
      entries: [older, newer],
      observation: found(repositoryOf("Org/Repo", { releases })),
    });
    expect(signals).toMatchObject([
      { entry: { id: "qwen3" }, release: { tag: "x" } },
      { entry: { id: "qwen2.5" }, release: { tag: "v2.5-1" } },
    ]);
    const byTag = [releaseOf("Qwen2.5-1", "2026-08-01T00:00:00Z", { title: "An update" })];
    const observation = found(repositoryOf("Org/Repo", { releases: byTag }));
    expect(findings({ entries: [older, newer], observation }).signals).toMatchObject([{ entry: { id: "qwen2.5" } }]);
  });
});

describe("the repository itself", () => {
  const at = (fields: Parameters<typeof repositoryOf>[1], asked?: string, name = "Org/Repo"): FollowedRepository => ({
    entries: [entry],
    observation: found(repositoryOf(name, fields), asked),
  });

  it("is noted with its number in passing, and is no proposal by that alone", () => {
    const first = entryOf("model", { repository: { name: "Org/Repo" }, latestRelease: { tag: "v1.0" } });
    const seen = (releases: ReturnType<typeof releaseOf>[]): FollowedRepository => ({
      entries: [first],
      observation: found(repositoryOf("Org/Repo", { releases })),
    });
    const number = { kind: "set", path: ["repository", "id"], value: 1000 };
    expect(ids(seen([]))).toEqual([]);
    const news = seen([releaseOf("v1.1", "2026-06-01T00:00:00Z")]);
    expect(ids(news)).toHaveLength(1);
    expect(editsOf(news)).toContainEqual(number);
    const noted = { ...news, entries: [{ ...first, repository: known }] };
    expect(editsOf(noted)).not.toContainEqual(number);
    const another = entryOf("other", { repository: { name: "Org/Repo", id: 77 } });
    expect(editsOf({ ...news, entries: [first, another] }), "no number beside another one").toEqual([
      { kind: "set", path: ["sync", "disabled"], value: expect.any(String) },
    ]);
  });
  it("is followed under its new name, and keeps the old one", () => {
    const followed = at({}, "Org/Repo", "New/Name");
    const { signals } = findings(followed);
    expect(signals).toEqual([{ id: "renamed:1000:new/name", kind: "renamed", from: "Org/Repo", to: "New/Name" }]);
    expect(editsOf(followed)).toEqual([
      { kind: "set", path: ["repository", "name"], value: "New/Name" },
      { kind: "append", path: ["repository", "formerNames"], value: "Org/Repo" },
    ]);
  });
  it("is not followed any more once its name belongs to another one", () => {
    const followed = at({ id: 2000, releases: [releaseOf("v9", "2026-06-01T00:00:00Z")] });
    const { signals } = findings(followed);
    expect(signals.map(({ id }) => id)).toEqual(["reused:1000:2000"]);
    expect(editsOf(followed)).toMatchObject([{ path: ["sync", "disabled"] }]);
  });
  it("has a licence that is noticed only where it differs from what the catalog says", () => {
    const licensed = (code: string | undefined, license: string | undefined) =>
      findings({
        entries: [{ ...entry, license: { commercial: "unknown", ...(code !== undefined && { code }) } }],
        observation: found(repositoryOf("Org/Repo", { license })),
      }).notices;
    expect(licensed("MIT", "Apache-2.0")).toEqual([{ kind: "license", license: "Apache-2.0" }]);
    expect(licensed("apache-2.0", "Apache-2.0")).toEqual([]);
    expect(licensed(undefined, "Apache-2.0")).toEqual([]);
    expect(licensed("MIT", undefined)).toEqual([]);
  });
  it("is archived, active again, missing", () => {
    expect(kinds(at({ archived: true }))).toEqual(["archived"]);
    const archived = { ...entry, repository: { ...known, status: "archived" as const } };
    expect(kinds({ ...at({}), entries: [archived] })).toEqual(["returned"]);
    expect(kinds({ entries: [archived], observation: found(repositoryOf("Org/Repo", { archived: true })) })).toEqual(
      [],
    );
    expect(kinds({ entries: [entry], observation: { asked: "Org/Repo", state: "missing" } })).toEqual(["missing"]);
    const gone = { ...entry, repository: { ...known, status: "gone" as const } };
    expect(kinds({ ...at({}), entries: [gone] })).toEqual(["returned"]);
    expect(kinds({ entries: [gone], observation: { asked: "Org/Repo", state: "missing" } })).toEqual([]);
    expect(
      kinds({ entries: [entry], observation: { asked: "Org/Repo", state: "unreached", reason: "quota" } }),
    ).toEqual([]);
  });
});
