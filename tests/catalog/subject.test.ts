import { describe, expect, test } from "vitest";
import {
  isSameSubject,
  offersOfSubject,
  shortVariant,
  subjectName,
  subjectNamed,
} from "#src/catalog/search/subject.ts";
import { smallCatalog, weights } from "./small-catalog.ts";

const catalog = smallCatalog({
  zeta: {
    name: "Zeta 7B",
    aliases: "[zeta-large, zeta-base]",
    family: "Zetas",
    variants: "\n  - {name: Zeta-7B}\n  - {name: zeta-large}",
    weights: weights("int4"),
  },
  newer: {
    name: "Zeta 2",
    family: "Zetas",
    released: "'2025'",
    variants: "\n  - {name: Zeta 2-7B}",
    weights: weights("int8"),
  },
});
const { entries } = catalog;
const named = (name: string) => {
  const found = subjectNamed(name, catalog);
  return found && [found.subject.entry.id, found.subject.variant?.name, found.kind];
};

describe("a name means", () => {
  test.each([
    ["zeta", ["zeta", undefined, "own"]],
    ["Zeta 7B", ["zeta", undefined, "own"]],
    ["zeta-base", ["zeta", undefined, "own"]],
    ["Zeta-Large", ["zeta", "zeta-large", "own"]],
    ["zeta 2 7b", ["newer", "Zeta 2-7B", "variant"]],
    ["zetas", ["newer", undefined, "family"]],
    ["eta", undefined],
  ])("%s", (name, meant) => {
    expect(named(name)).toEqual(meant);
  });
});

test("two subjects are the same where both entry and variant are", () => {
  const [first, second] = entries.map((entry) => ({ entry, variant: entry.variants?.[0] }));
  if (first === undefined || second === undefined) throw new Error("two entries were made");
  expect(isSameSubject(first, { ...first })).toBe(true);
  expect(isSameSubject(first, { ...first, variant: undefined })).toBe(false);
  expect(isSameSubject({ ...first, variant: undefined }, { ...second, variant: undefined })).toBe(false);
  expect(subjectName(first)).toBe(first.variant?.name);
  expect(subjectName({ ...first, variant: undefined })).toBe("Zeta 7B");
});

test("what the entry offers for no variant in particular is an only variant's, and not one of several", () => {
  const offers = (name: string): string[] | undefined => {
    const found = subjectNamed(name, catalog);
    return found && offersOfSubject(found.subject).map(({ precision }) => precision);
  };
  expect(offers("zeta")).toEqual(["int4"]);
  expect(offers("zeta-large")).toEqual([]);
  expect(offers("zeta 2 7b")).toEqual(["int8"]);
});

test.each([
  ["Zeta 2-7B", "7B"],
  ["zetas_chat", "chat"],
  ["newer-x", "x"],
  ["Zeta 2.5", "Zeta 2.5"],
  ["other-7B", "other-7B"],
])("%s is %s in short", (variant, short) => {
  const entry = entries.find(({ id }) => id === "newer");
  if (entry === undefined) throw new Error("the entry was made");
  expect(shortVariant(variant, { entry, variant: undefined })).toBe(short);
});
