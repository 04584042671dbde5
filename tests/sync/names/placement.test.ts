import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ENTRY_ID } from "#src/catalog/entry/patterns.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { openPlacement, placeModel } from "#src/sync/names/placement.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { entryOf } from "#tests/sync/samples.ts";
import { filedModels, leaveOneOut, leaveVariantOut, placing, told } from "./placement-measures.ts";

const weights = (...ids: string[]): Entry["weights"] =>
  ids.map((id) => ({ label: id, precision: "bf16", hub: "huggingface", id }));
const variant = (name: string, ...ids: string[]) => ({ name, weights: weights(...ids) });
const own = { sync: { hubOrgs: ["acme"] } };

const ENTRIES: Entry[] = [
  entryOf("nova3", {
    ...own,
    name: "Nova3",
    released: "2025-01-01",
    variants: [
      variant("Nova3-4B", "acme/Nova3-4B", "acme/Nova3-4B-Base", "acme/Nova3-4B-AWQ"),
      variant("Nova3-30B-A3B", "acme/Nova3-30B-A3B", "acme/Nova3-30B-A3B-Base"),
    ],
  }),
  entryOf("nova3-2507", {
    ...own,
    name: "Nova3-2507",
    released: "2025-07-01",
    variants: [variant("Nova3-4B-2507", "acme/Nova3-4B-Instruct-2507", "acme/Nova3-4B-Thinking-2507")],
  }),
  entryOf("nova3-vl", {
    ...own,
    name: "Nova3-VL",
    released: "2025-03-01",
    variants: [variant("Nova3-VL-4B", "acme/Nova3-VL-4B-Instruct")],
  }),
  entryOf("nova2", {
    ...own,
    name: "Nova2 / 2.1",
    released: "2024-01-01",
    variants: [
      variant("Nova2-7B", "acme/nova2-chat-7b", "acme/nova2-7b"),
      variant("Nova2.1-7B", "acme/nova2_1-7b", "acme/nova2_1-7b-chat"),
    ],
  }),
  entryOf("solo-9b", { ...own, name: "Solo-9B", weights: weights("acme/Solo-9B-Chat") }),
  entryOf("other3", {
    name: "Other3",
    sync: { hubOrgs: ["rival"] },
    variants: [variant("Other3-4B", "rival/Other3-4B")],
  }),
];
const place = (name: string): string => told(placing(ENTRIES)(name));

describe("where a model belongs", () => {
  it.each([
    ["a quantisation goes beside its plain sibling", "acme/Nova3-4B-GPTQ-Int4", "nova3 | Nova3-4B"],
    ["a base model shares the variant where others do", "acme/Nova3-30B-A3B-Instruct", "nova3 | Nova3-30B-A3B"],
    ["a new size is a new variant", "acme/Nova3-0.6B-Base-FP8", "nova3 | +Nova3-0.6B"],
    ["sizes are kept whole", "acme/Nova3-235B-A22B", "nova3 | +Nova3-235B-A22B"],
    [
      "a date that an entry is made of leads there",
      "acme/Nova3-30B-A3B-Instruct-2507",
      "nova3-2507 | +Nova3-30B-A3B-2507",
    ],
    [
      "a thinking model shares the variant where others do",
      "acme/Nova3-4B-Thinking-2507-FP8",
      "nova3-2507 | Nova3-4B-2507",
    ],
    ["a new word is a new series", "acme/Nova3-Coder-30B-A3B-Instruct", "new nova3-coder | Nova3-Coder-30B-A3B"],
    ["a word that an entry has leads there", "acme/Nova3-VL-8B-Instruct", "nova3-vl | +Nova3-VL-8B"],
    ["a new version is a new series", "acme/Nova3.5-7B", "new nova3.5 | Nova3.5-7B"],
    ["unless the entry takes its versions together", "acme/nova2_2-7b-chat", "nova2 | +Nova2.2-7B"],
    ["an underscore may be a point", "acme/nova2_1-1_8b", "nova2 | +Nova2.1-1.8B"],
    ["an entry without variants takes the same size", "acme/Solo-9B-Chat-GGUF", "solo-9b | -"],
    ["another organisation's entry never counts", "acme/Other3-4B-AWQ", "new other3-acme | Other3-4B"],
    ["the organisation's name is compared without case", "ACME/nova3-4b-mlx-4bit", "nova3 | Nova3-4B"],
  ])("%s", (_, id, expected) => {
    expect(place(id)).toBe(expected);
  });

  it("takes what is stored in a library's format for the model that it is", () => {
    const entries = [
      entryOf("luma4", {
        ...own,
        name: "Luma4",
        variants: [variant("Luma4-9B (Base)"), variant("Luma4-9B-Chat")],
        weights: weights("acme/luma4-9b", "acme/luma4-9b-chat"),
      }),
    ];
    const find = (id: string): string => told(placing(entries)(id));
    expect(find("acme/luma4-9b-chat-hf")).toBe("luma4 | Luma4-9B-Chat");
    expect(find("acme/luma4-9b-hf")).toBe("luma4 | Luma4-9B (Base)");
    expect(find("acme/luma4-9b-PyTorch")).toBe("luma4 | Luma4-9B (Base)");
  });

  it("names a new variant so that it is told from those that have words in brackets", () => {
    const entries = [
      entryOf("luma4", {
        ...own,
        name: "Luma4",
        variants: [variant("Luma4-9B (Base)", "acme/luma4-9b"), variant("Luma4-32B", "acme/luma4-32b")],
      }),
      entryOf("luma3", {
        ...own,
        name: "Luma3",
        variants: [variant("Luma3-9B", "acme/luma3-9b"), variant("Luma3-9B-0414", "acme/luma3-9b-0414")],
      }),
    ];
    expect(told(placing(entries)("acme/luma4-9b-0414"))).toBe("luma4 | +Luma4-9B-0414");
  });

  it("lays a repository of all sizes beside the variants, and no preview", () => {
    const entries = [
      entryOf("luma4", {
        ...own,
        name: "Luma4",
        variants: [variant("Luma4-9B", "acme/luma4-9b"), variant("Luma4-32B", "acme/luma4-32b")],
        weights: weights("acme/luma4-awq"),
      }),
    ];
    expect(told(placing(entries)("acme/luma4-GGUF"))).toBe("luma4 | -");
    expect(told(placing(entries)("acme/luma4-Preview"))).toBe("luma4 | +Luma4-Preview");
  });

  it("takes no entry derived from a model for that model's own", () => {
    const entries = [
      entryOf("quill", { ...own, name: "Quill", variants: [variant("Quill-luma4-9b", "acme/Quill-luma4-9b")] }),
    ];
    expect(told(placing(entries)("acme/luma4-32b"))).toBe("new luma4 | luma4-32b");
  });

  it("fills a variant without weights only with what is of its context", () => {
    const entries = [
      entryOf("luma4", { ...own, name: "Luma4", variants: [variant("Luma4-9B"), variant("Luma4-32B")] }),
    ];
    expect(told(placing(entries)("acme/luma4-9b"))).toBe("luma4 | Luma4-9B");
    expect(told(placing(entries)("acme/luma4-9b-200k"))).toBe("luma4 | +Luma4-9B-200K");
  });

  it("makes no second entry of the organisation under one id", () => {
    const entries = [
      entryOf("luma", { ...own, name: "Luma", variants: [variant("Luma-Dawn-9B", "acme/luma-dawn-003-sft")] }),
    ];
    expect(told(placing(entries)("acme/luma-16B-sft"))).toBe("luma | +Luma-16B");
    expect(told(placing(entries)("acme/luma-code-16B"))).toBe("new luma-code | Luma-code-16B");
  });

  it("counts entries under every name of the organisation", () => {
    const context = { entries: ENTRIES, sameOrganization: (name: string) => (name === "acme-cn" ? ["acme"] : []) };
    expect(told(placeModel("acme-cn/Nova3-4B-INT4", context))).toBe("nova3 | Nova3-4B");
    expect(placeModel("stranger/Nova3-4B-INT4", context).kind).toBe("series");
  });

  it("takes the base model's entry for a stored form whose name says nothing", () => {
    const context = { entries: ENTRIES, sameOrganization: () => [] };
    const hints = { baseModels: ["acme/Solo-9B-Chat"] };
    expect(told(placeModel("acme/Express-INT4", context, hints))).toBe("solo-9b | -");
    expect(placeModel("acme/Express", context, hints).kind).toBe("series");
  });

  it("counts an alias that names the series, where the variants are called by their sizes only", () => {
    const sized = {
      ...own,
      name: "Acme's second Duo",
      variants: [{ name: "7B" }, { name: "7B-16K" }],
    };
    const named = [...ENTRIES, entryOf("second-of-acme", { ...sized, aliases: ["duo-2"] })];
    expect(told(placing(named)("acme/duo-2-7b"))).toBe("second-of-acme | 7B");
    expect(told(placing(named)("acme/duo-3-7b"))).toContain("new duo-3");
  });

  it("takes no alias of another entry for the id of a new one", () => {
    const aliased = [...ENTRIES, entryOf("something", { sync: { hubOrgs: ["rival"] }, aliases: ["Duo 2"] })];
    expect(placing(aliased)("acme/duo-2-7b")).toMatchObject({ kind: "series", id: "duo-2-acme" });
    expect(placing(ENTRIES)("acme/duo-2-7b")).toMatchObject({ kind: "series", id: "duo-2" });
  });

  it("never takes an id that is taken, and says which entry comes nearest", () => {
    const found = placing(ENTRIES)("acme/Nova3-Math-7B");
    expect(found).toMatchObject({ kind: "series", id: "nova3-math", name: "Nova3-Math", like: { id: "nova3-2507" } });
    const taken = [...ENTRIES, entryOf("nova3-math", { sync: { hubOrgs: ["rival"] } })];
    expect(placing(taken)("acme/Nova3-Math-7B")).toMatchObject({ kind: "series", id: "nova3-math-acme" });
  });

  it("takes any name", () => {
    const find = openPlacement({ entries: ENTRIES, sameOrganization: () => [] });
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9][\w.-]{0,95}$/), (name) => {
        const found = find(`acme/${name}`);
        if (found.kind === "series") expect(found.id).toMatch(ENTRY_ID);
        if (found.kind === "series") expect(ENTRIES.map(({ id }) => id)).not.toContain(found.id);
        if (found.kind === "variant") expect(found.entry.variants?.map((item) => item.name)).not.toContain(found.name);
      }),
    );
  });
});

/** A sample; `tests/load/placement.test.ts` takes all. */
const EVERY = 12;

describe("the catalog's own models placed again", () => {
  const { entries } = realCatalog;

  it("come back to their entry and variant, nearly all", () => {
    const { of, right, misses } = leaveOneOut(entries, EVERY);
    expect(of).toBeGreaterThan(100);
    expect(right / of, misses.join("\n")).toBeGreaterThanOrEqual(0.93);
  });

  it("make their variant again, most of them", () => {
    const { of, right, misses } = leaveVariantOut(entries, EVERY).place;
    expect(of).toBeGreaterThan(30);
    expect(right / of, misses.join("\n")).toBeGreaterThanOrEqual(0.7);
  });

  it("places a model in the same way however many were placed before", () => {
    const models = filedModels(entries).slice(0, 500);
    const find = placing(entries);
    for (const { id } of models) find(id);
    for (const { id } of models.slice(0, 20)) expect(told(find(id))).toBe(told(placing(entries)(id)));
  });
});
