import { ENGINE_NAMES } from "#src/catalog/entry/engine-names.ts";
import { quantizationLabel } from "#src/catalog/entry/precision.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { formatBillions } from "#src/catalog/entry/units.ts";
import { ESTIMATE_TOKENS } from "#src/catalog/memory/estimate.ts";
import { isOurEstimate, type Offer, offersOf } from "#src/catalog/memory/offers.ts";
import { aboutGb } from "./labels.ts";
import type { PageContext } from "./page-context.ts";

/** Our estimates of the graphics memory that no source states, a precision a line, set apart from what sources state. */
export function estimateLines(entry: Entry, { text, say }: PageContext): string[] {
  const estimates = offersOf(entry).filter((offer) => isOurEstimate(offer) && offer.vramGb !== undefined);
  if (estimates.length === 0) return [];
  const editionText = ({ variant, parametersB }: Offer): string =>
    variant !== undefined ? say(variant) : parametersB === undefined ? "" : formatBillions(parametersB);
  const lines = [...Map.groupBy(estimates, quantizationLabel)].map(([label, offers]) => {
    const figures = offers.map((offer) => `${editionText(offer)} ${aboutGb(offer, offer.vramGb ?? 0)}`.trim());
    const engine = [...new Set(offers.flatMap((offer) => (offer.engine ? ENGINE_NAMES[offer.engine] : [])))].join(
      text("facts.listComma"),
    );
    const heading = `**${label}**`;
    const named = engine === "" ? heading : text("facts.withRemark", { value: heading, remark: engine });
    return `- ${named} ${[...new Set(figures)].join(" · ")}`;
  });
  return ["", text("facts.ourEstimates", { tokens: ESTIMATE_TOKENS }), ...lines];
}
