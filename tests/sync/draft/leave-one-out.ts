import { isDeepStrictEqual } from "node:util";
import { editEntry, writeEntry } from "#src/catalog/entry/edit.ts";
import { attentionOf, contextOf, licenseOf } from "#src/catalog/entry/of-variant.ts";
import { parseEntry } from "#src/catalog/entry/parse.ts";
import type { Entry, Variant, Weights } from "#src/catalog/entry/schema.ts";
import { NO_WATCH } from "#src/catalog/entry/watch.ts";
import type { Place } from "#src/sync/names/place.ts";
import { type DraftContext, draftsOf } from "#src/sync/propose/draft/drafts.ts";
import { sameTerms } from "#src/sync/propose/draft/variant-fields.ts";
import type { PlacedModel } from "#src/sync/sources/candidate.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { realContext, realTexts } from "./candidates.ts";
import { hubFacts } from "./hub-facts.ts";

/** Something of the catalog that is taken out of it: a variant, or an entry that has none. */
type Taken = { entry: Entry; variant: Variant | undefined };

/** Every variant and entry whose cache is known and that a hub has weights of. */
export const takeable = (): Taken[] =>
  realCatalog.entries.flatMap((entry): Taken[] => {
    const { variants = [] } = entry;
    const all: (Variant | undefined)[] = variants.length > 0 ? variants : [undefined];
    return all
      .filter((variant) => attentionOf(entry, variant) !== undefined && rowsOf(entry, variant).length > 0)
      .map((variant) => ({ entry, variant }));
  });

const rowsOf = (entry: Entry, variant: Variant | undefined): Weights[] =>
  ((variant ?? entry).weights ?? []).filter(({ hub, id }) => hub === "huggingface" && id !== undefined);

/** The catalog without it, and its weights as models that were just seen. */
function withoutIt({ entry, variant }: Taken): { placed: PlacedModel[]; context: DraftContext } {
  const others = realCatalog.entries.filter(({ id }) => id !== entry.id);
  const at = variant === undefined ? -1 : (entry.variants?.indexOf(variant) ?? -1);
  const isAlone = variant === undefined || entry.variants?.length === 1;
  const text = isAlone
    ? undefined
    : editEntry(realTexts.get(entry.id) ?? "", [{ kind: "remove", path: ["variants", at] }]);
  const rest = text === undefined ? undefined : parseEntry(`${entry.id}.yaml`, text).entry;
  const texts = new Map(realTexts);
  if (text === undefined) texts.delete(entry.id);
  else texts.set(entry.id, text);
  const like = others
    .filter(({ family }) => family === entry.family)
    .toSorted((a, b) => (b.released ?? "").localeCompare(a.released ?? ""))[0];
  const place: Place =
    rest === undefined
      ? { kind: "series", id: entry.id, name: entry.name, variant: variant?.name ?? entry.name, like }
      : { kind: "variant", entry: rest, name: variant?.name ?? "", like: rest.variants?.[0] };
  const placed = rowsOf(entry, variant).flatMap((row): PlacedModel[] => {
    const facts = hubFacts(entry, variant, row);
    return facts === undefined
      ? []
      : [
          {
            candidate: { model: { hub: facts.hub, id: facts.id }, also: [], named: [], listed: facts },
            facts: { state: "found", facts },
            place,
          },
        ];
  });
  return {
    placed,
    context: {
      entries: rest === undefined ? others : [...others, rest],
      bases: realContext.bases,
      texts,
      watch: NO_WATCH,
    },
  };
}

/** What of a draft is compared with what people wrote. */
const ASPECTS = ["size", "precision", "license", "date", "context", "attention"] as const;
type Aspect = (typeof ASPECTS)[number];

/** What of a draft differs from what people wrote; `none`: there is no draft. */
export function missesOf(taken: Taken): (Aspect | "none")[] {
  const { placed, context } = withoutIt(taken);
  const [draft] = draftsOf(placed, context);
  const text =
    draft?.created !== undefined
      ? writeEntry(draft.created)
      : editEntry(
          context.texts.get(taken.entry.id) ?? "",
          (draft?.edits ?? []).map(({ edit }) => edit),
        );
  const entry = parseEntry(`${taken.entry.id}.yaml`, text).entry;
  const name = taken.variant?.name ?? taken.entry.name;
  const variant = entry?.variants?.find((item) => item.name === name);
  if (entry === undefined || variant === undefined) return ["none"];
  const right: Record<Aspect, boolean> = {
    size: sameSize(taken, variant),
    precision: rowsOf(taken.entry, taken.variant).every((row) => {
      const own = variant.weights?.find(({ id }) => id === row.id);
      return (
        own !== undefined && own.precision === row.precision && (row.quant === undefined || own.quant === row.quant)
      );
    }),
    license: sameTerms(licenseOf(entry, variant), licenseOf(taken.entry, taken.variant)),
    date: (variant.released ?? entry.released ?? "").startsWith(taken.variant?.released ?? taken.entry.released ?? ""),
    context: contextOf(entry, variant) === contextOf(taken.entry, taken.variant),
    attention: isDeepStrictEqual(
      figuresOf(attentionOf(entry, variant)),
      figuresOf(attentionOf(taken.entry, taken.variant)),
    ),
  };
  return ASPECTS.filter((aspect) => !right[aspect]);
}

function sameSize({ entry, variant }: Taken, own: Variant): boolean {
  const { parametersB, activeParametersB } = variant ?? entry;
  return own.parametersB === parametersB && own.activeParametersB === activeParametersB;
}

/** A shape without where it is from, and what an expert found out beside the config. */
function figuresOf(attention: ReturnType<typeof attentionOf>): object | undefined {
  if (attention === undefined) return undefined;
  const { source: _source, note: _note, confidence: _confidence, inheritedFrom: _from, ...figures } = attention;
  return figures;
}
