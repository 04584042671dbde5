import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { FONT_FAMILY, FONT_FILE } from "#src/chart/glyphs.ts";
import type { ChartBar, MemoryChart } from "#src/chart/memory-chart.ts";

const font = await readFile(FONT_FILE);
await initWasm(await readFile(fileURLToPath(import.meta.resolve("@resvg/resvg-wasm/index_bg.wasm"))));

/** What a browser would show of an SVG, with the charts' font alone. Throws where it is no SVG. */
export function drawn(svg: string): { width: number; height: number; pixels: Uint8Array } {
  const drawing = new Resvg(svg, { font: { fontBuffers: [font], defaultFontFamily: FONT_FAMILY } });
  const { width, height, pixels } = drawing.render();
  return { width, height, pixels: Uint8Array.from(pixels) };
}

/** The ink of a text in one size, in pixels. */
export function inkOf(text: string, size: number): { left: number; right: number; pixels: Uint8Array } {
  const { width, pixels } = drawn(
    `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="60" font-family="${FONT_FAMILY}"><text x="100" y="40" font-size="${size}" fill="#000">${text}</text></svg>`,
  );
  const columns = [...pixels.keys()]
    .filter((at) => at % 4 === 3 && pixels[at] !== 0)
    .map((at) => ((at - 3) / 4) % width);
  return { left: Math.min(...columns) - 100, right: Math.max(...columns) + 1 - 100, pixels };
}

/** A PNG as pixels, read by a decoder that is not ours. */
export function decoded(png: Uint8Array): ReturnType<typeof drawn> {
  const header = Buffer.from(png);
  const [width, height] = [header.readUInt32BE(16), header.readUInt32BE(20)];
  return drawn(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><image width="${width}" height="${height}" href="data:image/png;base64,${header.toString("base64")}"/></svg>`,
  );
}

export const bar = (label: string, gb: number, estimated = false): ChartBar => {
  const words = label.split(" ");
  return {
    variant: words.slice(0, -1).join(" "),
    precision: words.at(-1) ?? "",
    plainLabel: "plain",
    gb,
    value: `${estimated ? "≈ " : ""}${gb} GB`,
    estimated,
  };
};

export const chartOf = (groups: Record<string, ChartBar[]>, limitGb?: number): MemoryChart => ({
  title: "推理所需显存（GB）",
  groups: Object.entries(groups).map(([name, bars], at) => ({ name, id: `entry-${at}`, bars })),
  ...(limitGb !== undefined && { limit: { gb: limitGb, label: `你的显存 ${limitGb} GB` } }),
  notes: { estimated: "估算", beyond: "超出", logarithmic: "对数刻度", empty: "未注明" },
});

/** The texts of an SVG as they are read, in order. */
export const textsOf = (svg: string): string[] =>
  [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text = ""]) =>
    text
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&quot;", '"')
      .replaceAll("&apos;", "'")
      .replaceAll("&amp;", "&"),
  );
