import { OPEN_POINTS, type OpenPoint } from "./draft.ts";
import type { VariantFacts } from "./variant-fields.ts";

/** Open points in the order in which a person fills them, each once. */
export const inOrder = (points: Iterable<OpenPoint>): OpenPoint[] => {
  const open = new Set(points);
  return OPEN_POINTS.filter((point) => open.has(point));
};

/** What nobody could tell of a new variant. */
export function openOfVariant({ figures, models }: VariantFacts): OpenPoint[] {
  const { license } = figures;
  const isMoe = figures.architecture === "moe";
  return pointsWhere({
    size: figures.parametersB === undefined || figures.doubtsSize,
    activeSize: figures.infersSize || (isMoe && figures.activeParametersB === undefined),
    context: figures.contextTokens === undefined || figures.doubtsContext,
    attention: figures.attention === undefined,
    license: license === undefined || license.commercial === "unknown",
    released: figures.released === undefined,
    pageNotSeen: models.some(({ placed }) => placed.facts.state === "absent"),
  });
}

/** The points of which something holds. */
export const pointsWhere = (holds: { [Point in OpenPoint]?: boolean }): OpenPoint[] =>
  OPEN_POINTS.filter((point) => holds[point] === true);

/** The point that a field is about, once it had to be left out. */
const POINT_OF_FIELD: Record<string, OpenPoint> = {
  summary: "summary",
  purposes: "purposes",
  parametersB: "size",
  storedParametersB: "size",
  fileGb: "size",
  activeParametersB: "activeSize",
  contextTokens: "context",
  attention: "attention",
  embeddings: "attention",
  license: "license",
  released: "released",
  developers: "developers",
  baseModel: "baseModel",
  weights: "pageNotSeen",
};

/** The open point for a field that was left out, by the names on its path, the innermost first. */
export const pointOfPath = (path: readonly PropertyKey[]): OpenPoint | undefined =>
  path.toReversed().flatMap((key) => POINT_OF_FIELD[String(key)] ?? [])[0];
