import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { textIn } from "#src/base/locale.ts";
import { editEntry, writeEntry } from "#src/catalog/entry/edit.ts";
import { parseReference } from "#src/catalog/entry/parse.ts";
import { draftsOf } from "#src/sync/propose/draft/drafts.ts";
import { previewText } from "#src/sync/propose/draft/preview.ts";
import type { PlacedModel } from "#src/sync/sources/candidate.ts";
import { placedAt, realContext, realEntry, realTexts } from "./candidates.ts";

const cards = parseReference("cards", readFileSync("catalog/cards.yaml", "utf8")).values.cards ?? [];

function previewOf(placed: readonly PlacedModel[]): string {
  const [draft] = draftsOf(placed, realContext);
  if (draft === undefined) throw new Error("no draft");
  const file =
    draft.created === undefined
      ? editEntry(
          realTexts.get(draft.entry) ?? "",
          draft.edits.map(({ edit }) => edit),
        )
      : writeEntry(draft.created);
  return previewText(draft, file, { cards, text: textIn("en-US") });
}

describe("the preview of a proposal", () => {
  const variant = (model: string) =>
    placedAt(model, { kind: "variant", entry: realEntry("qwen3.6"), name: "Qwen3.6-8B", like: undefined });

  it("has the figures of the new variant and none of its siblings'", () => {
    const preview = previewOf([variant("Qwen/Qwen3.6-8B")]);
    expect(preview).toContain("| `Qwen3.6-8B` | 8B | 256K | 0.14 GB | `Apache-2.0` | 2026-11-20 |");
    expect(preview).not.toContain("Qwen3.6-27B");
  });

  it("has the memory of each precision with the smallest card that it fits", () => {
    const rows = previewOf([variant("Qwen/Qwen3.6-8B"), variant("Qwen/Qwen3.6-8B-AWQ")])
      .split("\n")
      .filter((line) => /\| (?:BF16|AWQ) \|/.test(line));
    expect(rows).toHaveLength(2);
    expect(rows.find((row) => row.includes("BF16"))).toMatch(/14\.9 GB \| [\d.–]+ GB \| .* \((?:20|24) GB\)/);
  });

  it("counts the cards of a machine where one is too small", () => {
    const series = {
      kind: "series" as const,
      id: "qwen4",
      name: "Qwen4",
      variant: "Qwen4-300B",
      like: realEntry("qwen3.8"),
    };
    expect(previewOf([placedAt("Qwen/Qwen4-300B", series, { facts: { state: "notAsked" } })])).not.toMatch(/\d× /);
    expect(previewOf([placedAt("Qwen/Qwen4-300B-FP8", series, { facts: { state: "notAsked" } })])).toMatch(
      /[248]× \S+/,
    );
    expect(previewOf([placedAt("Qwen/Qwen4-400B-FP8", series, { facts: { state: "notAsked" } })])).toMatch(
      /[248]× \S+/,
    );
  });

  it("is empty where the file is no entry", () => {
    const [draft] = draftsOf([variant("Qwen/Qwen3.6-8B")], realContext);
    expect(draft && previewText(draft, "name: [", { cards, text: textIn("en-US") })).toBe("");
  });
});
