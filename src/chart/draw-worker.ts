import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parentPort } from "node:worker_threads";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { z } from "zod";
import { FONT_FAMILY, FONT_FILE } from "./glyphs.ts";

/**
 * Draws SVG as PNG in a thread of its own: answers each `{ svg, width }` (pixels) with `{ png }` or `{ fault }`. The
 * renderer is WebAssembly and not the native add-on of the same library: a third of the speed, but its memory does not
 * grow (the add-on kept 5 MB a picture, 800 MB after 150), one package serves every platform, and ending the thread
 * gives everything back.
 */
const job = z.object({ svg: z.string(), width: z.int().positive() });

const loaded = Promise.all([
  readFile(FONT_FILE),
  readFile(fileURLToPath(import.meta.resolve("@resvg/resvg-wasm/index_bg.wasm"))).then((wasm) => initWasm(wasm)),
]);

async function draw(message: unknown): Promise<Uint8Array> {
  const { svg, width } = job.parse(message);
  const [font] = await loaded;
  const drawing = new Resvg(svg, {
    fitTo: { mode: "width", value: width },
    font: { fontBuffers: [font], defaultFontFamily: FONT_FAMILY },
  });
  const picture = drawing.render();
  try {
    return picture.asPng();
  } finally {
    picture.free();
    drawing.free();
  }
}

parentPort?.on("message", (message: unknown) => {
  draw(message).then(
    (png) => parentPort?.postMessage({ png }),
    (error: unknown) => parentPort?.postMessage({ fault: error instanceof Error ? error.message : String(error) }),
  );
});
