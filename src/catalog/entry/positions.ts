import { isMap, isNode, isScalar, LineCounter, parseDocument, type YAMLError } from "yaml";

export type FieldPath = readonly PropertyKey[];
/** 1-based; absent where nothing of the path stands in the file. */
export type Position = { line?: number; column?: number };

/** A YAML text with its positions, for telling people where something is wrong. */
export type YamlPositions = {
  /** What keeps the text from being YAML. */
  errors: { code: YAMLError["code"]; message: string; position: Position }[];
  /** Throws where the text uses anchors and aliases. */
  data: () => unknown;
  /** Where a field stands; the nearest parent where the field is missing. */
  locate: (path: FieldPath) => Position;
};

export function openYaml(text: string): YamlPositions {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  return {
    errors: document.errors.map(({ code, message, pos: [offset] }) => ({
      code,
      message,
      position: positionOf(lines, offset),
    })),
    data: () => document.toJS({ maxAliasCount: 0 }),
    locate: (path) => {
      for (let length = path.length; length >= 0; length--) {
        const offset = offsetOf(document, path.slice(0, length));
        if (offset !== undefined) return positionOf(lines, offset);
      }
      return {};
    },
  };
}

function offsetOf(document: ReturnType<typeof parseDocument>, path: FieldPath): number | undefined {
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  const last = path.at(-1);
  if (isMap(parent) && last !== undefined) {
    const key = parent.items.find((pair) => isScalar(pair.key) && pair.key.value === last)?.key;
    return isNode(key) ? key.range?.[0] : undefined;
  }
  const node = document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}

function positionOf(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}
