import { sizeInName } from "#src/catalog/entry/edition-match.ts";
import { byStrictness } from "#src/catalog/entry/of-variant.ts";
import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import type { Fault } from "./fault.ts";

/** Licences that would be read as another one than the sources give. */
export function licenseFaults(entry: Entry): Fault[] {
  return [...freerThanVariant(entry), ...sizeWithoutLicense(entry), ...licenseOfSome(entry)];
}

/** Who asks about the entry, or reads it by a version without licences of variants, must not be told that it is freer. */
function freerThanVariant({ license, variants = [] }: Entry): Fault[] {
  const [strictest] = variants
    .flatMap((variant) => (variant.license ? { name: variant.name, license: variant.license } : []))
    .toSorted((a, b) => byStrictness(b.license.commercial, a.license.commercial));
  if (strictest === undefined || byStrictness(license.commercial, strictest.license.commercial) >= 0) return [];
  const params = { commercial: license.commercial, strictest: strictest.license.commercial, name: strictest.name };
  return [{ path: ["license", "commercial"], rule: "freerThanVariant", params }];
}

/** A variant that states none has the entry's, which is as strict as the strictest of the others: so all state one or none does. */
function licenseOfSome({ variants = [] }: Entry): Fault[] {
  if (!variants.some(({ license }) => license)) return [];
  return variants.flatMap(({ name, license }, at) =>
    license ? [] : [{ path: ["variants", at], rule: "licenseOfSome", params: { name } }],
  );
}

/** `72B`, `1.8B` that stand alone; not the size inside of a model's name such as `Qwen2.5-7B`. */
const SIZE = /(?<![A-Za-z0-9.-])(\d+(?:\.\d+)?)\s?([BT])(?![A-Za-z0-9])/gi;

/** Where the text of an entry's licence tells sizes apart, each variant of such a size says what holds for it. */
function sizeWithoutLicense({ license, variants = [] }: Entry): Fault[] {
  const { weights, note, clause } = license;
  const texts = { weights, note, clause: clause && `${clause.zh} ${clause.en}` };
  return Object.entries(texts).flatMap(([field, text = ""]) => {
    const sizes = new Set(
      [...text.matchAll(SIZE)].map(([, size, unit]) => Number(size) * (/t/i.test(unit ?? "") ? 1000 : 1)),
    );
    const named = variants.filter(
      (variant) => !variant.license && (text.includes(variant.name) || isOfSize(variant, sizes)),
    );
    return named.map(({ name }) => ({ path: ["license", field], rule: "sizeWithoutLicense", params: { name } }));
  });
}

/** By the size that its name states; by its figure, which a text would round, only where it states none. */
function isOfSize({ name, parametersB }: Variant, sizes: ReadonlySet<number>): boolean {
  const size = sizeInName(name) ?? (parametersB === undefined ? undefined : Math.round(parametersB));
  return size !== undefined && sizes.has(size);
}
