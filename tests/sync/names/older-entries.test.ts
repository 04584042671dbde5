import { describe, expect, it } from "vitest";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { entryOf } from "#tests/sync/samples.ts";
import { placing, told } from "./placement-measures.ts";

const weights = (...ids: string[]): Entry["weights"] =>
  ids.map((id) => ({ label: id, precision: "bf16", hub: "huggingface", id }));
const variant = (name: string, ...ids: string[]) => ({ name, weights: weights(...ids) });
const own = { sync: { hubOrgs: ["acme"] } };

const solo9b = entryOf("solo-9b", { ...own, name: "Solo-9B", weights: weights("acme/Solo-9B-Chat") });

describe("an entry takes only what is of it", () => {
  describe("a new version", () => {
    const versions = (name: string): Entry =>
      entryOf("trio4", {
        ...own,
        name,
        variants: [variant("Trio4-7B", "acme/Trio4-7B"), variant("Trio4.2-7B", "acme/Trio4.2-7B")],
      });
    const find = (name: string, id: string): string => told(placing([versions(name)])(id));

    it("goes into an entry that has several and says so", () => {
      expect(find("Trio4 / 4.2", "acme/Trio4.3-7B")).toBe("trio4 | +Trio4.3-7B");
      expect(find("Trio", "acme/Trio4.3-7B")).toBe("trio4 | +Trio4.3-7B");
    });

    it("goes into no entry whose name says one version", () => {
      expect(find("Trio4", "acme/Trio4.3-7B")).toBe("new trio4.3 | Trio4.3-7B");
    });

    it("goes into no entry of another major version, and none that began later", () => {
      expect(find("Trio4 / 4.2", "acme/Trio5-7B")).toBe("new trio5 | Trio5-7B");
      const later = entryOf("duo", {
        ...own,
        name: "Duo 4.5 / 4.6",
        variants: [variant("Duo4.5-7B", "acme/Duo4.5-7B"), variant("Duo4.6-7B", "acme/Duo4.6-7B")],
      });
      expect(told(placing([later])("acme/Duo4.7-7B"))).toBe("duo | +Duo4.7-7B");
      expect(told(placing([later])("acme/Duo4.1-7B"))).toBe("new duo4.1 | Duo4.1-7B");
    });

    it("is not of the entry that has only its preview", () => {
      const previewed = entryOf("sol1", {
        ...own,
        name: "Sol1",
        variants: [variant("Sol1", "acme/Sol1"), variant("Sol2-Preview", "acme/Sol2-Preview")],
      });
      expect(told(placing([previewed])("acme/Sol2"))).toBe("new sol2 | Sol2");
      expect(told(placing([previewed])("acme/Sol2-Preview-FP8"))).toBe("sol1 | Sol2-Preview");
    });
  });

  it("takes an entry that begins alike for no project of all such models", () => {
    const several = entryOf("trio", {
      ...own,
      name: "Trio",
      variants: [variant("Trio-A", "acme/Trio-A-1.1-7B"), variant("Trio", "acme/Trio-1.5-7B", "acme/Trio-B-1.2-7B")],
    });
    expect(told(placing([several])("acme/Trio3-8B"))).toBe("new trio3 | Trio3-8B");
  });

  describe("beside an entry without variants", () => {
    const bare = entryOf("luma4", { ...own, name: "Luma4", weights: weights("acme/Luma4", "acme/Luma4-FP8") });
    const find = (id: string): string => told(placing([bare])(id));

    it.each(["Luma4-GPTQ-Int4", "Luma4-Base", "Luma4-Instruct", "Luma4-0625"])("%s is its own", (name) => {
      expect(find(`acme/${name}`)).toBe("luma4 | -");
    });

    it.each(["Mini", "Lite", "Air", "Flash", "Pro", "Plus"])("%s is a new series, with the word in its id", (word) => {
      expect(find(`acme/Luma4-${word}`)).toBe(`new luma4-${word.toLowerCase()} | Luma4-${word}`);
    });

    it.each([
      ["Luma4-43B", "Luma4-43B"],
      ["Luma4-128k", "Luma4-128k"],
      ["Luma4-Thinking", "Luma4-Thinking"],
    ])("%s is a new variant", (name, made) => {
      expect(find(`acme/${name}`)).toBe(`luma4 | +${made}`);
    });

    it("a word of a new series is never laid there", () => {
      expect(find("acme/Luma4-Coder")).toBe("new luma4-coder | Luma4-Coder");
    });
  });

  it("takes a size in words for a variant where the organisation's variants differ in it", () => {
    const entry = entryOf("luma4", { ...own, name: "Luma4", variants: [variant("Luma4", "acme/Luma4")] });
    const others = entryOf("luma3", {
      ...own,
      name: "Luma3",
      variants: [variant("Luma3", "acme/Luma3"), variant("Luma3-Air", "acme/Luma3-Air")],
    });
    expect(told(placing([entry])("acme/Luma4-Air"))).toBe("new luma4-air | Luma4-Air");
    expect(told(placing([entry, others])("acme/Luma4-Air"))).toBe("luma4 | +Luma4-Air");
    expect(told(placing([others])("acme/Luma3-Flash"))).toBe("luma3 | +Luma3-Flash");
  });

  it("takes a model whose series is called as an entry's alias into that entry", () => {
    const translators = entryOf("luma-mt", {
      ...own,
      name: "Luma-MT",
      aliases: ["lm-mt2"],
      variants: [variant("Luma-MT-7B", "acme/Luma-MT-7B")],
    });
    expect(told(placing([translators])("acme/LM-MT2-30B"))).toBe("luma-mt | +LM-MT2-30B");
    expect(told(placing([translators])("acme/LM-MT3-30B"))).toBe("new lm-mt3 | LM-MT3-30B");
  });

  it("names a new series by its size only where several entries of its words are cut so", () => {
    for (const size of ["0.5B", "4B", "7B"])
      expect(told(placing([solo9b])(`acme/Solo-${size}`))).toBe(`new solo | Solo-${size}`);
    const cut = [solo9b, entryOf("solo-34b", { ...own, name: "Solo-34B", weights: weights("acme/Solo-34B") })];
    expect(told(placing(cut)("acme/Solo-4B"))).toBe("new solo-4b | Solo-4B");
  });

  it("takes another base for another series where the entry's id says what it was made from", () => {
    const bases = entryOf("rival-llama", { family: "Llama", sync: { hubOrgs: ["meta"] } });
    const others = entryOf("rival-mistral", { family: "Mistral", sync: { hubOrgs: ["mistral"] } });
    const made = entryOf("northern-llama", {
      ...own,
      name: "Northern-Llama",
      variants: [variant("7B", "acme/northern-llama-7b")],
    });
    const find = (id: string): string => told(placing([bases, others, made])(id));
    expect(find("acme/northern-llama-13b")).toContain("northern-llama | +");
    expect(find("acme/northern-llama-2-7b")).toContain("new northern-llama-2 | ");
    expect(find("acme/northern-mistral-7b")).toContain("new northern-mistral | ");
  });
});
