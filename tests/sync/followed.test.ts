import { describe, expect, it } from "vitest";
import { chosenEntries, followedRepositories, observationRequests } from "#src/sync/sources/followed.ts";
import { entryOf, found, repositoryOf } from "./samples.ts";

describe("what is looked at", () => {
  const entries = [
    entryOf("a", { repository: { name: "Org/Old" } }),
    entryOf("b", { repository: { name: "org/old" } }),
    entryOf("c", { repository: { name: "Org/New" } }),
    entryOf("d", { repository: { name: "Org/Off" }, sync: { disabled: "一个原因" } }),
    entryOf("e"),
  ];
  it("is each repository once, and none that is switched off", () => {
    expect(observationRequests(chosenEntries(entries, undefined))).toEqual([{ name: "Org/Old" }, { name: "Org/New" }]);
  });
  it("includes those that share the repository of a chosen entry", () => {
    expect(chosenEntries(entries, ["b"]).map(({ id }) => id)).toEqual(["a", "b"]);
  });
  it("makes one of two names that are the same repository today", () => {
    const now = repositoryOf("Org/New");
    const groups = followedRepositories(entries, [found(now, "Org/Old"), found(now, "Org/New")]);
    expect(groups.map((group) => group.entries.map(({ id }) => id))).toEqual([["a", "b", "c"]]);
    expect(groups[0]?.observation.asked, "what was asked for under its present name").toBe("Org/New");
  });
});
