import { Converter, CustomConverter } from "opencc-js/cn2t";
import type { Locale } from "#src/base/locale.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";

/** Words of our field that a general phrase table gets wrong for readers in Taiwan. */
const FIELD = [
  ["引數", "參數"],
  ["視訊記憶體", "顯示記憶體"],
  ["許可協議", "授權條款"],
  ["許可證", "授權條款"],
  ["許可", "授權"],
  ["官方庫", "官方模型庫"],
  ["影象", "影像"],
] as const;

type Convert = (text: string) => string;

/** Made on first use: its tables take a tenth of a second to build, and most processes never need them. */
let convert: Convert | undefined;

function toTaiwan(text: string): string {
  if (convert === undefined) {
    const general = Converter({ from: "cn", to: "twp" });
    const field = CustomConverter(FIELD);
    convert = (simplified) => field(general(simplified));
  }
  return convert(text);
}

/** What an entry is, in a sentence or two. */
export const summaryText = ({ summary }: Entry, locale: Locale): string =>
  locale === "en-US" ? summary.en : catalogText(summary.zh, locale);

/** Catalog text, which is written in simplified Chinese, for a reader of the given language. */
export const catalogText = (text: string, locale: Locale): string => (locale === "zh-TW" ? toTaiwan(text) : text);
