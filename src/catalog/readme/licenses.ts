import type { License } from "#src/catalog/entry/schema.ts";
import { escapeText, linked, note } from "./markdown.ts";
import { COMMERCIAL, NOT_STATED } from "./words.ts";

/** What an entry's licences are, by their labels. */
export const licenseRows = (license: License): [string, string | undefined][] => [
  ["代码许可", license.code === undefined ? NOT_STATED : licenseName(license.code, license.codeUrl)],
  ["权重许可", license.weights === undefined ? NOT_STATED : licenseName(license.weights, license.weightsUrl)],
  ["数据许可", license.data && escapeText(license.data)],
  ["商用", COMMERCIAL[license.commercial] + note(license.note)],
];

/** The name of a licence, leading to its text where that is known. */
export const licenseName = (name: string, url: string | undefined): string =>
  name === "unknown" ? "未明确" : linked(name, url);
