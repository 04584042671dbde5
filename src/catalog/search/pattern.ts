import type { Fact } from "./criteria.ts";

/**
 * An expression for what people type, and the fact it asks for. Patterns run over folded text (half-width, lower case,
 * simplified), each over what the earlier ones left. `today` is YYYY-MM-DD, `whole` all that matched.
 */
export type Pattern = {
  expression: RegExp;
  read: (match: Record<string, string | undefined>, today: string, whole: string) => Fact | undefined;
};

/** An expression for words at whose ends no Latin letters or digits run on. */
export const words = (source: string): RegExp => new RegExp(`(?<![a-z0-9.])(?:${source})(?![a-z0-9])`, "gu");
