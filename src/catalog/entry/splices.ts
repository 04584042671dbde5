import { isCollection, isMap } from "yaml";
import { addInBlock, removeFromBlock, replaceInBlock } from "./block-splices.ts";
import { addInFlow, removeFromFlow, replaceInFlow } from "./flow-splices.ts";
import { blockText, type Value } from "./value-text.ts";
import {
  childOf,
  endOf,
  type HeldPlace,
  isBlank,
  type Place,
  type Source,
  type Splice,
  type Step,
  schemaAt,
  startOf,
} from "./yaml-places.ts";

/** What to change in the text so that a path holds a value, or nothing. The path must not lead through a scalar. */
export function splicesFor(source: Source, root: Place, path: readonly Step[], value: Value | undefined): Splice[] {
  let place = root;
  for (const [depth, step] of path.entries()) {
    const child = childOf(place, step);
    if (!child) return value === undefined ? [] : add(source, place, step, inside(path.slice(depth + 1), value));
    if (value === undefined && depth === path.length - 1) return remove(source, place, child);
    place = child;
  }
  return value === undefined ? [] : replace(source, place, value);
}

/** A value with the parents that it still lacks. */
function inside(path: readonly Step[], value: Value): Value {
  return path.reduceRight<Value>((inner, step) => (typeof step === "number" ? [inner] : { [step]: inner }), value);
}

function replace(source: Source, place: Place, value: Value): Splice[] {
  if (!place.holder) return replaceRoot(source, place, value);
  return place.holder.node.flow ? replaceInFlow(source, place, value) : replaceInBlock(source, place, value);
}

function add(source: Source, place: Place, step: Step, value: Value): Splice[] {
  const { node, schema, holder } = place;
  if (!isCollection(node) || node.items.length === 0) return replace(source, place, inside([step], value));
  const container = { node, schema, top: !holder };
  return node.flow ? addInFlow(source, container, step, value) : addInBlock(source, container, step, value);
}

function remove(source: Source, place: Place, { holder: { node, index } }: HeldPlace): Splice[] {
  if (node.items.length === 1) return replace(source, place, isMap(node) ? {} : []);
  return node.flow ? removeFromFlow(source, node, index) : removeFromBlock(source, node, index);
}

function replaceRoot({ text, lineBreak, indentation }: Source, { node, schema }: Place, value: Value): Splice[] {
  if (typeof value !== "object") return [];
  const [key] = Object.keys(value);
  const written = blockText(value, key === undefined ? schema : schemaAt(schema, key), indentation).replaceAll(
    "\n",
    lineBreak,
  );
  if (node && !isBlank(node)) return [{ from: startOf(node), to: endOf(text, node), text: written }];
  const gap = text === "" || text === "\uFEFF" || text.endsWith("\n") ? "" : lineBreak;
  return [{ from: text.length, to: text.length, text: gap + written + lineBreak }];
}
