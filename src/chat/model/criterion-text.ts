import type { Locale, Text } from "#src/base/locale.ts";
import { plain } from "#src/base/markdown.ts";
import { quantizationLabel } from "#src/catalog/entry/precision.ts";
import { formatBillions, formatGb, formatTokens } from "#src/catalog/entry/units.ts";
import type { Criterion, Fact, Range } from "#src/catalog/search/criteria.ts";
import { languageName } from "./labels.ts";

/** A criterion as people write it, in Markdown: `显存 ≤ 6 GB`. */
export function criterionText(criterion: Criterion, text: Text, locale: Locale): string {
  switch (criterion.kind) {
    case "precision":
      return criterion.asked.kind === "bits"
        ? text("criteria.bits", { bits: criterion.asked.bits })
        : quantizationLabel({ precision: criterion.asked.precision });
    case "memory":
      return memoryText(criterion, text);
    case "parameters":
      return `${text("facts.parameters")} ${criterion.exact === undefined ? range(criterion.billions, formatBillions) : `≈ ${formatBillions(criterion.exact)}`}`;
    case "context":
      return `${text("facts.context")} ≥ ${formatTokens(criterion.minTokens)}`;
    case "commercial":
      if (!criterion.allowed) return text("criteria.nonCommercial");
      return text(criterion.unregistered ? "criteria.unregistered" : "criteria.commercial");
    case "license":
      return text("criteria.license", { name: criterion.name.toUpperCase() });
    case "released":
      return `${text("facts.released")} ${dates(criterion.from, criterion.to)}`;
    case "architecture":
      return text(`architecture.${criterion.architecture}`);
    case "modality":
      return text(`modality.${criterion.modality}`);
    case "language":
      return languageName(criterion.language, locale);
    case "purpose":
      return purposeText(criterion, text);
    case "thinking":
      return text(`criteria.thinking.${criterion.wanted}`);
    case "fineTuned":
      return text("criteria.fineTuned");
    case "ollama":
      return text("criteria.ollama");
    case "anyOf":
      return criterion.options.map((option) => criterionText(option, text, locale)).join(" / ");
    case "word":
      return criterion.word === criterion.typed
        ? quoted(criterion.word, text)
        : `${quoted(criterion.typed, text)} → ${quoted(criterion.word, text)}`;
  }
}

function memoryText({ device, gb, contextTokens }: Fact<"memory">, text: Text): string {
  const memory = `${text(device === "vram" ? "facts.vram" : "facts.ram")} ${range(gb, formatGb)}`;
  return contextTokens === undefined ? memory : atContextText(memory, contextTokens, text);
}

/** A memory with the context that it is for: `显存（128K 上下文时）`. */
export const atContextText = (memory: string, tokens: number, text: Text): string =>
  text("facts.atContext", { value: memory, context: formatTokens(tokens) });

function purposeText({ purpose, about }: Fact<"purpose">, text: Text): string {
  const name = text(`purpose.${purpose}`);
  return about === undefined ? name : text("criteria.about", { purpose: name, word: quoted(about, text) });
}

/** A typed word between quotation marks, in Markdown. */
export const quoted = (word: string, text: Text): string => text("facts.quoted", { value: plain(word) });

function range({ min, max }: Range, format: (value: number) => string): string {
  const rounded = (value: number): string => format(Math.round(value * 100) / 100);
  const strict = (value: number): boolean => Math.round(value * 100) / 100 !== value;
  if (min !== undefined && max !== undefined) return `${rounded(min)}–${rounded(max)}`;
  if (max !== undefined) return `${strict(max) ? "<" : "≤"} ${rounded(max)}`;
  return min === undefined ? "" : `${strict(min) ? ">" : "≥"} ${rounded(min)}`;
}

const dates = (from = "", to = ""): string => (from === to ? from : `${from} – ${to}`);
