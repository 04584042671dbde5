/** What is written of a value that the catalog states; nothing where it is silent. */
export const whenStated = <Value>(value: Value | undefined, write: (value: Value) => string): string | undefined =>
  value === undefined ? undefined : write(value);

/** The parts of a line that say anything. */
export const statedParts = (parts: (string | undefined)[]): string[] =>
  parts.filter((part) => part !== undefined).filter((part) => part !== "");
