import { describe, expect, test } from "vitest";
import { crossCheck } from "#src/catalog/entry/check.ts";
import { parseEntry } from "#src/catalog/entry/parse.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";

/** What the check says of these entries, as `file:line field rule`. */
function check(files: Record<string, string>): string[] {
  const parsed = Object.entries(files).map(([id, text]) => parseEntry(`${id}.yaml`, text));
  const locate = (id: string, path: readonly PropertyKey[]) =>
    parsed.find(({ entry }) => entry?.id === id)?.locate(path) ?? {};
  const { bases } = realCatalog;
  return crossCheck({ entries: parsed.flatMap(({ entry }) => entry ?? []), bases, locate }).map(
    ({ file, line, issue }) => `${file}:${line} ${issue.path.join(".")} ${issue.message}`,
  );
}

const variants = (text: string): string => smallEntry({ variants: `\n  - ${text.replaceAll("\n", "\n    ")}` });

test("the catalog of this repository has no fault", () => {
  expect(crossCheck({ ...realCatalog, locate: () => ({}) })).toEqual([]);
});

describe("a base model", () => {
  test.each([
    ["from scratch", "an own start"],
    ["base", "the id of an entry"],
    ["Base-7B", "a variant of an entry"],
    ["LLaMA 2", "a foreign model, however it is spaced"],
    ["LLaMA-7B/13B", "two sizes of a foreign model"],
    ["BLOOMZ-7B1-mt / base + Mistral-7B", "several"],
  ])("%s is known: %s", (base) => {
    const known = smallEntry({ name: "Base", variants: "\n  - name: Base-7B" });
    expect(check({ base: known, small: smallEntry({ baseModel: base }) })).toEqual([]);
  });

  test.each(["Lama-2", "LLaMA-7B/14B", "BLOOMZ-7B1-mt / basse"])("%s is not", (base) => {
    expect(check({ base: smallEntry({ name: "Base" }), small: smallEntry({ baseModel: base }) })).toEqual([
      "small.yaml:13 baseModel rule:unknownBase",
    ]);
  });

  test("of a variant is looked at too", () => {
    expect(check({ small: variants("name: Small-7B\nbaseModel: qwen33") })).toEqual([
      "small.yaml:15 variants.0.baseModel rule:unknownBase",
    ]);
  });
});

describe("a size and the name that states it", () => {
  test.each([
    "name: Small-7B\nparametersB: 7.6",
    "name: Small-7B\nparametersB: 8",
    "name: Small-30B-A3B\nparametersB: 30.5\nactiveParametersB: 3.3",
    "name: Small-2.4T-A95B\nparametersB: 2400\nactiveParametersB: 95",
    "name: Small-A4.2B\nparametersB: 25.8\nactiveParametersB: 4.2",
    "name: Small-8x7B\nparametersB: 46.7",
    "name: Small 6B / 34B\nparametersB: 34",
    "name: Small 1b4\nparametersB: 1.4",
    "name: Small-2B\nparametersB: 2.7\nnote: 2.7B with embeddings",
  ])("%j agree", (text) => {
    expect(check({ small: variants(text) })).toEqual([]);
  });

  test.each([
    ["name: Small-7B\nparametersB: 8.1", "small.yaml:15 variants.0.parametersB rule:sizeInName"],
    ["name: Small-7B\nparametersB: 70", "small.yaml:15 variants.0.parametersB rule:sizeInName"],
    ["name: Small-2B\nparametersB: 2.7\nnote: 27B", "small.yaml:15 variants.0.parametersB rule:sizeInName"],
    [
      "name: Small-30B-A3B\nparametersB: 30\nactiveParametersB: 30",
      "small.yaml:16 variants.0.activeParametersB rule:sizeInName",
    ],
    ["name: Small-1T\nparametersB: 100", "small.yaml:15 variants.0.parametersB rule:sizeInName"],
  ])("%j do not", (text, fault) => {
    expect(check({ small: variants(text) })).toEqual([fault]);
  });

  test("the entry's own, explained in its notes or not", () => {
    const given = { name: "Small-6B", parametersB: "7.8" };
    expect(check({ small: smallEntry(given) })).toEqual(["small.yaml:13 parametersB rule:sizeInName"]);
    expect(check({ small: smallEntry({ ...given, notes: "7.8B 含视觉部分" }) })).toEqual([]);
  });
});

describe("the context of an entry", () => {
  const editions = (contextTokens: string | undefined) =>
    smallEntry({
      ...(contextTokens !== undefined && { contextTokens }),
      variants:
        "\n  - name: Small-7B\n  - name: Small-7B-1M\n    contextTokens: 1048576\n  - name: Small-7B-32K\n    contextTokens: 32768",
    });

  test.each(["1048576", "2000000", undefined])(
    "%s is at least that of its longest edition, or not stated",
    (tokens) => {
      expect(check({ small: editions(tokens) })).toEqual([]);
    },
  );

  test("is not that of a shorter edition", () => {
    expect(check({ small: editions("131072") })).toEqual(["small.yaml:13 contextTokens rule:contextOfEdition"]);
  });
});
