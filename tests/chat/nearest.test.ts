import { expect, test } from "vitest";
import { nearestOf } from "#src/chat/nearest.ts";

test.each<[what: string, typed: string, names: string[], nearest: string[]]>([
  ["one letter of two may be wrong", "hx", ["hi"], ["hi"]],
  ["two may not", "xx", ["hi"], []],
  ["one of four", "halp", ["help"], ["help"]],
  ["two of four may not", "haap", ["help"], []],
  ["two of five", "medol", ["model"], ["model"]],
  ["three of five may not", "mxxxl", ["model"], []],
  ["what is typed counts, where it is the longer", "fitxx", ["fit"], ["fit"]],
  ["case does not matter", "HELP", ["help"], ["help"]],
  ["the start of a name is no error", "comp", ["come", "compare"], ["compare", "come"]],
  ["nothing typed is the start of none", "", ["help"], []],
  ["fewer errors first", "moxel", ["modal", "model"], ["model", "modal"]],
  ["three at most", "tesx", ["test", "tess", "tesa", "tesb"], ["test", "tess", "tesa"]],
])("%s", (_what, typed, names, nearest) => {
  expect(nearestOf(typed, names)).toEqual(nearest);
});
