import { storedParametersOf } from "#src/sync/facts/size.ts";
import { type FactsAnswer, modelName } from "#src/sync/hubs/hub.ts";
import type { Place } from "#src/sync/names/place.ts";

/** Makers round sizes, and count or leave out embeddings and draft heads; what differs by more is another model. */
const LARGEST_FACTOR = 1.4;

/**
 * The place of a model, where its files may gainsay its name: weights of another size than what they would stand beside are a
 * variant of their own, so that their figures are not lost. Packed numbers gainsay nothing.
 */
export function placeBySize(place: Place, id: string, answer: FactsAnswer): Place {
  if (place.kind !== "weights" || answer.state !== "found") return place;
  const { entry, variant } = place;
  const stated = (variant ?? entry).storedParametersB ?? (variant ?? entry).parametersB;
  const stored = storedParametersOf(answer.facts);
  if (stated === undefined || stored === undefined) return place;
  const ratio = stored / stated;
  if (ratio < LARGEST_FACTOR && ratio > 1 / LARGEST_FACTOR) return place;
  const name = modelName(id);
  const isTaken = (entry.variants ?? []).some((other) => other.name.toLowerCase() === name.toLowerCase());
  return isTaken ? place : { kind: "variant", entry, name, like: variant };
}
