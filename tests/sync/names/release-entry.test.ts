import { describe, expect, it } from "vitest";
import { entryOfRelease } from "#src/sync/names/release-entry.ts";
import { entryOf } from "#tests/sync/samples.ts";

const ENTRIES = [
  entryOf("nova4", { name: "Nova4 / 4.1", variants: [{ name: "BitNova4-1B" }] }),
  entryOf("nova5", { name: "Nova5", variants: [{ name: "Nova5-1B" }] }),
  entryOf("nova-v-4.5", { name: "Nova-V 4.5" }),
];

describe("the entry that a release of a shared repository is of", () => {
  it.each([
    ["5.0", "5.0", "nova5"],
    ["v5", "A fast model", "nova5"],
    ["4.0", "", "nova4"],
    ["4.5", "4.5", "nova-v-4.5"],
    ["v1", "Nova5-1B is here", "nova5"],
    ["v9.0", "Nova5", "nova5"],
    ["v9.0", "something", undefined],
    ["v5.0.3", "v5.0.3", undefined],
    ["nightly", "", undefined],
  ])("%s, %s", (tag, title, id) => {
    expect(entryOfRelease({ tag, title }, ENTRIES)?.id).toBe(id);
  });

  it("does not guess between two of the same version", () => {
    const two = [entryOf("nova5"), entryOf("nova-v5")];
    expect(entryOfRelease({ tag: "5.0", title: "" }, two)).toBeUndefined();
  });
});
