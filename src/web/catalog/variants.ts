import { html } from "hono/html";
import type { Locale, Text } from "#src/base/locale.ts";
import { plain } from "#src/base/markdown.ts";
import { licenseGroups, licenseOf } from "#src/catalog/entry/of-variant.ts";
import type { Entry, License, Variant } from "#src/catalog/entry/schema.ts";
import { statedParts, whenStated } from "#src/catalog/entry/stated.ts";
import { formatBillions, formatSize, formatTokens } from "#src/catalog/entry/units.ts";
import { licenseName } from "#src/chat/model/license-text.ts";
import { ownText, VARIANT_FACTS } from "#src/chat/model/variant-facts.ts";
import { catalogText } from "#src/chat/traditional.ts";
import { inlineHtml } from "#src/web/html/inline-markdown.ts";
import type { Html } from "#src/web/html/page.ts";
import { permitHtml } from "./row.ts";

type VariantContext = { text: Text; locale: Locale };
type Column = { label: string; cell: (variant: Variant) => Html | string | undefined };

/** The sizes and editions of an entry; a column that none of them states is left out. */
export function variantTable(entry: Entry, context: VariantContext): Html {
  const { variants = [] } = entry;
  const columns = columnsFor(entry, context).filter(({ cell }) =>
    variants.some((variant) => cell(variant) !== undefined),
  );
  return html`<div class="scroll" tabindex="0"><table>
<thead><tr><th scope="col">${context.text("facts.model")}</th>${columns.map(({ label }) => html`<th scope="col">${label}</th>`)}</tr></thead>
<tbody>
${variants.map(
  (variant) =>
    html`<tr><th scope="row">${catalogText(variant.name, context.locale)}</th>${columns.map(({ cell }) => html`<td>${cell(variant) ?? ""}</td>`)}</tr>
`,
)}</tbody>
</table></div>`;
}

function columnsFor(entry: Entry, context: VariantContext): Column[] {
  const { text, locale } = context;
  const { variants = [] } = entry;
  const say = (value: string): string => catalogText(value, locale);
  const licensed = licenseGroups(entry).length > 1;
  return [
    { label: text("facts.parameters"), cell: (variant) => sizeOf(variant, text) },
    { label: text("facts.context"), cell: ({ contextTokens }) => whenStated(contextTokens, formatTokens) },
    // What holds for all stands above; where one differs, every one is told.
    ...VARIANT_FACTS.filter(({ read }) => variants.some((variant) => ownText(entry, variant, read, context))).map(
      ({ name, read }): Column => ({
        label: text(`facts.${name}`),
        cell: (variant) => read(entry, variant, context),
      }),
    ),
    { label: text("facts.released"), cell: ({ released }) => released },
    {
      label: text("facts.architecture"),
      cell: ({ architecture }) => whenStated(architecture, (name) => text(`architecture.${name}`)),
    },
    {
      label: text("facts.modalities"),
      cell: ({ modalities }) => modalities?.map((name) => text(`modality.${name}`)).join(text("facts.listComma")),
    },
    { label: text("facts.baseModel"), cell: ({ baseModel }) => baseModel },
    {
      label: text("web.entry.pretraining"),
      cell: ({ pretrainingTokens }) => whenStated(pretrainingTokens, (count) => `${say(count)} tokens`),
    },
    {
      label: text("web.list.license"),
      cell: (variant) => (licensed ? licenseCell(licenseOf(entry, variant), context) : undefined),
    },
    {
      label: text("facts.remarks"),
      cell: ({ note, confidence }) => {
        const remarks = statedParts([
          confidence === undefined ? "" : `⚠ ${text("facts.secondary")}`,
          whenStated(note, say),
        ]);
        return remarks.length === 0 ? undefined : remarks.join(" · ");
      },
    },
  ];
}

function sizeOf({ parametersB, activeParametersB }: Variant, text: Text): string | undefined {
  if (parametersB !== undefined) return formatSize(parametersB, activeParametersB);
  return whenStated(activeParametersB, (billions) => text("facts.active", { size: formatBillions(billions) }));
}

function licenseCell(license: License, { text, locale }: VariantContext): Html {
  const say = (value: string): string => plain(catalogText(value, locale));
  const { code, codeUrl, weights, weightsUrl, data, note, clause } = license;
  const condition = clause && (locale === "en-US" ? clause.en : clause.zh);
  const lines = statedParts([
    whenStated(weights, (name) => licenseName(name, weightsUrl, { text, say })),
    whenStated(condition, say),
    whenStated(code, (name) => `${text("facts.codeLicense")} ${licenseName(name, codeUrl, { text, say })}`),
    whenStated(data, (name) => `${text("facts.dataLicense")} ${say(name)}`),
    whenStated(note, say),
  ]);
  return html`${permitHtml(license.commercial, text)} ${inlineHtml(lines.join(" · "))}`;
}
