import type { Text } from "#src/base/locale.ts";
import { table } from "#src/base/markdown.ts";
import { contextOf, licenseOf } from "#src/catalog/entry/of-variant.ts";
import { parseEntry } from "#src/catalog/entry/parse.ts";
import { quantizationLabel } from "#src/catalog/entry/precision.ts";
import type { Card } from "#src/catalog/entry/reference.ts";
import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import { whenStated } from "#src/catalog/entry/stated.ts";
import { formatGb, formatSize, formatTokens } from "#src/catalog/entry/units.ts";
import { cacheGrowth } from "#src/catalog/memory/cache-growth.ts";
import { usableShare } from "#src/catalog/memory/engines.ts";
import { weightsGb } from "#src/catalog/memory/estimate.ts";
import { needAt } from "#src/catalog/memory/need.ts";
import { type Offer, offersOf } from "#src/catalog/memory/offers.ts";
import { quoted } from "#src/sync/github/quoted.ts";
import type { Draft } from "./draft.ts";

/** Names and licences in full: the catalog allows no longer ones. */
const MOST_CHARACTERS = 120;
const shown = (name: string): string => quoted(name, MOST_CHARACTERS);

/** Rows of either table at most. */
const MOST_ROWS = 20;
/** A chat with a document in it. */
const USUAL_TOKENS = 8192;
/** Machines of a data centre have so many equal cards: engines split a model's heads evenly, which other numbers do not allow. */
const MACHINES = [2, 4, 8];
/** Each of their cards has so many GB at least. */
const LEAST_OF_SEVERAL = 80;
/** A size of memory is common that so many cards are sold with. */
const COMMON = 3;

/**
 * What the entry will say once the draft is merged, as Markdown for a pull request's text: the figures of the variants
 * that it is about, and the memory that each of their precisions takes. `text` is the whole file as it will be. Empty
 * where the file gives no entry.
 */
export function previewText(
  draft: Draft,
  file: string,
  { cards, text }: { cards: readonly Card[]; text: Text },
): string {
  const { entry } = parseEntry(`${draft.entry}.yaml`, file);
  if (entry === undefined) return "";
  const variants = touchedVariants(draft, entry);
  const memory = memoryRows(entry, variants, { cards, text });
  const columns = (["variant", "size", "context", "cache", "license", "released"] as const).map((column) =>
    text(`proposal.preview.${column}`),
  );
  const figures = variants.map((variant) =>
    figureCells(entry, variant).map((cell) => cell ?? text("proposal.preview.none")),
  );
  return [
    `### ${text("proposal.preview.heading", { name: shown(entry.name) })}`,
    bounded(columns, figures, text),
    ...(memory.length === 0
      ? []
      : [
          bounded(
            [
              text("proposal.preview.variant"),
              text("proposal.preview.precision"),
              text("proposal.preview.weights"),
              text("proposal.preview.memory", { tokens: formatTokens(USUAL_TOKENS) }),
              text("proposal.preview.card"),
            ],
            memory,
            text,
          ),
          text("proposal.preview.memoryNote"),
        ]),
  ].join("\n\n");
}

function bounded(columns: string[], rows: string[][], text: Text): string {
  const shown = table(columns, rows.slice(0, MOST_ROWS));
  const rest = rows.length - MOST_ROWS;
  return rest > 0 ? `${shown}\n\n${text("proposal.preview.more", { count: rest })}` : shown;
}

/** The variants that a draft is about; undefined stands for the entry as a whole. */
function touchedVariants(draft: Draft, entry: Entry): (Variant | undefined)[] {
  const names = new Set(
    draft.models.map(({ place }) => {
      if (place.kind === "weights") return place.variant?.name;
      return place.kind === "variant" ? place.name : place.variant;
    }),
  );
  const variants = (entry.variants ?? []).filter(({ name }) => names.has(name));
  return names.has(undefined) || variants.length === 0 ? [undefined, ...variants] : variants;
}

function figureCells(entry: Entry, variant: Variant | undefined): (string | undefined)[] {
  const { parametersB, activeParametersB } = variant ?? entry;
  const license = licenseOf(entry, variant);
  const growth = cacheGrowth(entry, variant);
  return [
    shown(variant?.name ?? entry.name),
    whenStated(parametersB, (billions) => formatSize(billions, activeParametersB)),
    whenStated(contextOf(entry, variant), formatTokens),
    whenStated(growth?.gbPer1K, (gb) => formatGb(Number(gb.toPrecision(2)))),
    whenStated(license.weights, shown),
    variant?.released ?? entry.released,
  ];
}

function memoryRows(
  entry: Entry,
  variants: readonly (Variant | undefined)[],
  { cards, text }: { cards: readonly Card[]; text: Text },
): string[][] {
  const none = text("proposal.preview.none");
  return offersOf(entry)
    .filter(({ edition }) => variants.some((variant) => variant?.name === edition?.name))
    .flatMap((offer) => {
      const need = needAt(offer, USUAL_TOKENS);
      const weights = offer.build && weightsGb(offer.build);
      if (need === undefined) return [];
      const [low, high] = [need.low, need.high].map((gb) => Number(gb.toFixed(1)));
      const span = low === high ? formatGb(need.high) : `${low}–${high} GB`;
      return [
        [
          shown(offer.variant ?? entry.name),
          quantizationLabel(offer),
          whenStated(weights, (gb) => formatGb(Number(gb.toFixed(1)))) ?? none,
          span,
          smallestCard(offer, need.high / usableShare(need.engine), cards) ?? none,
        ],
      ];
    });
}

/**
 * The card with the least memory that has room for so many GB, the newest of a maker first; else two, four or eight of
 * a data centre's, of the smallest kind that is enough. Undefined where none is.
 */
function smallestCard({ precision }: Offer, gb: number, cards: readonly Card[]): string | undefined {
  if (precision === "mlx") return undefined;
  const sold = cards
    .filter(({ unified }) => unified === undefined)
    .flatMap(({ name, kind, editions: [usual] }) => (usual === undefined ? [] : [{ name, kind, gb: usual.memoryGb }]))
    .filter((card, _, all) => all.filter(({ gb: other }) => other === card.gb).length >= COMMON)
    .toSorted((a, b) => a.gb - b.gb);
  const one = sold.find((card) => (card.kind === "desktop" || card.kind === "datacenter") && card.gb >= gb);
  if (one !== undefined) return `${one.name} (${formatGb(one.gb)})`;
  const [machine] = sold
    .filter((card) => card.kind === "datacenter" && card.gb >= LEAST_OF_SEVERAL)
    .flatMap((card) => {
      const count = MACHINES.find((several) => several * card.gb >= gb);
      return count === undefined ? [] : [{ ...card, count }];
    });
  return machine && `${machine.count}× ${machine.name} (${formatGb(machine.gb)})`;
}
