import { ROUNDED } from "./at-context.ts";
import { needAt } from "./need.ts";
import type { Offer } from "./offers.ts";

/**
 * An offer with the memory that it takes with so many tokens of context (GB, of a range the upper end): what a source
 * measured with that many, else our estimate. Undefined where that is not known, or where it serves no such context.
 */
export function offerAt(offer: Offer, tokens: number): Offer | undefined {
  if ((offer.ollama?.contextTokens ?? tokens) < tokens * ROUNDED) return undefined;
  const need = needAt(offer, tokens);
  if (need === undefined) return undefined;
  if (need.basis === "measured") return { ...offer, vramGb: need.high, contextTokens: tokens };
  const { leastGb: _least, measurements: _measurements, ...rest } = offer;
  const [least, most] = [need.low, need.high].map(roundUp);
  if (least === undefined || most === undefined) return undefined;
  return {
    ...rest,
    ...(offer.vramGb === undefined ? { ramGb: most } : { vramGb: most }),
    leastGb: least,
    contextTokens: tokens,
    engine: need.engine,
    estimated: true,
    stated: false,
  };
}

/** To a tenth, up: too little memory is the worse mistake. */
const roundUp = (gb: number): number => Math.ceil(gb * 10) / 10;
