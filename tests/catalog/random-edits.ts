import fc from "fast-check";
import { z } from "zod";
import type { Edit, Value } from "#src/catalog/entry/edit.ts";
import { entrySchema, unwrap } from "#src/catalog/entry/schema.ts";

export type Path = Edit["path"];

/** Texts that a careless writer turns into something else. */
const hostileTexts = [
  ..."1.10 5.0 20250527 2.4.2 2024-01-01 12:30 1_000 true null no ~ 0x10 1e3 .5 - a: ' \" '\"a [a] {a # ? | << --- ...".split(
    " ",
  ),
  ..."@x,%x,*x,&x,!x,> x,- x,a: b,# x,a #b,| x,--- x,🙂,中文：“引号”,a\\n,# yaml-language-server: x, leading".split(
    ",",
  ),
  ..."trailing  ;;\t;\n;a\nb;a\n\nb\n; \n a;a\n  \n;x\r\ny;a\n---\nb\n...\n;a\n# b\n c: d;a, b".split(";"),
  ..."\u3000;a\u3000\nb;\u0085;\u2028;\uFEFF;\uD800;\0".split(";"),
  "word ".repeat(50),
];

const text = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.array(fc.constantFrom(...hostileTexts), { minLength: 2, maxLength: 4 }).map((lines) => lines.join("\n")),
  fc.string({ unit: fc.constantFrom(..."\n\t\r #:-'\"\\|>,a中"), maxLength: 40 }),
);

const field = fc.constantFrom("name", "label", "tag", "note", "weights", "unknown", "no", "a b", "__proto__");

export const anyValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    { arbitrary: text, weight: 5 },
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(field, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

/** One edit of data, at a path that exists or one that an entry could have. */
export function anyEdit(data: unknown): fc.Arbitrary<Edit> {
  const present = pathsIn(data).slice(1);
  const lists = present.filter((path) => Array.isArray(valueIn(data, path)));
  const at = fc.constantFrom(...present);
  const missing = fc.constantFrom(...missingPaths(data));
  const deep = fc
    .tuple(missing, fc.constantFrom<Path>(["a", "b"], [0], [0, "a"]))
    .map(([path, rest]) => [...path, ...rest]);
  return fc.oneof(
    fc.record({ kind: fc.constant("set"), path: fc.oneof(at, missing, deep), value: anyValue }),
    fc.record({ kind: fc.constant("append"), path: fc.oneof(missing, fc.constantFrom(...lists)), value: anyValue }),
    fc.record({ kind: fc.constant("remove"), path: fc.oneof(at, deep) }),
  );
}

const isMapping = (value: unknown): value is Record<Path[number], unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isHolder = (value: unknown): value is Record<Path[number], unknown> =>
  typeof value === "object" && value !== null;

export const valueIn = (data: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, step) => (isHolder(value) && Object.hasOwn(value, step) ? value[step] : undefined),
    data,
  );

function pathsIn(data: unknown, path: Path = []): Path[] {
  const steps = Array.isArray(data) ? [...data.keys()] : isMapping(data) ? Object.keys(data) : [];
  return [path, ...steps.flatMap((step) => pathsIn(valueIn(data, [step]), [...path, step]))];
}

function missingPaths(data: unknown): Path[] {
  return pathsIn(data).flatMap((path) => {
    const value = valueIn(data, path);
    if (!isMapping(value)) return [];
    return [...fieldsAt(path), "unknown"].filter((key) => !Object.hasOwn(value, key)).map((key) => [...path, key]);
  });
}

type Schema = z.core.$ZodType | undefined;

function fieldsAt(path: Path): string[] {
  const schema = path.reduce<Schema>(schemaAt, entrySchema);
  const inner = schema && unwrap(schema);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

function schemaAt(schema: Schema, step: Path[number]): Schema {
  const inner = schema && unwrap(schema);
  if (inner instanceof z.ZodArray) return inner.element;
  const shape: Record<string, Schema> = inner instanceof z.ZodObject ? inner.shape : {};
  return Object.hasOwn(shape, step) ? shape[step] : undefined;
}

/** What an edit asks for, done to the data itself. */
export function editedData(data: unknown, { path, ...change }: Edit): unknown {
  const copy: unknown = structuredClone(data);
  let holder: unknown = copy;
  for (const [depth, step] of path.slice(0, -1).entries()) {
    if (valueIn(holder, [step]) === undefined) {
      if (change.kind === "remove") return copy;
      put(holder, step, typeof path[depth + 1] === "number" ? [] : {});
    }
    holder = valueIn(holder, [step]);
  }
  const last = path.at(-1) ?? "";
  if (change.kind === "set") put(holder, last, change.value);
  else if (change.kind === "append") put(holder, last, [...listAt(holder, last), change.value]);
  else if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else if (isHolder(holder)) delete holder[last];
  return copy;
}

const listAt = (holder: unknown, step: Path[number]): unknown[] => {
  const list = valueIn(holder, [step]);
  return Array.isArray(list) ? list : [];
};

/** Plain assignment would not make a key `__proto__`. */
const put = (holder: unknown, step: Path[number], value: unknown): void => {
  if (isHolder(holder))
    Object.defineProperty(holder, step, { value, writable: true, enumerable: true, configurable: true });
};
