import { contextOf } from "#src/catalog/entry/of-variant.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { ESTIMATE_TOKENS } from "./estimate.ts";
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

/** Makers write 128K for 131,072 and for 128,000 tokens. */
export const ROUNDED = 0.95;
/** Every model has that much, where nobody says how long it may be. */
const SURE_TOKENS = 4096;

/** Tokens that a way makes room for; undefined where the model has no such context, or nobody says that it has. */
function tokensFor({ ollama, edition }: Offer, entry: Entry, asked: AskedContext | undefined): number | undefined {
  const longest = ollama?.contextTokens ?? contextOf(entry, edition) ?? SURE_TOKENS;
  if (asked === "longest") return longest;
  if (asked === undefined) return Math.min(ESTIMATE_TOKENS, longest);
  return asked * ROUNDED <= longest ? asked : undefined;
}
