import { code, link, plain } from "#src/base/markdown.ts";
import { everyOllamaModel, everyWeights } from "#src/catalog/entry/editions.ts";
import { licenseGroups, licenseOf } from "#src/catalog/entry/of-variant.ts";
import { quantizationLabel } from "#src/catalog/entry/precision.ts";
import type { Entry, License, Variant, Weights } from "#src/catalog/entry/schema.ts";
import { statedParts, whenStated } from "#src/catalog/entry/stated.ts";
import { formatBillions, formatGb, formatSize, formatTokens } from "#src/catalog/entry/units.ts";
import { weightsUrl } from "#src/catalog/entry/urls.ts";
import { catalogText } from "#src/chat/traditional.ts";
import { licenseName } from "./license-text.ts";
import type { PageContext } from "./page-context.ts";
import { secondary } from "./secondary.ts";
import { ownText, VARIANT_FACTS } from "./variant-facts.ts";

/** The sizes and editions of an entry, one a line. */
export const variantLines = (entry: Entry, context: PageContext): string[] =>
  (entry.variants ?? []).map((variant) => variantLine(entry, variant, context));

function variantLine(entry: Entry, variant: Variant, context: PageContext): string {
  const { text, say } = context;
  const { parametersB, activeParametersB } = variant;
  const details = statedParts([
    secondary(variant, context),
    parametersB === undefined
      ? whenStated(activeParametersB, (billions) => text("facts.active", { size: formatBillions(billions) }))
      : formatSize(parametersB, activeParametersB),
    whenStated(variant.architecture, (architecture) => text(`architecture.${architecture}`)),
    whenStated(variant.contextTokens, formatTokens),
    variant.modalities?.map((modality) => text(`modality.${modality}`)).join(text("facts.listComma")),
    whenStated(variant.baseModel, (base) => text("facts.basedOn", { base: plain(base) })),
    whenStated(variant.pretrainingTokens, (tokens) => text("facts.trainedOn", { tokens: plain(tokens) })),
    variant.released,
    ...ownFacts(entry, variant, context),
    whenStated(variant.note, say),
  ]);
  return `- **${say(variant.name)}** ${details.join(" · ")}`.trimEnd();
}

/** What a variant is made for, whether it thinks, its cache and its licence, as far as variants differ in it. */
function ownFacts(entry: Entry, variant: Variant, context: PageContext): (string | undefined)[] {
  const { text } = context;
  const facts = VARIANT_FACTS.map(({ name, read }) =>
    whenStated(ownText(entry, variant, read, context), (value) =>
      // A list of purposes speaks for itself.
      name === "purposes" ? value : text("facts.pair", { label: text(`facts.${name}`), value }),
    ),
  );
  return [...facts, ...(licenseGroups(entry).length > 1 ? licenseParts(licenseOf(entry, variant), context) : [])];
}

/** The licence of the weights in short; the section on licences has all of it. */
const licenseParts = (license: License, context: PageContext): (string | undefined)[] => [
  whenStated(license.weights, (name) => licenseName(name, license.weightsUrl, context)),
  context.text(`commercial.${license.commercial}`),
];

/** Where the weights can be had, one artefact a line. */
export function downloadLines(entry: Entry, context: PageContext): string[] {
  const { text, locale, say } = context;
  const line = (file: Weights, variant: Variant | undefined): string => {
    const label = catalogText(variant === undefined ? file.label : `${variant.name} ${file.label}`, locale);
    const remarks = statedParts([
      secondary(variant, context),
      quantizationLabel(file),
      text(`hub.${file.hub}`),
      file.status && `⚠ ${text("facts.unchecked")}`,
      file.unreviewed && `⚠ ${text("facts.unreviewed")}`,
      whenStated(file.formerId, (id) => text("repository.formerly", { names: plain(id) })),
      whenStated(file.note, say),
    ]);
    return `- ${link(label, weightsUrl(file) ?? "")} · ${remarks.join(" · ")}`;
  };
  const lines = everyWeights(entry).map(({ row, variant }) => line(row, variant));
  return lines.length > 0 ? lines : [text("facts.notStated")];
}

/** What runs it in Ollama, stand-ins marked. */
export function ollamaLines(entry: Entry, context: PageContext): string[] {
  const { text, say } = context;
  const note = entry.ollamaNote === undefined ? [] : [say(entry.ollamaNote)];
  const models = everyOllamaModel(entry);
  if (models.length === 0) return [text(entry.ollama === undefined ? "facts.notStated" : "facts.noOllama"), ...note];
  const lines = models.map(({ row, variant }) => {
    const remarks = statedParts([
      row.exact ? "" : `⚠ ${text("ollama.standIn")}`,
      secondary(variant, context),
      text(row.official ? "ollama.official" : "ollama.community"),
      row.cloud && text("ollama.cloud"),
      whenStated(row.sizeGb, formatGb),
      whenStated(row.contextTokens, formatTokens),
      whenStated(row.note, say),
    ]);
    return `- ${code(`ollama run ${row.model}`)} · ${remarks.join(" · ")}`;
  });
  return [...lines, ...note];
}
