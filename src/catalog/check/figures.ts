import { everyOllamaModel } from "#src/catalog/entry/editions.ts";
import type { Entry, Requirement, Variant } from "#src/catalog/entry/schema.ts";
import type { Fault } from "./fault.ts";

/** The fields of a requirement that hold a size, and the words of a note that say which one is meant. */
const FIELDS = {
  vramInferenceGb: /显存|vram|graphics memory/i,
  vramFinetuneGb: /微调|训练|tun(?:e|ing)|train/i,
  ramGb: /内存|\bram\b|main memory/i,
  fileGb: /文件|磁盘|权重|\bfiles?\b|\bdisk\b|weights/i,
} as const satisfies Partial<Record<keyof Requirement, RegExp>>;
type SizeField = keyof typeof FIELDS;
const isSizeField = (name: string): name is SizeField => Object.hasOwn(FIELDS, name);
const SIZE_FIELDS = Object.keys(FIELDS).filter(isSizeField);

/** `17.5 GB`, `657MB`, `475 GiB`, `6G`; not the memory of a card: `8×80GB`, `24 GB 的显卡`, `an 80 GB card`. */
const FIGURE =
  /(?<![A-Za-z0-9.×*-])(\d+(?:\.\d+)?)\s?([GM])(?:i?B)?(?![A-Za-z])(?!\s?(?:以[上下])?(?:的|或)?\s?(?:多|单)?(?:显?卡|gpu|card))/gi;

/** A size that a note states, in GB by either count of a megabyte, and the words around it. */
type Stated = { text: string; gb: readonly number[]; clause: string };

function figuresIn(note: string | undefined): Stated[] {
  return (note ?? "").split(/[，。；、,;]\s*/).flatMap((clause) =>
    [...clause.matchAll(FIGURE)].map(([text, figure, unit]) => {
      const size = Number(figure);
      return { text, gb: /m/i.test(unit ?? "") ? [size / 1000, size / 1024] : [size], clause };
    }),
  );
}

/** Fields are rounded to two or three digits. */
const isSame = (a: number, b: number): boolean => Math.abs(a - b) <= Math.max(0.005, b * 0.01);

/** Sizes that stand in a note of the entry while the field for them is empty. */
export function figuresInNotes(entry: Entry): Fault[] {
  const { variants = [], requirements = [] } = entry;
  return [
    ...rowFaults(requirements, []),
    ...variants.flatMap((variant, at) => [
      ...rowFaults(variant.requirements ?? [], ["variants", at]),
      ...variantFaults(entry, variant, ["variants", at]),
    ]),
    ...ollamaFaults(entry),
  ];
}

const fault = (path: PropertyKey[], figure: Stated, fields: readonly string[]): Fault => ({
  path: [...path, "note"],
  rule: "figureInNote",
  params: { figure: figure.text, fields: fields.join(", ") },
});

function rowFaults(rows: readonly Requirement[], at: PropertyKey[]): Fault[] {
  return rows.flatMap((row, index) =>
    figuresIn(row.note).flatMap((figure) => {
      const named = SIZE_FIELDS.filter((field) => FIELDS[field].test(figure.clause));
      const fields = named.length > 0 ? named : SIZE_FIELDS;
      const isHeld = SIZE_FIELDS.some((field) =>
        figure.gb.some((gb) => row[field] !== undefined && isSame(row[field], gb)),
      );
      if (isHeld || fields.some((field) => row[field] !== undefined)) return [];
      return [fault([...at, "requirements", index], figure, fields)];
    }),
  );
}

/** A variant states sizes in its requirements and by file; its note repeats them at most. */
function variantFaults(entry: Entry, variant: Variant, at: PropertyKey[]): Fault[] {
  const rows = [
    ...(variant.requirements ?? []),
    ...(entry.requirements ?? []).filter((row) => row.variant === variant.name),
  ];
  const held = [
    ...Object.values(variant.fileGb ?? {}),
    ...rows.flatMap((row) => SIZE_FIELDS.map((field) => row[field])),
  ];
  return figuresIn(variant.note)
    .filter(({ gb }) => !held.some((size) => size !== undefined && gb.some((stated) => isSame(size, stated))))
    .map((figure) => fault(at, figure, ["requirements", "fileGb"]));
}

function ollamaFaults(entry: Entry): Fault[] {
  return everyOllamaModel(entry).flatMap(({ row, variant }) => {
    if (row.sizeGb !== undefined) return [];
    const at = variant === undefined ? [] : ["variants", entry.variants?.indexOf(variant) ?? 0];
    const index = (variant ?? entry).ollama?.indexOf(row) ?? 0;
    return figuresIn(row.note).map((figure) => fault([...at, "ollama", index], figure, ["sizeGb"]));
  });
}
