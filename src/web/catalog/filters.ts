import type { Text } from "#src/base/locale.ts";
import { licensesOf } from "#src/catalog/entry/of-variant.ts";
import { PRECISIONS, quantizationLabel } from "#src/catalog/entry/precision.ts";
import { DOMAINS } from "#src/catalog/entry/purposes.ts";
import type { Entry, Modality } from "#src/catalog/entry/schema.ts";
import { offersOf } from "#src/catalog/memory/offers.ts";
import type { FactCriterion } from "#src/catalog/search/criteria.ts";
import { entryRank } from "#src/catalog/search/criterion-ranks.ts";

/** The condition that a choice puts on an entry: a criterion of the search, or one of its own. */
export type FilterTest = { criterion: FactCriterion } | { holds: (entry: Entry) => boolean };

/** One choice of a menu. */
export type Option = {
  /** The text that stands for it in an address. */
  value: string;
  label: (text: Text) => string;
  test: FilterTest;
};

/** The menus of the page in the order in which addresses name them. */
export const FILTER_NAMES = ["family", "size", "precision", "commercial", "modality", "domain", "year"] as const;
export type FilterName = (typeof FILTER_NAMES)[number];
export type Filters = Record<FilterName, Option[]>;

/** Billions of parameters where one class of sizes ends and the next begins; 7B, 13B, 32B and 72B are well inside. */
const SIZE_BOUNDS = [2, 5, 10, 20, 50, 150];
/** A class ends just before the next one begins. */
const JUST_BELOW = 1e-6;

const PERMITS = ["yes", "conditional", "registration", "no", "unknown"] as const;
const MODALITIES = ["text", "vision", "audio"] as const satisfies readonly Modality[];

/** What the menus offer for a catalog: only what occurs in it. */
export function filtersFor(entries: readonly Entry[]): Filters {
  const offered: Filters = {
    family: families(entries),
    size: sizes(),
    precision: PRECISIONS.map((precision) => ({
      value: precision,
      label: () => quantizationLabel({ precision }),
      // A precision is offered where an entry has exactly that; chosen, its relatives count too, as in a query.
      test: { criterion: { kind: "precision", asked: { kind: "precision", precision } } },
    })),
    commercial: commercial(),
    modality: MODALITIES.map((modality) => ({
      value: modality,
      label: (text) => text(`modality.${modality}`),
      test: { criterion: { kind: "modality", modality } },
    })),
    domain: DOMAINS.map((domain) => ({
      value: domain,
      label: (text) => text(`purpose.${domain}`),
      test: { criterion: { kind: "purpose", purpose: domain } },
    })),
    year: years(entries),
  };
  const precisions = new Set<string>(entries.flatMap((entry) => offersOf(entry).map(({ precision }) => precision)));
  const occurs = ({ test }: Option): boolean => entries.some((entry) => passes(entry, test));
  return {
    ...offered,
    size: offered.size.filter(occurs),
    precision: offered.precision.filter(({ value }) => precisions.has(value)),
    commercial: offered.commercial.filter(occurs),
    modality: offered.modality.filter(occurs),
    domain: offered.domain.filter(occurs),
  };
}

/** Whether an entry meets the condition of one choice, taken alone. */
export const passes = (entry: Entry, test: FilterTest): boolean =>
  "holds" in test ? test.holds(entry) : entryRank(test.criterion, entry) !== undefined;

function families(entries: readonly Entry[]): Option[] {
  const names = [...new Set(entries.map(({ family }) => family))];
  return names
    .toSorted((a, b) => a.localeCompare(b, "en"))
    .map((name) => ({ value: name, label: () => name, test: { holds: ({ family }) => family === name } }));
}

function sizes(): Option[] {
  return [0, ...SIZE_BOUNDS].map((min, at): Option => {
    const max = SIZE_BOUNDS[at];
    const billions = { ...(min > 0 && { min }), ...(max !== undefined && { max: max - JUST_BELOW }) };
    return {
      value: `${min}-${max ?? ""}`,
      label: (text) => {
        if (max === undefined) return text("web.list.sizeFrom", { from: `${min}B` });
        return min === 0 ? text("web.list.sizeBelow", { to: `${max}B` }) : `${min}–${max}B`;
      },
      test: { criterion: { kind: "parameters", billions } },
    };
  });
}

function commercial(): Option[] {
  return [
    {
      value: "allowed",
      label: (text) => text("web.list.anyCommercial"),
      test: { criterion: { kind: "commercial", allowed: true } },
    },
    ...PERMITS.map(
      (permit): Option => ({
        value: permit,
        label: (text) => text(`commercial.${permit}`),
        test: { holds: (entry) => licensesOf(entry).some((license) => license.commercial === permit) },
      }),
    ),
  ];
}

function years(entries: readonly Entry[]): Option[] {
  const known = [...new Set(entries.flatMap(({ released }) => released?.slice(0, 4) ?? []))].toSorted();
  return known.toReversed().map((year) => ({
    value: year,
    label: () => year,
    test: { criterion: { kind: "released", from: year, to: year } },
  }));
}
