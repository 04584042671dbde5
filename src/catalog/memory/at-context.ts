import { contextOf } from "#src/catalog/entry/of-variant.ts";
import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import { ESTIMATE_TOKENS } from "./estimate.ts";
import { type Need, needAt } from "./need.ts";
import { type Offer, offersOf } from "./offers.ts";

/** Tokens of context to make room for, or as much as each model has. */
export type AskedContext = number | "longest";

/** Every offer of an entry that has the context, with the tokens to make room for; without one asked 4,096 at most. */
export function offersAt(entry: Entry, asked: AskedContext | undefined): { offer: Offer; tokens: number }[] {
  return offersOf(entry).flatMap((offer) => {
    const tokens = tokensFor(offer, entry, asked);
    return tokens === undefined ? [] : [{ offer, tokens }];
  });
}

/**
 * The offer that takes the least graphics memory with so much context, and what it takes: of the given variants where some
 * have a known memory and the context, else of every variant. Undefined where none has both.
 */
export function leastMemoryAt(
  entry: Entry,
  tokens: AskedContext,
  variants: readonly Variant[] = [],
): { offer: Offer; need: Need; tokens: number } | undefined {
  const known = offersAt(entry, tokens).flatMap(({ offer, tokens }) => {
    const need = offer.vramGb === undefined ? undefined : needAt(offer, tokens);
    return need === undefined ? [] : [{ offer, need, tokens }];
  });
  const meant = known.filter(({ offer: { edition } }) => edition !== undefined && variants.includes(edition));
  return (meant.length > 0 ? meant : known).toSorted((a, b) => a.need.high - b.need.high)[0];
}

/** Makers write 128K for 131,072 and for 128,000 tokens. */
const ROUNDED = 0.95;
/** Every model has that much, where nobody says how long it may be. */
const SURE_TOKENS = 4096;

/** Tokens that a way makes room for; undefined where the model has no such context, or nobody says that it has. */
function tokensFor({ ollama, edition }: Offer, entry: Entry, asked: AskedContext | undefined): number | undefined {
  const longest = ollama?.contextTokens ?? contextOf(entry, edition) ?? SURE_TOKENS;
  if (asked === "longest") return longest;
  if (asked === undefined) return Math.min(ESTIMATE_TOKENS, longest);
  return asked * ROUNDED <= longest ? asked : undefined;
}
