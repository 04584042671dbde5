import { code, link, plain, table } from "#src/base/markdown.ts";
import { everyOllamaModel, everyRequirement, everyWeights } from "#src/catalog/entry/editions.ts";
import { quantizationLabel } from "#src/catalog/entry/precision.ts";
import type { Entry, License, Requirement, Variant, Weights } from "#src/catalog/entry/schema.ts";
import { statedParts, whenStated } from "#src/catalog/entry/stated.ts";
import { formatBillions, formatGb, formatSize, formatTokens } from "#src/catalog/entry/units.ts";
import { weightsUrl } from "#src/catalog/entry/urls.ts";
import type { Context } from "#src/chat/command.ts";
import { catalogText } from "#src/chat/traditional.ts";

/** What a page is drawn with: the reader's language, the room, and catalog text made safe in that language. */
export type PageContext = Pick<Context, "locale" | "text" | "room"> & { say: (value: string) => string };

const secondary = (variant: Variant | undefined, { text }: PageContext): string =>
  variant?.confidence === undefined ? "" : `⚠ ${text("facts.secondary")}`;

/** The sizes and editions of an entry, one a line. */
export const variantLines = (entry: Entry, context: PageContext): string[] =>
  (entry.variants ?? []).map((variant) => variantLine(variant, context));

function variantLine(variant: Variant, context: PageContext): string {
  const { text, say } = context;
  const { parametersB, activeParametersB, license } = variant;
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
    ...(license === undefined ? [] : variantLicense(license, context)),
    whenStated(variant.note, say),
  ]);
  return `- **${say(variant.name)}** ${details.join(" · ")}`.trimEnd();
}

function variantLicense(license: License, { text, say }: PageContext): (string | undefined)[] {
  const named = (label: string, name: string | undefined, url: string | undefined): string | undefined =>
    whenStated(name, (known) => `${label} ${licenseName(known, url, { text, say })}`);
  return [
    named(text("facts.codeLicense"), license.code, license.codeUrl),
    named(text("facts.weightsLicense"), license.weights, license.weightsUrl),
    whenStated(license.data, (data) => `${text("facts.dataLicense")} ${say(data)}`),
    text(`commercial.${license.commercial}`),
    whenStated(license.note, say),
  ];
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

type Need = { name: string; figures: Record<"ram" | "inference" | "finetune", string | undefined>; remarks: string[] };

/** Memory that each precision needs: a table where the surface draws tables, else a line each. */
export function requirementLines(entry: Entry, context: PageContext): string[] {
  const { text, room } = context;
  const needs = everyRequirement(entry).map(({ row, variant }) => need(row, variant, context));
  if (needs.length === 0) return [text("facts.notStated")];
  const silent = text("facts.notStated");
  if (room.tables) {
    const columns = [
      text("facts.precision"),
      text("facts.ram"),
      text("facts.vramInference"),
      text("facts.vramFinetune"),
      text("facts.remarks"),
    ];
    const rows = needs.map(({ name, figures, remarks }) => [
      name,
      figures.ram ?? silent,
      figures.inference ?? silent,
      figures.finetune ?? silent,
      remarks.join(text("facts.semicolon")),
    ]);
    return [table(columns, rows)];
  }
  return needs.map(({ name, figures, remarks }) => {
    const parts = statedParts([
      `${text("facts.vramInference")} ${figures.inference ?? silent}`,
      whenStated(figures.finetune, (memory) => `${text("facts.vramFinetune")} ${memory}`),
      whenStated(figures.ram, (memory) => `${text("facts.ram")} ${memory}`),
      ...remarks,
    ]);
    return `- **${name}** ${parts.join(" · ")}`;
  });
}

function need(row: Requirement, variant: Variant | undefined, context: PageContext): Need {
  const { text, say } = context;
  const remark = (value: string, note: string): string => text("facts.withRemark", { value, remark: note });
  const gb = (value: number | undefined): string | undefined =>
    whenStated(value, (known) => (row.estimated ? remark(formatGb(known), text("facts.estimated")) : formatGb(known)));
  const fileSize = (size: number): string => text("facts.fileSize", { size: formatGb(size) });
  return {
    name: statedParts([quantizationLabel(row), whenStated(variant?.name ?? row.variant, say)]).join(" · "),
    figures: {
      ram: gb(row.ramGb),
      inference: row.device === "cpu" ? text("facts.noneCpu") : gb(row.vramInferenceGb),
      finetune: gb(row.vramFinetuneGb),
    },
    remarks: statedParts([
      secondary(variant, context),
      row.finetuneMethod === "unspecified"
        ? ""
        : whenStated(row.finetuneMethod, (method) => text("facts.finetuneMethod", { method })),
      whenStated(row.contextTokens, (tokens) => text("facts.atContext", { tokens })),
      whenStated(row.fileGb, (size) =>
        row.fileConfidence ? remark(fileSize(size), text("facts.secondary")) : fileSize(size),
      ),
      whenStated(row.note, say),
      whenStated(row.source, (source) => text("facts.source", { source: say(source) })),
    ]),
  };
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
