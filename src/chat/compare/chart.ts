import { quantizationLabel } from "#src/catalog/entry/precision.ts";
import { formatBillions, formatGb } from "#src/catalog/entry/units.ts";
import { type MeasuredOffer, measuredOffers, selectOffers } from "#src/catalog/memory/measured-offers.ts";
import { offersOfSubject, type Subject, shortVariant, subjectName } from "#src/catalog/search/subject.ts";
import type { ChartBar, ChartGroup, MemoryChart } from "#src/chart/memory-chart.ts";
import type { Context } from "#src/chat/command.ts";

type ChartContext = Pick<Context, "text">;

/** Bars of one model, by how many models there are: what is legible in a picture of Discord's height. */
const BARS: Record<number, number> = { 2: 6, 3: 4 };
const BARS_OF_MANY = 4;

/** How much graphics memory each model takes, and how many further figures each has that are not drawn. */
export function memoryChart(
  subjects: readonly Subject[],
  vramGb: number | undefined,
  { text }: ChartContext,
): { chart: MemoryChart; more: number[] } {
  const groups = subjects.map((subject) => {
    const measured = measuredOffers(offersOfSubject(subject));
    const shown = selectOffers(measured, BARS[subjects.length] ?? BARS_OF_MANY, vramGb);
    return { group: groupOf(subject, shown), more: measured.length - shown.length };
  });
  return {
    chart: {
      title: text("compare.chart"),
      groups: groups.map(({ group }) => group),
      ...(vramGb !== undefined && {
        limit: { gb: vramGb, label: text("compare.yourVram", { size: formatGb(vramGb) }) },
      }),
      notes: {
        estimated: text("compare.estimated"),
        beyond: text("compare.beyond"),
        logarithmic: text("compare.logarithmic"),
        empty: text("facts.notStated"),
      },
    },
    more: groups.map(({ more }) => more),
  };
}

const groupOf = (subject: Subject, offers: readonly MeasuredOffer[]): ChartGroup => ({
  name: subjectName(subject),
  id: subject.entry.id,
  bars: offers.map((offer) => barOf(offer, subject)),
});

function barOf(offer: MeasuredOffer, subject: Subject): ChartBar {
  const { vramGb, parametersB, precision, estimated } = offer;
  const size = parametersB === undefined ? "" : formatBillions(parametersB);
  return {
    variant: subject.variant ? "" : shortVariant(offer.variant ?? "", subject),
    precision: quantizationLabel(offer),
    plainLabel: `${size} ${quantizationLabel({ precision })}`.trim(),
    gb: vramGb,
    value: `${estimated ? "≈ " : ""}${formatGb(vramGb)}`,
    estimated,
  };
}
