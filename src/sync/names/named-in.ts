import { addressKey, type ModelAddress } from "#src/sync/hubs/hub.ts";
import { codeIdReader } from "./code-ids.ts";
import { codeReader } from "./code-parts.ts";
import { hubLinks } from "./hub-links.ts";
import type { NamedCollection, NamedModel, ReadmePlace } from "./named.ts";
import { withoutComments } from "./without-comments.ts";

/** UTF-16 units of a line that are shown as evidence. */
const MAX_LINE = 300;

/**
 * The models and collections of own organisations that a README names, each once and in the order of their first places:
 * those it links on the hubs, and `Org/Name` in code where no link has it. Code says no hub: Hugging Face stands for it.
 * Comments of HTML, which nobody sees, name nothing.
 * `own`: names of organisations in lower case. Takes time in proportion to the text, whatever it is.
 *
 * @example namedIn({ path: "README.md", text: "[权重](https://hf.co/Qwen/Qwen3-8B)" }, new Set(["qwen"]))
 */
export function namedIn(
  readme: { path: string; text: string },
  own: ReadonlySet<string>,
): { models: NamedModel[]; collections: NamedCollection[] } {
  const linked = new Map<string, NamedModel>();
  const inCode = new Map<string, NamedModel>();
  const collections = new Map<string, NamedCollection>();
  /** Ids of linked models and data sets, in lower case. */
  const taken = new Set<string>();
  const codeOf = codeReader();
  const idsOf = codeIdReader(own);
  const once = <Item>(found: Map<string, Item>, key: string, item: () => Item): void => {
    if (!found.has(key)) found.set(key, item());
  };
  const lines = readme.text.split(/\r\n|\r|\n/);
  for (const [index, line] of withoutComments(lines).entries()) {
    const at = placeOf(readme.path, index + 1, lines[index] ?? line);
    for (const link of hubLinks(line, own)) {
      if (link.kind === "collection") {
        const { hub, collection } = link;
        const key = `${hub}:${collection.organization}/${collection.slug}`.toLowerCase();
        once(collections, key, () => ({ hub, collection, at: at() }));
        continue;
      }
      taken.add((link.kind === "dataset" ? link.id : link.model.id).toLowerCase());
      if (link.kind !== "model") continue;
      once(linked, addressKey(link.model), () => ({ model: link.model, form: "link", at: at() }));
    }
    for (const id of codeOf(line).flatMap(idsOf)) {
      const model: ModelAddress = { hub: "huggingface", id };
      once(inCode, id.toLowerCase(), () => ({ model, form: "code", at: at() }));
    }
  }
  const onlyInCode = [...inCode].flatMap(([id, item]) => (taken.has(id) ? [] : [item]));
  const models = [...linked.values(), ...onlyInCode].toSorted((a, b) => a.at.line - b.at.line);
  return { models, collections: [...collections.values()] };
}

/** The place that a line is, worked out once however much it names. */
function placeOf(path: string, line: number, text: string): () => ReadmePlace {
  let place: ReadmePlace | undefined;
  return () => {
    place ??= { path, line, text: shown(text) };
    return place;
  };
}

/** A line as evidence: without needless white space, and cut where a character ends. */
function shown(line: string): string {
  const text = line.replace(/\s+/g, " ").trim();
  if (text.length <= MAX_LINE) return text;
  const splits = (text.codePointAt(MAX_LINE - 1) ?? 0) > 0xffff;
  return text.slice(0, splits ? MAX_LINE - 1 : MAX_LINE);
}
