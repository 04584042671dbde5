import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type App, forSurface } from "#src/app.ts";
import { catalogPages } from "#src/web/catalog/routes.ts";
import { createSite, runServer } from "#src/web/http/server.ts";
import { soundEntry, temporaryFolder } from "#tests/temporary-catalog.ts";
import { testApp } from "#tests/test-app.ts";
import { readHtml, type Tag } from "./html-shape.ts";

/** Somebody's browser; `get` follows no redirect. */
export type Reader = {
  app: App;
  get: (path: string, init?: RequestInit) => Promise<Response>;
  close: () => Promise<void>;
};

/** The catalog pages on a free port, with the catalog of this repository or of a folder. */
export async function openPages(catalogDir?: string): Promise<Reader> {
  const app = await testApp(catalogDir === undefined ? {} : { CATALOG_DIR: catalogDir });
  const settings = { host: "127.0.0.1", port: 0, admin: false };
  const stop = new AbortController();
  const listening = Promise.withResolvers<number>();
  const site = createSite(forSurface(app, "web"), settings, [catalogPages]);
  const running = runServer(site, settings, stop.signal, listening.resolve);
  const port = await Promise.race([listening.promise, running.then(() => Promise.reject(new Error("not listening")))]);
  return {
    app,
    // One connection a request: one that is kept may be closed by the server in the moment it is used again.
    get: (path, init) =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        redirect: "manual",
        ...init,
        headers: { connection: "close", ...init?.headers },
      }),
    close: async () => {
      stop.abort();
      await running;
    },
  };
}

/** The same for one test. */
export async function openPagesHere(catalogDir?: string): Promise<Reader> {
  const reader = await openPages(catalogDir);
  onTestFinished(reader.close);
  return reader;
}

export type Sheet = { html: string; tags: Tag[]; response: Response };

/** A page that must be there, whole and well-formed. */
export async function open(reader: Reader, path: string, init?: RequestInit): Promise<Sheet> {
  const response = await reader.get(path, init);
  const html = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} for ${path}`);
  return { html, tags: readHtml(html), response };
}

/** The ids of the entries in a list, in its order. */
export const listed = ({ html }: Pick<Sheet, "html">): string[] =>
  [...html.matchAll(/<th scope="row"><a href="\/catalog\/([^"?]+)/g)].map(([, id = ""]) => id);

/** Four models, of which one can say what must be listed. */
const FOUR = {
  "alpha.yaml": soundEntry({
    name: "Alpha",
    family: "Greek",
    released: "2024-03-01",
    parametersB: "7",
    requirements: "\n  - precision: int4\n    vramInferenceGb: 6\n  - precision: fp16\n    vramInferenceGb: 14",
    license: "\n  commercial: 'yes'\n  weights: MIT",
  }),
  "beta.yaml": soundEntry({
    name: "Beta",
    family: "Greek",
    released: "2025-01-01",
    parametersB: "13",
    requirements: "\n  - precision: int4\n    vramInferenceGb: 10",
    license: "\n  commercial: conditional",
  }),
  // Small at full precision and large at INT4: neither menu alone may let the other half in.
  "gamma.yaml": soundEntry({
    name: "Gamma",
    family: "Other",
    released: "'2025'",
    variants:
      "\n  - name: Gamma-1B\n    parametersB: 1\n    requirements:\n      - precision: fp16\n        vramInferenceGb: 3" +
      "\n  - name: Gamma-70B\n    parametersB: 70\n    requirements:\n      - precision: int4\n        vramInferenceGb: 40",
    license: "\n  commercial: 'no'",
  }),
  "delta.yaml": soundEntry({
    name: "Delta",
    family: "Other",
    purposes: "\n  - medical",
    modalities: "\n  - text\n  - vision",
  }),
};

/** A folder with entries of our own alone. */
export async function catalogOf(files: Record<string, string> = FOUR): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "models"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, "models", name), text);
  return folder;
}
