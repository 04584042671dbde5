import type { Value } from "#src/catalog/entry/edit.ts";
import type { NewEntry } from "#src/sync/propose/kinds/kind.ts";

/** Fields of a file without those that nothing is known of; an object or list that says nothing is none. */
export function statedFields(fields: { [key: string]: Value | undefined }): NewEntry {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]): [string, NewEntry[string]][] => {
      const stated = value === undefined ? undefined : statedValue(value);
      return stated === undefined ? [] : [[key, stated]];
    }),
  );
}

function statedValue(value: Value): NewEntry[string] | undefined {
  if (typeof value !== "object") return value;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.flatMap((item) => statedValue(item) ?? []);
  const fields = statedFields(value);
  return Object.keys(fields).length === 0 ? undefined : fields;
}

/** Whether two values say the same, whatever the order of their keys and lists. */
export const sameValue = (a: Value | undefined, b: Value | undefined): boolean => canonical(a) === canonical(b);

/** A value as text that is the same for all that say the same. */
export const canonical = (value: Value | undefined): string => {
  if (value === undefined || typeof value !== "object") return JSON.stringify(value) ?? "";
  if (Array.isArray(value)) return `[${value.map(canonical).toSorted().join()}]`;
  const parts = Object.entries(value).filter(([, part]) => part !== undefined);
  return `{${parts
    .map(([key, part]) => `${key}:${canonical(part)}`)
    .toSorted()
    .join()}}`;
};
