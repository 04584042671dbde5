import { expect } from "vitest";
import { isMap, isNode, isScalar, isSeq, type Node, parse, parseDocument } from "yaml";
import type { Edit } from "#src/catalog/entry/edit.ts";
import { isHolder, type Path, valueIn } from "./random-edits.ts";

/** A key or item of a file, from its first character to the last of its value. */
type Field = { path: Path; start: number; end: number; node: Node };

/** Every value but the edited one is written as it was, quotes and all. */
export function expectValuesKept(before: string, after: string, edit: Edit): void {
  const now = new Map(scalarTexts(after).map(({ path, text }) => [path.join("/"), text]));
  for (const { path, text } of scalarTexts(before))
    if (!isWithin(path, edit.path)) expect(now.get(pathAfter(path, edit).join("/")), path.join(".")).toBe(text);
}

/** Every line but those of the edited value is as it was, in its place. */
export function expectLinesKept(before: string, after: string, edit: Edit): void {
  const [old, now] = [linesOf(before), linesOf(after)];
  const same = old.findIndex((line, at) => line !== now[at]);
  const inserted = { from: same < 0 ? old.length : same, to: same < 0 ? old.length : same };
  const { from, to } = touchedLines(before, edit) ?? inserted;
  expect(now.slice(0, from)).toEqual(old.slice(0, from));
  expect(now.slice(now.length - (old.length - to))).toEqual(old.slice(to));
}

/** Comments `#c1`, `#c2` … go with what they stand in or right above, and only with that. */
export function expectCommentsKept(before: string, after: string, edit: Edit): void {
  const { from, to } = touchedLines(before, edit) ?? { from: 0, to: 0 };
  const texts = edit.kind === "set" && !isHolder(edit.value) && !isHolder(valueIn(parse(before), edit.path));
  const mayGo = texts ? [] : commentsIn(before.split("\n").slice(from, to).join("\n"));
  const gone = new Set(commentsIn(before)).difference(new Set(commentsIn(after)));
  expect([...gone].filter((comment) => !mayGo.includes(comment))).toEqual([]);
}

const commentsIn = (text: string): string[] => text.match(/#c\d+/g) ?? [];

/** Without margins and dashes: a list's item may lose the key behind its dash. */
const linesOf = (text: string): string[] => text.split("\n").map((line) => line.replace(/^(?: |- )*/, ""));

/** The lines of what an edit replaces or removes, from the first to before the last; none where it only adds. */
function touchedLines(text: string, edit: Edit): { from: number; to: number } | undefined {
  const path = touchedPath(parse(text), edit);
  const field = path && fieldsIn(text).find((other) => other.path.join("/") === path.join("/"));
  if (!field) return undefined;
  const to = text.slice(0, field.end).split("\n").length;
  let from = text.slice(0, field.start).split("\n").length - 1;
  const lines = text.split("\n");
  while (edit.kind === "remove" && from > 0 && /^ *(?:#.*)?$/.test(lines[from - 1] ?? "")) from--;
  return { from, to };
}

/** The value that an edit replaces or removes: also the empty one that it fills, or that is empty without its last. */
function touchedPath(data: unknown, { kind, path }: Edit): Path | undefined {
  const value = valueIn(data, path);
  if (value !== undefined && kind !== "append") {
    const holder = path.slice(0, -1);
    return kind === "remove" && size(valueIn(data, holder)) === 1 ? holder : path;
  }
  const found = path.map((_step, at) => path.slice(0, path.length - at)).find((up) => valueIn(data, up) !== undefined);
  return found && size(valueIn(data, found)) === 0 ? found : undefined;
}

const size = (value: unknown): number | undefined => (isHolder(value) ? Object.keys(value).length : undefined);

function scalarTexts(text: string): { path: Path; text: string }[] {
  return fieldsIn(text).flatMap(({ path, node }) =>
    isScalar(node) && node.range ? [{ path, text: text.slice(node.range[0], node.range[1]).trimEnd() }] : [],
  );
}

function fieldsIn(text: string): Field[] {
  return fieldsOf(parseDocument(text).contents, [], text);
}

function fieldsOf(node: unknown, path: Path, text: string): Field[] {
  if (isSeq(node)) return node.items.flatMap((item, at) => fieldOf(item, item, [...path, at], text));
  if (isMap(node))
    return node.items.flatMap(({ key, value }) =>
      isScalar(key) ? fieldOf(key, value, [...path, String(key.value)], text) : [],
    );
  return [];
}

function fieldOf(first: unknown, node: unknown, path: Path, text: string): Field[] {
  if (!isNode(first) || !first.range || !isNode(node) || !node.range) return [];
  const inner = fieldsOf(node, path, text);
  const isBlock = (isMap(node) || isSeq(node)) && !node.flow;
  const end = Math.max(
    ...(isBlock ? inner.map((field) => field.end) : [text.slice(0, node.range[1]).trimEnd().length]),
  );
  return [{ path, start: first.range[0], end, node }, ...inner];
}

const isWithin = (path: Path, outer: Path): boolean => outer.every((step, at) => path[at] === step);

/** Where a value stands once an item before it is gone. */
function pathAfter(path: Path, edit: Edit): Path {
  const depth = edit.path.length - 1;
  const removed = edit.path[depth];
  const step = path[depth];
  const isLater = typeof step === "number" && typeof removed === "number" && step > removed;
  return edit.kind === "remove" && isLater && isWithin(path, edit.path.slice(0, -1))
    ? path.with(depth, step - 1)
    : path;
}
