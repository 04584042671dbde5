import type { CollectionAddress, HubName, ModelAddress } from "#src/sync/hubs/hub.ts";
import { isPartCharacter, modelNameFrom, type Part, partAt } from "./id-text.ts";

/** What a line links on the hubs, as far as it is of own organisations. */
export type HubLink =
  | { kind: "model"; model: ModelAddress }
  | { kind: "collection"; hub: HubName; collection: CollectionAddress }
  | { kind: "dataset"; id: string };

/** Both hubs with their mirrors; the slash, or the colon of `git@hf.co:`, is part of it. */
const HOST = /(?:www\.)?(huggingface\.co|hf\.co|hf-mirror\.com|modelscope\.cn|modelscope\.ai)[/:]/gi;
/** What may stand before the organisation on ModelScope: its site, an old form of it, and its programming interface. */
const MODELSCOPE_MODELS = ["models/", "#/models/", "api/v1/models/"];

/** The hub links of one line of a README, in their order. `own`: names of organisations in lower case. */
export function hubLinks(line: string, own: ReadonlySet<string>): HubLink[] {
  const links: HubLink[] = [];
  if (!line.includes("/")) return links;
  for (const match of line.matchAll(HOST)) {
    const before = line.charAt(match.index - 1);
    // Part of a longer name (`cdn.hf.co`) or of a path (`/huggingface.co/`, not `//huggingface.co/`).
    if (isPartCharacter(before) || (before === "/" && line.charAt(match.index - 2) !== "/")) continue;
    const hub: HubName = match[1]?.toLowerCase().startsWith("modelscope") ? "modelscope" : "huggingface";
    const link = linkAt(line, match.index + match[0].length, { hub, own, emphasised: isEmphasised(line, match.index) });
    if (link !== undefined) links.push(link);
  }
  return links;
}

type Context = { hub: HubName; own: ReadonlySet<string>; emphasised: boolean };

function linkAt(line: string, start: number, context: Context): HubLink | undefined {
  const { hub, own, emphasised } = context;
  const before = hub === "modelscope" ? MODELSCOPE_MODELS.find((path) => line.startsWith(path, start)) : undefined;
  const first = partAt(line, start + (before?.length ?? 0));
  const second = first && partBehind(line, first);
  if (first === undefined || second === undefined) return undefined;
  const place = first.text.toLowerCase();
  if (place === "collections" || place === "datasets") {
    const third = partBehind(line, second);
    if (third === undefined || !own.has(second.text.toLowerCase())) return undefined;
    return place === "datasets"
      ? { kind: "dataset", id: `${second.text}/${third.text.replace(/\.+$/, "")}` }
      : collectionOf(hub, second.text, third.text);
  }
  if (!own.has(place)) return undefined;
  // The `_` that closes Markdown's emphasis around an address can stand in a name too.
  const text = emphasised ? second.text.replace(/_+$/, "") : second.text;
  const name = modelNameFrom(text, line.slice(second.end, second.end + 3));
  return name === undefined ? undefined : { kind: "model", model: { hub, id: `${first.text}/${name}` } };
}

const partBehind = (line: string, { end }: Part): Part | undefined =>
  line.charAt(end) === "/" ? partAt(line, end + 1) : undefined;

function collectionOf(hub: HubName, organization: string, text: string): HubLink | undefined {
  // Hugging Face puts a number behind a collection's title; an address may leave it out.
  const slug = text.replace(/[._-]{1,9}$/, "");
  return slug === "" ? undefined : { kind: "collection", hub, collection: { organization, slug } };
}

/** Whether a `_` stands before the address that has its host at an index. */
function isEmphasised(line: string, index: number): boolean {
  const address = /(?:https?:)?\/\/$/i.exec(line.slice(Math.max(0, index - 8), index));
  return line.charAt(index - (address?.[0].length ?? 0) - 1) === "_";
}
