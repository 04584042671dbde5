import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Hono } from "hono";
import { compress } from "hono/compress";

const STYLE = "text/css; charset=utf-8";
const SCRIPT = "text/javascript; charset=utf-8";

/** Files of `src/web/assets` that pages may load, by name, with their media types. */
const FILES = {
  "style.css": STYLE,
  "catalog.css": STYLE,
  "catalog-entry.css": STYLE,
  "chat.css": STYLE,
  "chat.mjs": SCRIPT,
  "chat-answers.mjs": SCRIPT,
  "chat-combobox.mjs": SCRIPT,
  "chat-exchange.mjs": SCRIPT,
  "chat-kept.mjs": SCRIPT,
  "chat-messages.mjs": SCRIPT,
  "chat-morph.mjs": SCRIPT,
  "chat-question.mjs": SCRIPT,
} as const;
export type Asset = keyof typeof FILES;

type Loaded = { version: string; texts: ReadonlyMap<string, string> };
let loaded: Loaded | undefined;

/** All files have one version together, because scripts import each other by their names alone. */
function load(): Loaded {
  if (loaded) return loaded;
  const names = Object.keys(FILES);
  const texts = new Map(
    names.map((name) => [name, readFileSync(new URL(`../assets/${name}`, import.meta.url), "utf8")]),
  );
  const hash = createHash("sha256").update(JSON.stringify([...texts]));
  loaded = { version: hash.digest("hex").slice(0, 12), texts };
  return loaded;
}

/** The address of a file; it changes with the files, so that browsers may keep it for ever. */
export const assetUrl = (name: Asset): string => `/assets/${load().version}/${name}`;

/** The text of a file, for pages that no server of ours delivers. */
export const assetText = (name: Asset): string => load().texts.get(name) ?? "";

const isAsset = (name: string): name is Asset => Object.hasOwn(FILES, name);

export function assets(): Hono {
  return new Hono().get("/assets/:version/:name", compress(), (context) => {
    const { name, version } = context.req.param();
    if (!isAsset(name)) return context.notFound();
    const isCurrent = version === load().version;
    return context.body(load().texts.get(name) ?? "", 200, {
      "content-type": FILES[name],
      // A page from before an update asks for the version that it knows, and must not keep this one under that name.
      "cache-control": isCurrent ? "public, max-age=31536000, immutable" : "no-cache",
    });
  });
}
