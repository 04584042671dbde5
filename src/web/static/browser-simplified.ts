import type { ConverterFunction, ConverterOptions } from "opencc-js/t2cn";

/**
 * Stands for `opencc-js/t2cn` in a browser: its tables come over the network, and few who read simplified Chinese ever type a
 * traditional character. Until they are there a text stays as it is, and that they were missed is kept in mind.
 */
let tables: typeof import("opencc-js/t2cn") | undefined;
let missed = false;

export function Converter(options: ConverterOptions): ConverterFunction {
  let convert: ConverterFunction | undefined;
  return (text: string): string => {
    if (convert === undefined && tables === undefined) {
      missed = true;
      return text;
    }
    convert ??= tables?.Converter(options);
    return convert?.(text) ?? text;
  };
}

/** Loads the tables where they were missed; whether they were. */
export async function loadMissedTables(): Promise<boolean> {
  if (!missed || tables !== undefined) return false;
  tables = await import("opencc-js/t2cn");
  return true;
}
