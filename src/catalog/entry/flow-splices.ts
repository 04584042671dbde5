import { indexBefore } from "./block-splices.ts";
import { flowText, type Value } from "./value-text.ts";
import {
  type Collection,
  type Container,
  endOf,
  endOfItem,
  type HeldPlace,
  isBlank,
  type Source,
  type Splice,
  type Step,
  skip,
  startOf,
  startOfItem,
} from "./yaml-places.ts";

/** Another value inside `{…}` or `[…]`. */
export function replaceInFlow({ text }: Source, { node, holder }: HeldPlace, value: Value): Splice[] {
  const written = flowText([value]);
  if (node && !isBlank(node)) return [{ from: startOf(node), to: endOf(text, node), text: written }];
  const end = endOfItem(text, holder.node, holder.index);
  // `{key}` has neither value nor colon.
  return [{ from: end, to: end, text: node ? ` ${written}` : `: ${written}` }];
}

/** Another key, at its place in the order of the schema, or another item at the end. */
export function addInFlow({ text }: Source, { node, schema }: Container, step: Step, value: Value): Splice[] {
  const written = flowText(typeof step === "string" ? { [step]: value } : [value]);
  const previous = indexBefore(node, step, schema);
  const at = previous < 0 ? startOfItem(text, node, 0) : endOfItem(text, node, previous);
  return [{ from: at, to: at, text: previous < 0 ? `${written}, ` : `, ${written}` }];
}

/** Without a key or item, which is not the only one; with one of the commas beside it. */
export function removeFromFlow({ text }: Source, node: Collection, index: number): Splice[] {
  const start = startOfItem(text, node, index);
  const end = endOfItem(text, node, index);
  if (index < node.items.length - 1)
    return [{ from: start, to: skip(text, /[ \t]*/y, pastComma(text, end)), text: "" }];
  const comma = pastComma(text, endOfItem(text, node, index - 1));
  const gap = /[ \t]*$/.exec(text.slice(comma, start))?.[0].length ?? 0;
  return [
    { from: comma - 1, to: comma, text: "" },
    { from: start - gap, to: end, text: "" },
  ];
}

const pastComma = (text: string, end: number): number => skip(text, /(?:\s|#[^\n]*)*,/y, end);
