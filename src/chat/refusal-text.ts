import type { Text } from "#src/base/locale.ts";
import type { UserError } from "#src/base/user-error.ts";

/** An error in the person's language; `quote` makes what others wrote safe where the text is shown. */
export function refusalText({ key, params }: UserError, text: Text, quote = (value: string): string => value): string {
  const shown = Object.entries(params).map(([name, value]) => {
    if (typeof value === "number") return [name, value];
    return [name, typeof value === "string" ? quote(value) : value.map(quote).join(text("facts.listComma"))];
  });
  return text(`errors.${key}`, Object.fromEntries(shown));
}
