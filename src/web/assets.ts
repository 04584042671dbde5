import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Hono } from "hono";

/** Files of `src/web/assets` that pages may load, by name, with their media types. */
const FILES = {
  "style.css": "text/css; charset=utf-8",
  "chat.mjs": "text/javascript; charset=utf-8",
} as const;
export type Asset = keyof typeof FILES;

type Loaded = { text: string; version: string; type: string };
const loaded = new Map<string, Loaded>();

function load(name: Asset): Loaded {
  const known = loaded.get(name);
  if (known) return known;
  const text = readFileSync(new URL(`./assets/${name}`, import.meta.url), "utf8");
  const version = createHash("sha256").update(text).digest("hex").slice(0, 12);
  const asset = { text, version, type: FILES[name] };
  loaded.set(name, asset);
  return asset;
}

/** The address of a file; it changes with the file, so that browsers may keep it for ever. */
export const assetUrl = (name: Asset): string => `/assets/${load(name).version}/${name}`;

const isAsset = (name: string): name is Asset => Object.hasOwn(FILES, name);

export function assets(): Hono {
  return new Hono().get("/assets/:version/:name", (context) => {
    const { name } = context.req.param();
    if (!isAsset(name)) return context.notFound();
    const { text, type } = load(name);
    return context.body(text, 200, { "content-type": type, "cache-control": "public, max-age=31536000, immutable" });
  });
}
