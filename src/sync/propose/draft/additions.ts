import { isDeepStrictEqual } from "node:util";
import type { Edit } from "#src/catalog/entry/edit.ts";
import type { Change, NewEntry } from "#src/sync/propose/kinds/kind.ts";

type NewValue = NewEntry[string];
type Step = string | number;

/** A value that a draft adds to a file, where it then stands, and how people read it. */
export type Addition = {
  kind: Exclude<Edit["kind"], "remove">;
  path: Step[];
  at: Step[];
  value: NewValue;
  about: Pick<Change, "field" | "before" | "after" | "evidence">;
};

/** Without these nothing of the item beside them is left. */
const NEEDED = new Set<PropertyKey>(["name", "label", "hub", "id", "commercial", "weights"]);

/**
 * The additions without the one field that a path leads to, with the item around it where it is nothing without the
 * field. Undefined where the path leads into none of them.
 */
export function withoutField(additions: readonly Addition[], path: readonly PropertyKey[]): Addition[] | undefined {
  const index = additions.findLastIndex(({ at }) => isWithin(path, at));
  const addition = additions[index];
  if (addition === undefined) {
    const above = additions.findLastIndex(({ at }) => isWithin(at, path));
    return above < 0 ? undefined : additions.toSpliced(above, 1);
  }
  const value = withoutPath(addition.value, path.slice(addition.at.length));
  if (isDeepStrictEqual(value, addition.value)) return undefined;
  if (value === undefined) return additions.toSpliced(index, 1).map((other) => moved(other, addition));
  return additions.with(index, { ...addition, value });
}

const isWithin = (path: readonly PropertyKey[], outer: readonly PropertyKey[]): boolean =>
  outer.every((step, at) => String(path[at]) === String(step));

/** Items that were to stand behind one that is left out stand one place further to the front. */
function moved(other: Addition, gone: Addition): Addition {
  const last = gone.at.length - 1;
  const place = other.at[last];
  const goneAt = gone.at[last];
  const isBehind =
    typeof place === "number" &&
    typeof goneAt === "number" &&
    place > goneAt &&
    isWithin(other.at, gone.at.slice(0, last));
  return isBehind ? { ...other, at: other.at.with(last, place - 1) } : other;
}

/** The value without the field at the path; undefined where nothing is left of it. */
export function withoutPath(value: NewValue, path: readonly PropertyKey[]): NewValue | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return undefined;
  if (Array.isArray(value)) {
    const at = Number(step);
    const item = value[at];
    if (item === undefined) return value;
    const left = withoutPath(item, rest);
    const list = left === undefined ? value.toSpliced(at, 1) : value.with(at, left);
    return list.length === 0 ? undefined : list;
  }
  if (typeof value !== "object") return value;
  const key = String(step);
  const part = value[key];
  if (part === undefined) return value;
  const left = withoutPath(part, rest);
  if (left !== undefined) return { ...value, [key]: left };
  if (NEEDED.has(key) && typeof part !== "object") return undefined;
  const { [key]: _gone, ...others } = value;
  return Object.keys(others).length === 0 ? undefined : others;
}
