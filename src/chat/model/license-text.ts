import { link } from "#src/base/markdown.ts";
import { type Commercial, commercialOf, licenseGroups, type Shared } from "#src/catalog/entry/of-variant.ts";
import type { Entry, License, Variant } from "#src/catalog/entry/schema.ts";
import { statedParts, whenStated } from "#src/catalog/entry/stated.ts";
import { shortVariant } from "#src/catalog/search/subject.ts";
import type { Context } from "#src/chat/command.ts";
import { catalogText } from "#src/chat/traditional.ts";
import type { PageContext } from "./page-context.ts";

/** Variants named where a licence of several is told in a few words, and where it is told in full. */
const FEW = 3;
const MANY = 12;

/** Names of variants without what their entry's name says already, without Markdown; the rest is counted. */
export function variantNames(
  entry: Entry,
  variants: readonly Variant[],
  { text, locale }: Pick<Context, "text" | "locale">,
  most = MANY,
): string {
  const names = variants
    .slice(0, most)
    .map(({ name }) => catalogText(shortVariant(name, { entry, variant: undefined }), locale))
    .join(text("facts.listComma"));
  return variants.length > most ? text("updates.namesMore", { names, count: variants.length }) : names;
}

/**
 * Whether an entry may be used commercially, in a few words and without Markdown. Where that depends on the variant:
 * which variants are stricter than the freest, or which alone are as free.
 */
export function commercialText(entry: Entry, context: Pick<Context, "text" | "locale">): string {
  const { text } = context;
  const { freest, mixed, groups } = commercialOf(entry);
  if (!mixed || freest === "no") return text(`commercial.${freest}`);
  const [free, ...stricter] = groups;
  const count = (some: readonly Shared<Commercial>[]): number =>
    some.reduce((sum, { variants }) => sum + variants.length, 0);
  const named = ({ variants }: Shared<Commercial>): string => variantNames(entry, variants, context, FEW);
  const remark =
    free !== undefined && count(stricter) > count([free])
      ? text("licenses.only", { names: named(free) })
      : stricter
          .map((group) => text("licenses.of", { names: named(group), use: text(`commercial.${group.value}`) }))
          .join(text("facts.semicolon"));
  return text("facts.withRemark", { value: text(`commercialInPart.${freest}`), remark });
}

/** Whether a licence permits commercial use, with the clause that bites, without Markdown. */
export function useText({ commercial, clause }: License, { text, locale }: Pick<Context, "text" | "locale">): string {
  const use = text(`commercial.${commercial}`);
  if (clause === undefined) return use;
  const condition = locale === "en-US" ? clause.en : catalogText(clause.zh, locale);
  return text("facts.pair", { label: use, value: condition });
}

/** The licences of an entry: those of all its weights field by field, else a line for the variants under each. */
export function licenseLines(entry: Entry, context: PageContext): string[] {
  const groups = licenseGroups(entry);
  const [only] = groups;
  const field = (label: string, value: string): string => `- ${context.text("facts.pair", { label, value })}`;
  if (only !== undefined && groups.length === 1) return fieldLines({ ...entry.license, ...only.value }, context, field);
  const { license } = entry;
  return [
    field(context.text("facts.codeLicense"), licenseName(license.code, license.codeUrl, context)),
    ...groups.map(({ value, variants }) =>
      field(context.say(variantNames(entry, variants, context)), groupText(value, context)),
    ),
    ...(license.data === undefined ? [] : [field(context.text("facts.dataLicense"), context.say(license.data))]),
    ...(license.note === undefined ? [] : [`- ${context.say(license.note)}`]),
  ];
}

function fieldLines(license: License, context: PageContext, field: (label: string, value: string) => string): string[] {
  const { text, say } = context;
  const { code, codeUrl, weights, weightsUrl, data, note, clause } = license;
  const use = clause === undefined ? text(`permits.${license.commercial}`) : say(useText(license, context));
  return [
    field(text("facts.codeLicense"), licenseName(code, codeUrl, context)),
    field(text("facts.weightsLicense"), licenseName(weights, weightsUrl, context)),
    ...(data === undefined ? [] : [field(text("facts.dataLicense"), say(data))]),
    field(text("facts.commercial"), use + sourceLink(license, context)),
    ...(note === undefined ? [] : [`- ${say(note)}`]),
  ];
}

/** What a licence of some variants says, in one line. */
function groupText(license: License, context: PageContext): string {
  const { text, say } = context;
  const { code, codeUrl, weights, weightsUrl, data, note } = license;
  return statedParts([
    whenStated(weights, (name) => licenseName(name, weightsUrl, context)),
    say(useText(license, context)) + sourceLink(license, context),
    whenStated(code, (name) => `${text("facts.codeLicense")} ${licenseName(name, codeUrl, context)}`),
    whenStated(data, (name) => `${text("facts.dataLicense")} ${say(name)}`),
    whenStated(note, say),
  ]).join(" · ");
}

function sourceLink({ source = [] }: License, { text }: PageContext): string {
  const url = source.find((item) => item.startsWith("http"));
  return url === undefined ? "" : ` (${link(text("licenses.source"), url)})`;
}

/** The name of a licence, leading to its text where that is known. */
export function licenseName(
  name: string | undefined,
  url: string | undefined,
  { text, say }: Pick<PageContext, "text" | "say">,
): string {
  if (name === undefined) return text("facts.notStated");
  if (name === "unknown") return text("facts.unknown");
  return url === undefined ? say(name) : link(name, url);
}
