import { code, plain } from "#src/base/markdown.ts";
import { ENGINE_NAMES } from "#src/catalog/entry/engine-names.ts";
import { quantizationLabel } from "#src/catalog/entry/precision.ts";
import type { Purpose } from "#src/catalog/entry/purposes.ts";
import { specialtyOf } from "#src/catalog/entry/suitability.ts";
import { formatBillions, formatGb, formatTokens } from "#src/catalog/entry/units.ts";
import type { PartialFit } from "#src/catalog/memory/fit.ts";
import { bitsOf, SAFE_MARGIN } from "#src/catalog/memory/fit-score.ts";
import { type Machine, totalGb } from "#src/catalog/memory/machine.ts";
import type { Fit, FitRequest } from "#src/catalog/memory/ways.ts";
import type { Context } from "#src/chat/command.ts";
import { gbRange } from "#src/chat/model/labels.ts";
import { marks } from "#src/chat/model/list.ts";

type Text = Context["text"];

/** What a list says of one way to run an entry, each part as Markdown. */
export type FitParts = {
  name: string;
  edition: string;
  precision: string;
  /** The bar, what it takes of what is there, and where the figure is from. */
  memory: string;
  /** The context that this makes room for, the program, and how fast it is at most. */
  setting: string[];
  license: string;
  /** The command that runs it, where there is one. */
  command: string;
  /** What to know before choosing it. */
  remarks: string[];
};

const CELLS = 8;
/** Below this the answers get clearly worse. */
const LEAST_BITS = 3.8;

/** A share of 0 to 1 as a bar of eight: `▓▓▓▓▓▓░░`. What is more than nothing and less than all shows as such. */
export function bar(share: number): string {
  const full = share >= 1 ? CELLS : Math.min(CELLS - 1, Math.max(share > 0 ? 1 : 0, Math.round(share * CELLS)));
  return "▓".repeat(full) + "░".repeat(CELLS - full);
}

export const isPartial = (fit: Fit | PartialFit): fit is PartialFit => "share" in fit;

/** `8 GB`, `2×24 GB`. */
export const cardsLabel = ({ cards, cardGb }: Pick<Machine, "cards" | "cardGb">): string =>
  cards === 1 ? formatGb(cardGb) : `${cards}×${formatGb(cardGb)}`;

export function fitParts(fit: Fit | PartialFit, request: FitRequest, { text }: Pick<Context, "text">): FitParts {
  const { entry, offer, license } = fit;
  return {
    name: `**${plain(entry.name)}**${marks(entry, text)}`,
    edition: offer.variant === undefined ? "" : plain(offer.variant),
    precision: quantizationLabel(offer),
    memory: memoryText(fit, request, text),
    setting: settingOf(fit, text),
    license: text(`commercial.${license.commercial}`),
    command: commandText(fit, text),
    remarks: remarksOn(fit, request, text),
  };
}

function memoryText(fit: Fit | PartialFit, request: FitRequest, text: Text): string {
  const need = needText(fit);
  const figure = isPartial(fit)
    ? `${bar(fit.share)} ${text("fit.share", { percent: Math.max(1, Math.floor(fit.share * 100)), need, ram: about(fit.inRamGb) })}`
    : `${bar(fit.needGb / totalGb(request.machine))} ${need.replace(/ GB$/, "")} / ${cardsLabel(request.machine)}`;
  return withOrigin(figure, fit, text);
}

/** `≈ 1.5 GB（估计）`: what it takes, without what there is. */
export const neededText = (fit: Fit, { text }: Pick<Context, "text">): string => withOrigin(needText(fit), fit, text);

/** Whether the figure is ours: an estimate, or what a source states and we added context or a second card to. */
const isOurs = ({ offer, needGb }: Pick<Fit, "offer" | "needGb">): boolean =>
  !(offer.measurements ?? []).some(({ gb }) => gb === needGb);

function withOrigin(figure: string, fit: Fit, text: Text): string {
  if (isOurs(fit)) return text("facts.withRemark", { value: figure, remark: text("facts.ourEstimate") });
  return fit.offer.estimated ? text("facts.withRemark", { value: figure, remark: text("facts.estimated") }) : figure;
}

/** `≈ 6.1 GB`, rounded up to a tenth. */
const about = (gb: number): string => `≈ ${formatGb(Math.ceil(gb * 10) / 10)}`;

/** `6 GB` as it is stated; where the figure is ours `≈ 6.1 GB`, or `≈ 5.4–6.1 GB` where it lies between. */
const needText = (way: Pick<Fit, "offer" | "needGb"> & { leastGb?: number }): string =>
  isOurs(way) ? `≈ ${gbRange(way.leastGb ?? way.needGb, way.needGb)}` : formatGb(way.needGb);

/** `4K 上下文`, `Ollama`, `≤ 45 tokens/s`. */
function settingOf({ contextTokens, engine, tokensPerSecond }: Fit, text: Text): string[] {
  const speed = tokensPerSecond === undefined ? "" : text("fit.speed", { tokens: speedText(tokensPerSecond) });
  const parts = [text("fit.length", { tokens: formatTokens(contextTokens) }), ENGINE_NAMES[engine], speed];
  return parts.filter((part) => part !== "");
}

const speedText = (perSecond: number): string => perSecond.toFixed(perSecond < 10 ? 1 : 0);

/** Where the model in Ollama is another precision or variant than the line is about, that is said with its memory. */
function commandText({ offer, ollama }: Fit, text: Text): string {
  if (ollama === undefined) return "";
  const command = code(`ollama run ${ollama.model}`);
  if (ollama.offer === offer) return command;
  const variant = ollama.offer.edition === offer.edition ? "" : plain(ollama.offer.variant ?? "");
  const remark = [variant, quantizationLabel(ollama.offer), needText(ollama)];
  return text("facts.withRemark", {
    value: command,
    remark: remark.filter((part) => part !== "").join(text("facts.comma")),
  });
}

function remarksOn(fit: Fit | PartialFit, request: FitRequest, text: Text): string[] {
  const { entry, offer, needGb, larger } = fit;
  const activeUnknown = offer.architecture === "moe" && offer.activeParametersB === undefined;
  const specialty = specialtyOf(entry, offer.edition);
  const tight = !isPartial(fit) && !fit.borderline && needGb > totalGb(request.machine) * (1 - SAFE_MARGIN);
  return [
    offer.secondary && entry.confidence !== "secondary" ? `⚠ ${text("facts.secondary")}` : "",
    specialty === undefined || request.purpose !== undefined ? "" : specialtyText(specialty, text),
    bitsOf(offer) < LEAST_BITS ? `⚠ ${text("fit.lowPrecision")}` : "",
    tight ? text("fit.tight") : "",
    activeUnknown ? text("fit.activeUnknown") : "",
    larger === undefined ? "" : largerText(larger, fit, text),
  ].filter((remark) => remark !== "");
}

/** A larger variant that fits too; its context where that is shorter. */
function largerText({ offer, needGb, contextTokens }: NonNullable<Fit["larger"]>, fit: Fit, text: Text): string {
  const shorter = contextTokens < fit.contextTokens ? text("fit.length", { tokens: formatTokens(contextTokens) }) : "";
  const facts = [quantizationLabel(offer), shorter, about(needGb)].filter((part) => part !== "");
  const variant = offer.variant === undefined ? formatBillions(offer.parametersB ?? 0) : plain(offer.variant);
  return text("fit.larger", { variant, facts: facts.join(text("facts.comma")) });
}

const specialtyText = (specialty: Purpose, text: Text): string =>
  specialty === "completion" ? text("fit.baseOnly") : text("fit.specialty", { purpose: text(`purpose.${specialty}`) });
