import { canDraw, FONT_FAMILY, fitWidth, widthOf } from "./glyphs.ts";
import {
  barsOf,
  type ChartBar,
  type ChartGroup,
  isBeyond,
  labelOf,
  type MemoryChart,
  notesOf,
} from "./memory-chart.ts";
import { type Scale, scaleOf } from "./scale.ts";

/**
 * Sizes in the units of the picture, which is shown 350 to 550 pixels wide (Discord fits pictures into 550 × 350 on a
 * desktop), so that text stays legible at 13 units.
 */
const WIDTH = 400;
const PADDING = 16;
const FONT = 13;
const TITLE_FONT = 14;
const LINE = 18;
const BAR = 11;
const HEADING = 20;
const GROUP_GAP = 6;
const LABEL_MOST = 140;
const GAP = 8;
/** The sign on bars that are longer than the limit, with its gap. */
const MARK = 16;

/** A card of its own, so that it reads the same on Discord's dark and light themes. */
const COLOUR = {
  card: "#1f2128",
  edge: "#3f434e",
  text: "#f2f3f5",
  quiet: "#b9bec9",
  grid: "#3a3d47",
  fits: "#6ea8fe",
  beyond: "#ee8a4f",
  limit: "#f4c95d",
} as const;

type Frame = { left: number; right: number; scale: Scale; chart: MemoryChart };
/** A part of the picture: how high it is, and what it draws from its upper edge on; `above` the line of the limit. */
type Part = { height: number; draw: (top: number) => string; above?: true };

/** A chart of at least one bar as SVG: its own card, bars on one scale, the limit as a line. Whatever the names hold is shown as text. */
export function memorySvg(chart: MemoryChart): string {
  const frame = frameOf(chart);
  const head = [titlePart(chart), ...(chart.limit ? [limitLabelPart(chart.limit.label, chart.limit.gb, frame)] : [])];
  const body = chart.groups.flatMap((group, at) => groupParts(group, at === 0, frame));
  const foot = [axisPart(frame), ...notePart(frame)];
  const headHeight = heightOf(head);
  const bodyHeight = heightOf(body);
  const top = PADDING - 4;
  const height = top + headHeight + bodyHeight + heightOf(foot) + PADDING - 4;
  const plot = { from: top + headHeight, to: top + headHeight + bodyHeight + 4 };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="${FONT_FAMILY}" font-size="${FONT}">`,
    `<defs>${hatching("fits")}${hatching("beyond")}</defs>`,
    `<rect x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="12" fill="${COLOUR.card}" stroke="${COLOUR.edge}"/>`,
    gridLines(frame, plot),
    drawParts(head, top),
    drawParts(body, plot.from, { above: false }),
    limitLine(frame, plot),
    drawParts(body, plot.from, { above: true }),
    drawParts(foot, plot.from + bodyHeight),
    "</svg>",
  ].join("\n");
}

const heightOf = (parts: readonly Part[]): number => parts.reduce((sum, { height }) => sum + height, 0);

/** Draws the parts one below the other; of those that are above the limit's line, or below it, where asked. */
function drawParts(parts: readonly Part[], top: number, only?: { above: boolean }): string {
  let at = top;
  return parts
    .map(({ height, draw, above = false }) => {
      const from = at;
      at += height;
      return only === undefined || only.above === above ? draw(from) : "";
    })
    .join("\n");
}

function frameOf(chart: MemoryChart): Frame {
  const bars = barsOf(chart);
  const labels = Math.max(...bars.map((bar) => widthOf(drawnLabel(bar), FONT)));
  const values = Math.max(...bars.map(({ value }) => widthOf(value, FONT)));
  const mark = notesOf(chart).beyond ? MARK : 0;
  return {
    chart,
    scale: scaleOf(chart),
    left: PADDING + labels + GAP,
    right: WIDTH - PADDING - values - mark - GAP,
  };
}

const xOf = (gb: number, { left, right, scale }: Frame): number => left + (right - left) * scale.place(gb);

const nameOf = ({ name, id }: ChartGroup): string => (canDraw(name) ? name : id);

/** The precision is never shortened; the variant has the room that is left. */
function drawnLabel(bar: ChartBar): string {
  if (!canDraw(labelOf(bar))) return fitWidth(bar.plainLabel, FONT, LABEL_MOST);
  const room = LABEL_MOST - widthOf(` ${bar.precision}`, FONT);
  return labelOf({ ...bar, variant: fitWidth(bar.variant, FONT, room) });
}

const titlePart = ({ title, limit }: MemoryChart): Part => ({
  height: limit ? 22 : 28,
  draw: (top) => text(title, PADDING, top + 15, { size: TITLE_FONT, width: WIDTH - 2 * PADDING }),
});

/** Stands over its line, as near as the card allows. */
function limitLabelPart(label: string, gb: number, frame: Frame): Part {
  const x = xOf(gb, frame);
  const width = widthOf(label, FONT);
  const left = Math.min(Math.max(PADDING, x - width / 2), WIDTH - PADDING - width);
  return { height: 22, draw: (top) => text(label, left, top + 14, { fill: COLOUR.limit, width: WIDTH - 2 * PADDING }) };
}

function groupParts(group: ChartGroup, first: boolean, frame: Frame): Part[] {
  const gap = first ? 0 : GROUP_GAP;
  const heading: Part = {
    height: HEADING + gap,
    above: true,
    draw: (top) => text(nameOf(group), PADDING, top + gap + 14, { width: WIDTH - 2 * PADDING, ground: true }),
  };
  const empty: Part = {
    height: LINE,
    above: true,
    draw: (top) => text(frame.chart.notes.empty, PADDING, top + 13, { fill: COLOUR.quiet, ground: true }),
  };
  return [heading, ...(group.bars.length === 0 ? [empty] : group.bars.map((bar) => barPart(bar, frame)))];
}

const barPart = (bar: ChartBar, frame: Frame): Part => ({
  height: LINE,
  draw: (top) => {
    const tone = isBeyond(bar, frame.chart) ? "beyond" : "fits";
    const width = Math.max(2, xOf(bar.gb, frame) - frame.left);
    const valueLeft = WIDTH - PADDING - widthOf(bar.value, FONT);
    return [
      text(drawnLabel(bar), PADDING, top + 13, { fill: COLOUR.quiet }),
      `<rect x="${number(frame.left)}" y="${number(top + (LINE - BAR) / 2)}" width="${number(width)}" height="${BAR}" rx="2" fill="${bar.estimated ? `url(#${tone})` : COLOUR[tone]}" stroke="${COLOUR[tone]}"/>`,
      ...(tone === "beyond" ? [cross(valueLeft - MARK + 3, top + LINE / 2)] : []),
      text(bar.value, valueLeft, top + 13),
    ].join("");
  },
});

/** Figures under the grid lines; one that would touch its neighbour is left out. */
function axisPart({ scale, ...frame }: Frame): Part {
  return {
    height: 24,
    draw: (top) => {
      let free = 0;
      return scale.ticks
        .flatMap((tick) => {
          const label = String(tick);
          const width = widthOf(label, FONT);
          const left = xOf(tick, { scale, ...frame }) - width / 2;
          if (left < free) return [];
          free = left + width + 6;
          return text(label, left, top + 18, { fill: COLOUR.quiet });
        })
        .join("");
    },
  };
}

type Note = { label: string; sign: (x: number, middle: number) => string; signWidth: number };

/** What the signs mean, in as many lines as it takes. */
function notePart({ chart, scale }: Frame): Part[] {
  const { estimated, beyond } = notesOf(chart);
  const { notes } = chart;
  const shown: Note[] = [
    ...(estimated ? [{ label: notes.estimated, sign: estimateSign, signWidth: 22 }] : []),
    ...(beyond ? [{ label: notes.beyond, sign: cross, signWidth: 14 }] : []),
    ...(scale.logarithmic ? [{ label: notes.logarithmic, sign: () => "", signWidth: 0 }] : []),
  ];
  if (shown.length === 0) return [];
  let [x, line] = [PADDING, 0];
  const placed = shown.map((note) => {
    const width = note.signWidth + widthOf(note.label, FONT);
    if (x > PADDING && x + width > WIDTH - PADDING) [x, line] = [PADDING, line + 1];
    const place = { ...note, x, y: 4 + LINE * line };
    x += width + 16;
    return place;
  });
  const draw = (top: number): string =>
    placed
      .map((note) => {
        const left = note.x + note.signWidth;
        const label = text(note.label, left, top + note.y + 13, { fill: COLOUR.quiet, width: WIDTH - PADDING - left });
        return note.sign(note.x, top + note.y + LINE / 2) + label;
      })
      .join("");
  return [{ height: 4 + LINE * (line + 1), draw }];
}

const estimateSign = (x: number, middle: number): string =>
  `<rect x="${number(x + 0.5)}" y="${number(middle - 5)}" width="16" height="10" rx="2" fill="url(#fits)" stroke="${COLOUR.fits}"/>`;

/** A sign that is read without its colour too; drawn, because the font has none. */
const cross = (x: number, middle: number): string =>
  `<path d="M${number(x)} ${number(middle - 4)}l8 8m0 -8l-8 8" stroke="${COLOUR.beyond}" stroke-width="2" stroke-linecap="round"/>`;

const hatching = (tone: "fits" | "beyond"): string =>
  `<pattern id="${tone}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="2" height="5" fill="${COLOUR[tone]}"/></pattern>`;

function gridLines(frame: Frame, { from, to }: { from: number; to: number }): string {
  return frame.scale.ticks
    .map((tick) => {
      const x = number(xOf(tick, frame));
      return `<path d="M${x} ${from}V${to}" stroke="${COLOUR.grid}"/>`;
    })
    .join("");
}

function limitLine(frame: Frame, { from, to }: { from: number; to: number }): string {
  const { limit } = frame.chart;
  if (limit === undefined) return "";
  const x = number(xOf(limit.gb, frame));
  return `<path d="M${x} ${from - 4}V${to}" stroke="${COLOUR.limit}" stroke-width="2" stroke-dasharray="5 3"/>`;
}

type TextOptions = { size?: number; fill?: string; width?: number; ground?: boolean };

/** A line of text from its left end and base line, shortened to a width; `ground` keeps lines behind it away. */
function text(
  content: string,
  x: number,
  y: number,
  { size = FONT, fill = COLOUR.text, width = WIDTH, ground = false }: TextOptions = {},
): string {
  const shown = fitWidth(content, size, width);
  const cover = ground
    ? `<rect x="${number(x - 2)}" y="${number(y - size)}" width="${number(widthOf(shown, size) + 4)}" height="${size + 4}" fill="${COLOUR.card}"/>`
    : "";
  return `${cover}<text x="${number(x)}" y="${number(y)}" font-size="${size}" fill="${fill}">${escapeXml(shown)}</text>`;
}

const number = (value: number): string => String(Number(value.toFixed(2)));

const escapeXml = (content: string): string =>
  content
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&apos;");
