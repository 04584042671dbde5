import { Worker } from "node:worker_threads";
import { expect, onTestFinished, test } from "vitest";
import { createPictures } from "#src/chart/pictures.ts";
import { bar, chartOf, decoded } from "#tests/chart/drawing.ts";
import { PATIENCE_MS } from "#tests/patience.ts";

const chart = chartOf({ "ChatGLM-6B": [bar("FP16", 13), bar("INT4", 6)], 源2: [bar("INT4", 9, true)] }, 8);

function open(options: Partial<Parameters<typeof createPictures>[0]> = {}) {
  const warnings: string[] = [];
  const log = { warn: (details: object, message: string) => warnings.push(`${message} ${JSON.stringify(details)}`) };
  const pictures = createPictures({ log, timeoutMs: PATIENCE_MS, ...options });
  onTestFinished(() => pictures.close());
  return { pictures, warnings };
}

test("a chart becomes a PNG of the stated width with a card, bars in two tones and text", async () => {
  const { pictures, warnings } = open();
  const png = await pictures.draw(chart);
  expect(warnings).toEqual([]);
  if (png === undefined) throw new Error("no picture");
  expect(Buffer.from(png.subarray(0, 8)).toString("latin1")).toBe("\u0089PNG\r\n\u001a\n");
  const { width, height, pixels } = decoded(png);
  expect(width).toBe(1100);
  expect(height).toBeGreaterThan(400);
  const colours = new Map<string, number>();
  for (let at = 0; at < pixels.length; at += 4) {
    const colour = pixels.subarray(at, at + 4).join();
    colours.set(colour, (colours.get(colour) ?? 0) + 1);
  }
  const count = (red: number, green: number, blue: number): number => colours.get(`${red},${green},${blue},255`) ?? 0;
  expect(count(0x1f, 0x21, 0x28)).toBeGreaterThan(width * height * 0.6);
  expect(count(0x6e, 0xa8, 0xfe)).toBeGreaterThan(2000);
  expect(count(0xee, 0x8a, 0x4f)).toBeGreaterThan(2000);
  expect(count(0xf2, 0xf3, 0xf5)).toBeGreaterThan(1000);
  // Outside of the rounded corners nothing is drawn.
  expect(pixels[3]).toBe(0);
});

test("charts drawn at once come back each with its own picture", async () => {
  const { pictures } = open();
  const charts = [chart, chartOf({ A: [bar("INT4", 1)] }), chart];
  const [first, second, third] = await Promise.all(charts.map((item) => pictures.draw(item)));
  expect(Buffer.compare(first ?? Buffer.alloc(0), third ?? Buffer.alloc(1))).toBe(0);
  expect(second?.length).toBeLessThan(first?.length ?? 0);
});

test("more than may wait go without a picture at once, the others are drawn", async () => {
  const { pictures, warnings } = open({ queueMax: 2 });
  const drawn = await Promise.all([chart, chart, chart, chart].map((item) => pictures.draw(item)));
  expect(drawn.map((png) => png !== undefined)).toEqual([true, true, false, false]);
  expect(warnings.length).toBe(2);
  expect(await pictures.draw(chart)).toBeDefined();
});

test("a thread that hangs is given up after its time, and the next chart has a new one", async () => {
  let started = 0;
  const hanging = (): Worker => {
    started += 1;
    return new Worker("require('node:worker_threads').parentPort.on('message', () => {})", { eval: true });
  };
  const { pictures, warnings } = open({ timeoutMs: 50, thread: hanging });
  expect(await pictures.draw(chart)).toBeUndefined();
  expect(await pictures.draw(chart)).toBeUndefined();
  expect(started).toBe(2);
  expect(warnings[0]).toContain("could not be drawn");
});

test.each([
  ["fails", "process.nextTick(() => { throw new Error('broken') })"],
  [
    "says nothing sensible",
    "require('node:worker_threads').parentPort.on('message', () => require('node:worker_threads').parentPort.postMessage(7))",
  ],
  [
    "reports a fault",
    "const { parentPort } = require('node:worker_threads'); parentPort.on('message', () => parentPort.postMessage({ fault: 'no font' }))",
  ],
])("a thread that %s costs the picture and nothing else", async (_how, code) => {
  const { pictures, warnings } = open({ thread: () => new Worker(code, { eval: true }) });
  expect(await pictures.draw(chart)).toBeUndefined();
  expect(warnings.length).toBe(1);
});

test("whoever no longer wants a picture, or the end of the program, ends the drawing", async () => {
  const silent = (): Worker =>
    new Worker("require('node:worker_threads').parentPort.on('message', () => {})", { eval: true });
  const { pictures } = open({ thread: silent });
  const given = new AbortController();
  const first = pictures.draw(chart, given.signal);
  const second = pictures.draw(chart);
  given.abort();
  expect(await first).toBeUndefined();
  await pictures.close();
  expect(await second).toBeUndefined();
  expect(await pictures.draw(chart)).toBeUndefined();
});

test("an idle thread is ended, and the next chart is drawn all the same", async () => {
  const ended = Promise.withResolvers<number>();
  const idle = (): Worker => {
    const code =
      "const { parentPort } = require('node:worker_threads'); parentPort.on('message', () => parentPort.postMessage({ png: new Uint8Array([1]) }))";
    const worker = new Worker(code, { eval: true });
    worker.once("exit", ended.resolve);
    return worker;
  };
  const { pictures } = open({ thread: idle, idleMs: 1 });
  expect(await pictures.draw(chart)).toEqual(new Uint8Array([1]));
  expect(await ended.promise).toBe(1);
  expect(await pictures.draw(chart)).toEqual(new Uint8Array([1]));
});
