import type { ConverterFunction, ConverterOptions } from "opencc-js/t2cn";
import type { Conversions } from "./data.ts";

/**
 * Stands for `opencc-js/t2cn` in a browser: its tables come over the network, and few who read simplified Chinese ever type a
 * traditional character. Until they are there a text stays as it is, and that they were missed is kept in mind.
 */
let tables: typeof import("opencc-js/t2cn") | undefined;
let missed = false;
let known = new Map<string, string>();

/** Names that were converted when the site was written. */
export function setSimplified(names: Conversions): void {
  known = new Map(Object.entries(names));
}

export function Converter(options: ConverterOptions): ConverterFunction {
  let convert: ConverterFunction | undefined;
  return (text: string): string => {
    convert ??= tables?.Converter(options);
    if (convert !== undefined) return convert(text);
    const converted = known.get(text);
    missed ||= converted === undefined;
    return converted ?? text;
  };
}

/** Loads the tables where they were missed; whether they were. */
export async function loadMissedTables(): Promise<boolean> {
  if (!missed || tables !== undefined) return false;
  tables = await import("opencc-js/t2cn");
  return true;
}
