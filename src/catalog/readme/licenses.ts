import { commercialOf, licenseGroups, type Shared } from "#src/catalog/entry/of-variant.ts";
import type { Entry, License, Variant } from "#src/catalog/entry/schema.ts";
import { statedParts } from "#src/catalog/entry/stated.ts";
import { shortVariant } from "#src/catalog/search/subject.ts";
import { escapeText, link, linked, note } from "./markdown.ts";
import { COMMERCIAL, COMMERCIAL_IN_PART, NOT_STATED } from "./words.ts";

/** Variants named in a cell of the table, and in a section. */
const FEW = 3;
const MANY = 12;

/** Names of variants without what their entry's name says already; the rest is counted. */
export function variantNames(entry: Entry, variants: readonly Variant[], most = MANY): string {
  const names = variants.slice(0, most).map(({ name }) => shortVariant(name, { entry, variant: undefined }));
  return escapeText(names.join("、")) + (variants.length > most ? ` 等 ${variants.length} 个` : "");
}

/** Whether an entry may be used commercially; where that depends on the variant, which are stricter or alone as free. */
export function commercialCell(entry: Entry): string {
  const { freest, mixed, groups } = commercialOf(entry);
  if (!mixed) return COMMERCIAL[freest];
  const [free, ...stricter] = groups;
  const count = (some: readonly Shared<unknown>[]): number =>
    some.reduce((sum, { variants }) => sum + variants.length, 0);
  const remark =
    free !== undefined && count(stricter) > count([free])
      ? `仅 ${variantNames(entry, free.variants, FEW)}`
      : stricter.map(({ value, variants }) => `${variantNames(entry, variants, FEW)} ${COMMERCIAL[value]}`).join("；");
  return `${COMMERCIAL_IN_PART[freest]}（${remark}）`;
}

/** The licences of an entry: those of all its weights by their labels, else a row for the variants under each. */
export function licenseRows(entry: Entry): [string, string | undefined][] {
  const groups = licenseGroups(entry);
  const [only] = groups;
  const license: License =
    only !== undefined && groups.length === 1 ? { ...entry.license, ...only.value } : entry.license;
  const code: [string, string] = [
    "代码许可",
    license.code === undefined ? NOT_STATED : licenseName(license.code, license.codeUrl),
  ];
  const data: [string, string | undefined] = ["数据许可", license.data && escapeText(license.data)];
  if (groups.length === 1) {
    const weights = license.weights === undefined ? NOT_STATED : licenseName(license.weights, license.weightsUrl);
    return [code, ["权重许可", weights], data, ["商用", useText(license) + note(license.note)]];
  }
  return [
    code,
    ...groups.map(({ value, variants }): [string, string] => [
      `${variantNames(entry, variants)} 的许可`,
      statedParts([
        value.weights === undefined ? "" : licenseName(value.weights, value.weightsUrl),
        useText(value),
        value.code && `代码许可 ${licenseName(value.code, value.codeUrl)}`,
        value.data && `数据许可 ${escapeText(value.data)}`,
      ]).join("，") + note(value.note),
    ]),
    data,
    ["商用", commercialCell(entry) + note(license.note)],
  ];
}

/** Whether a licence permits commercial use, with the clause that bites and where it is written. */
function useText({ commercial, clause, source = [] }: License): string {
  const url = source.find((item) => item.startsWith("http"));
  const said = clause === undefined ? "" : `：${escapeText(clause.zh)}`;
  return `${COMMERCIAL[commercial]}${said}${url === undefined ? "" : `（${link("来源", url)}）`}`;
}

/** The name of a licence, leading to its text where that is known. */
export const licenseName = (name: string, url: string | undefined): string =>
  name === "unknown" ? "未明确" : linked(name, url);
