import { readCatalogFiles } from "#src/catalog/entry/load.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import type { FitResult } from "#src/catalog/memory/fit.ts";
import { readCards } from "#src/catalog/memory/machine.ts";
import type { FitRequest } from "#src/catalog/memory/ways.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";

/** A request for cards as people type them. */
export function requestFor(vram: string, request: Partial<FitRequest> & { ramGb?: number } = {}): FitRequest {
  const { ramGb, ...rest } = request;
  const cards = readCards(vram, realCatalog.cards) ?? { cards: 1, cardGb: 1 };
  return { machine: { ...cards, ramGb }, commercial: false, ...rest };
}

/** Entries that state what a test is about and little else, by their ids. */
export async function entriesOf(files: Record<string, Record<string, string>>): Promise<Entry[]> {
  const read = await readCatalogFiles(
    Object.entries(files).map(([id, fields]) => ({ file: `${id}.yaml`, text: smallEntry(fields) })),
  );
  return read.entries;
}

/** A model as one GGUF file of four bits, free for commercial use. */
export const gguf = (
  parametersB: number,
  released: string,
  fields: Record<string, string> = {},
): Record<string, string> => ({
  parametersB: String(parametersB),
  released: `'${released}'`,
  weights: "\n  - {label: GGUF, precision: gguf, quant: q4_k_m, hub: huggingface, id: a/b}",
  license: "{commercial: 'yes'}",
  ...fields,
});

export const ids = ({ fits }: FitResult): string[] => fits.map(({ entry }) => entry.id);
