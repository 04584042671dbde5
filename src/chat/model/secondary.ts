import type { Text } from "#src/base/locale.ts";
import type { Variant } from "#src/catalog/entry/schema.ts";

/** The mark of a variant that is known from third parties only; nothing for any other. */
export const secondary = (variant: Variant | undefined, { text }: { text: Text }): string =>
  variant?.confidence === undefined ? "" : `⚠ ${text("facts.secondary")}`;
