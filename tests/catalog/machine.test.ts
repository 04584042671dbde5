import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Card } from "#src/catalog/entry/reference.ts";
import {
  cardsText,
  MOST_GB,
  readCards,
  readRam,
  readTokens,
  spareRamGb,
  totalGb,
} from "#src/catalog/memory/machine.ts";
import { graphicsShare } from "#src/catalog/memory/named-cards.ts";
import { realCatalog } from "#tests/real-catalog.ts";

const { cards } = realCatalog;

describe("an amount of graphics memory", () => {
  test.each<[string, number, number]>([
    ["8", 1, 8],
    ["8GB", 1, 8],
    ["8g", 1, 8],
    [" 24 GB ", 1, 24],
    ["８Ｇ显存", 1, 8],
    ["7.5gib", 1, 7.5],
    ["8192MiB", 1, 8],
    ["2x24", 2, 24],
    ["24x2", 2, 24],
    ["24G×2", 2, 24],
    ["2 * 24 GB", 2, 24],
    ["8x80g", 8, 80],
    ["两张 24g", 2, 24],
    ["双卡24G显存", 2, 24],
    ["24G 8卡", 8, 24],
    ["910", 1, 910],
    ["10000g", 1, 10_000],
  ])("%s", (typed, count, cardGb) => {
    expect(readCards(typed, cards)).toEqual({ cards: count, cardGb });
  });

  test.each([
    "0",
    "-8",
    "+8",
    "0x24",
    "2x0",
    "10001",
    "1e3",
    "∞",
    "NaN",
    "八",
    "8 apples",
    "",
    "2x2x24",
    "65x65",
    "0.0",
    "0.01",
  ])("%s is none", (typed) => {
    expect(readCards(typed, cards)).toBeUndefined();
  });

  test("whatever is typed, what is understood is possible, and is read again as it is written", () => {
    const pieces = fc.constantFrom(
      ..."8|24|0|.|x|×| |g|GB|m|-|+|加|999999999999|显存|rtx|4090|3060|m4 max|64g|笔记本|双|张|a100|mac mini|昇腾 910b".split(
        "|",
      ),
    );
    const typed = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(typed, (text) => {
        const read = readCards(text, cards);
        if (read === undefined) return;
        expect(totalGb(read)).toBeGreaterThan(0);
        expect(totalGb(read)).toBeLessThanOrEqual(MOST_GB);
        expect(readCards(cardsText(read), cards)).toEqual(read);
      }),
    );
  });
});

/** The machine in short: how many, of how much, how fast, whether the memory is shared, and how it is called. */
const inShort = (typed: string): string => {
  const read = readCards(typed, cards);
  if (read === undefined) return "none";
  const { cards: count, cardGb, bandwidthGbs, unified, name } = read;
  return `${count}x${cardGb} ${bandwidthGbs ?? "?"}${unified ? " unified" : ""} ${name}`;
};

describe("cards by their names", () => {
  test.each(
    Object.entries({
      // however they are spelled
      "4090": "1x24 1008 RTX 4090 24 GB",
      "RTX 4090": "1x24 1008 RTX 4090 24 GB",
      rtx4090: "1x24 1008 RTX 4090 24 GB",
      "RTX-4090": "1x24 1008 RTX 4090 24 GB",
      "geforce rtx4090": "1x24 1008 RTX 4090 24 GB",
      "NVIDIA GeForce RTX 3060 Ti": "1x8 448 RTX 3060 Ti",
      "英伟达 3090": "1x24 936.2 RTX 3090",
      "３０９０": "1x24 936.2 RTX 3090",
      "4090 显卡": "1x24 1008 RTX 4090 24 GB",
      "RTX 4090D": "1x24 1008 RTX 4090 D 24 GB",
      "4090 d": "1x24 1008 RTX 4090 D 24 GB",
      "5090D v2": "1x24 1344 RTX 5090 D V2",
      "4070ti super": "1x16 672.3 RTX 4070 Ti SUPER",
      "4070 TiSuper": "1x16 672.3 RTX 4070 Ti SUPER",
      GTX1660super: "1x6 336 GTX 1660 SUPER",
      "1080ti": "1x11 484.4 GTX 1080 Ti",
      "titan rtx": "1x24 672 TITAN RTX",
      "7900xtx": "1x24 960 RX 7900 XTX",
      "RX 7900 XTX": "1x24 960 RX 7900 XTX",
      "amd radeon rx 9070 xt": "1x16 644.6 RX 9070 XT",
      W7900: "1x48 864 Radeon PRO W7900",
      "intel arc b580": "1x12 456 Arc B580",
      A6000: "1x48 768 RTX A6000",
      "rtx 6000 ada": "1x48 960 RTX 6000 Ada",
      "Quadro RTX 6000": "1x24 672 Quadro RTX 6000",
      "RTX PRO 6000": "1x96 1792 RTX PRO 6000 Blackwell",
      "tesla p40": "1x24 347.1 Tesla P40",
      T4: "1x16 320 Tesla T4",
      L40S: "1x48 864 L40S",
      H20: "1x96 4000 H20 96 GB",
      "H100 PCIe": "1x80 2000 H100 PCIe",
      "h100 sxm5": "1x80 3350 H100",
      "h100 nvl": "1x94 3900 H100 NVL",
      mi300x: "1x192 5300 Instinct MI300X",
      "AMD Instinct MI50": "1x16 1024 Instinct MI50 16 GB",
      "昇腾 910B": "1x64 ? 昇腾 910B 64 GB",
      昇騰910B: "1x64 ? 昇腾 910B 64 GB",
      华为昇腾910B2: "1x64 1600 昇腾 910B2",
      "Ascend 910B4": "1x32 ? 昇腾 910B4 32 GB",
      "Atlas 300I Duo": "1x96 408 Atlas 300I Duo 96 GB",
      "摩尔线程 MTT S4000": "1x48 768 MTT S4000",
      "寒武纪 MLU370": "1x48 614.4 MLU370-X8",
      "海光 K100": "1x64 ? 海光 K100 AI",
      // with the memory of an edition, and with another
      "A100 40G": "1x40 1555 A100 40 GB",
      "a100-80gb": "1x80 2039 A100 80 GB",
      "A100 80": "1x80 2039 A100 80 GB",
      "A100 81": "none",
      "A100 64G": "1x64 ? A100 64 GB",
      "3060 12g": "1x12 360 RTX 3060 12 GB",
      "3060 8G": "1x8 240 RTX 3060 8 GB",
      "3080 20g": "1x20 760.3 RTX 3080 20 GB",
      "V100 16G": "1x16 897 Tesla V100 16 GB",
      "4060Ti 16G": "1x16 288 RTX 4060 Ti 16 GB",
      "5060 ti": "1x16 448 RTX 5060 Ti 16 GB",
      "2080ti 22g": "1x22 616 RTX 2080 Ti 22 GB",
      "魔改 2080ti 22G": "1x22 616 RTX 2080 Ti 22 GB",
      "2080ti魔改22g": "1x22 616 RTX 2080 Ti 22 GB",
      "4090(48G)": "1x48 1008 RTX 4090 48 GB",
      "4090 24G显存": "1x24 1008 RTX 4090 24 GB",
      "H20 141GB": "1x141 ? H20 141 GB",
      "昇腾910B 32G": "1x32 ? 昇腾 910B 32 GB",
      "300I Duo 48G": "1x48 408 Atlas 300I Duo 48 GB",
      "mi50 32g": "1x32 1024 Instinct MI50 32 GB",
      // laptops
      "4060 笔记本": "1x8 256 RTX 4060 Laptop",
      "4060 筆電": "1x8 256 RTX 4060 Laptop",
      "笔记本 4090": "1x16 576 RTX 4090 Laptop",
      RTX4060M: "1x8 256 RTX 4060 Laptop",
      "RTX 4070 Laptop": "1x8 256 RTX 4070 Laptop",
      "RTX 4080 Laptop GPU": "1x12 432 RTX 4080 Laptop",
      "3080 移动版 16g": "1x16 448 RTX 3080 Laptop 16 GB",
      "5090 laptop": "1x24 896 RTX 5090 Laptop",
      "4050": "1x6 192 RTX 4050 Laptop",
      "3090 laptop": "none",
      // several
      "2x3090": "2x24 936.2 2×RTX 3090",
      "2 X RTX 3090": "2x24 936.2 2×RTX 3090",
      双3090: "2x24 936.2 2×RTX 3090",
      "双卡 3090": "2x24 936.2 2×RTX 3090",
      "两张 4090": "2x24 1008 2×RTX 4090 24 GB",
      "兩張 4090": "2x24 1008 2×RTX 4090 24 GB",
      "4张3090": "4x24 936.2 4×RTX 3090",
      "4090 x 2": "2x24 1008 2×RTX 4090 24 GB",
      "4090*2": "2x24 1008 2×RTX 4090 24 GB",
      "4090 两张": "2x24 1008 2×RTX 4090 24 GB",
      "4*A100 80G": "4x80 2039 4×A100 80 GB",
      "A100 80G x4": "4x80 2039 4×A100 80 GB",
      "8卡H20": "8x96 4000 8×H20 96 GB",
      "H20 8卡": "8x96 4000 8×H20 96 GB",
      "8x昇腾910B": "8x64 ? 8×昇腾 910B 64 GB",
      "2x4060 Laptop": "2x8 256 2×RTX 4060 Laptop",
      "2x4090x2": "none",
      "0x4090": "none",
      "65x4090": "none",
      // of several kinds: the memory adds up, the fastest bounds the speed
      "3090+3060": "2x18 936.2 RTX 3090 + RTX 3060 12 GB",
      "3090 加 3060": "2x18 936.2 RTX 3090 + RTX 3060 12 GB",
      "2*4090+3090": "3x24 1008 2×RTX 4090 24 GB + RTX 3090",
      "4090+昇腾910B": "2x44 ? RTX 4090 24 GB + 昇腾 910B 64 GB",
      "4090 + M4 Max": "none",
      "4090+": "none",
      // unified memory: what the GPU may take of it
      "M4 Max 64GB": "1x48 546 unified Apple M4 Max 64 GB",
      "m4max 128g": "1x96 546 unified Apple M4 Max 128 GB",
      "Apple M4 Max 36G": "1x24 410 unified Apple M4 Max 36 GB",
      "M3 Max 96G": "1x72 ? unified Apple M3 Max 96 GB",
      "M3 Max 64G": "1x48 400 unified Apple M3 Max 64 GB",
      M1: "1x5.33 68.3 unified Apple M1 8 GB",
      "M2 16G": "1x10.66 100 unified Apple M2 16 GB",
      "m2 16": "1x10.66 100 unified Apple M2 16 GB",
      "苹果 m4 pro 48g": "1x36 273 unified Apple M4 Pro 48 GB",
      "macbook air m2 16g": "1x10.66 100 unified Apple M2 16 GB",
      "MacBook Pro M5 Max 128GB": "1x96 614 unified Apple M5 Max 128 GB",
      "Mac Studio M3 Ultra 512": "1x384 819 unified Apple M3 Ultra 512 GB",
      "m4 mac mini 16g": "1x10.66 120 unified Apple M4 16 GB",
      "mac mini 24g": "1x16 ? unified Mac mini 24 GB",
      "DGX Spark": "1x120 273 unified DGX Spark",
      "AI Max+ 395": "1x96 256 unified Ryzen AI Max+ 395 128 GB",
      "strix halo 64g": "1x48 256 unified Ryzen AI Max+ 395 64 GB",
      "Jetson AGX Orin": "1x56 204.8 unified Jetson AGX Orin 64 GB",
      "jetson orin nano 8g": "1x6 68.2 unified Jetson Orin Nano 8 GB",
      // no cards
      "qwen3 4b": "none",
      "glm 4": "none",
      r1: "none",
      k2: "none",
      v3: "none",
      "9999 ti": "none",
    }),
  )("%s", (typed, machine) => {
    expect(inShort(typed)).toBe(machine);
  });

  test("each name and alias in the catalog is read as that card, and its text as the same machine", () => {
    for (const { name, aliases, editions } of cards)
      for (const typed of [name, ...aliases]) {
        const read = readCards(typed, cards);
        expect(read?.name?.replace(` ${editions[0]?.memoryGb} GB`, "")).toBe(name);
        expect(read && readCards(cardsText(read), cards)).toEqual(read);
      }
  });

  test("the text of any machine of the catalog leaves room for the rest of a custom id", () => {
    const longest = cards.flatMap(({ name, editions }) =>
      editions.map(({ memoryGb }) => cardsText(readCards(`64x${name} ${memoryGb}g`, cards) ?? { cards: 0, cardGb: 0 })),
    );
    expect(Math.max(...longest.map((text) => text.length))).toBeLessThanOrEqual(50);
  });
});

test.each<[number, Parameters<typeof graphicsShare>[1], number]>([
  [16, "macos", 10.66],
  [36, "macos", 24],
  [48, "macos", 36],
  [128, "windows", 96],
  [8, "linux", 6],
  [32, "linux", 24],
  [64, "linux", 56],
])("of %d GB unified memory on %s the GPU may take %d", (memoryGb, system, gb) => {
  expect(graphicsShare(memoryGb, system)).toBe(gb);
});

test.each<[string, number | undefined]>([
  ["64", 64],
  ["64GB", 64],
  ["32 g 内存", 32],
  ["0", undefined],
  ["-1", undefined],
  ["2x16", undefined],
  ["99999", undefined],
])("main memory %s", (typed, gb) => {
  expect(readRam(typed)).toBe(gb);
});

test.each<[string, number | undefined]>([
  ["8k", 8192],
  ["32768", 32_768],
  ["128K", 131_072],
  ["1m", 1_048_576],
  ["10万", 100_000],
  ["4096 tokens", 4096],
  ["0", undefined],
  ["-8k", undefined],
  ["8kk", undefined],
  ["999999999m", undefined],
  ["long", undefined],
])("context %s", (typed, tokens) => {
  expect(readTokens(typed)).toBe(tokens);
});

test("main memory that the GPU has a share of is not there a second time", () => {
  const machine = { cards: 1, cardGb: 48, ramGb: 64 };
  expect(spareRamGb(machine)).toBe(60);
  expect(spareRamGb({ ...machine, unified: true })).toBe(0);
});

test("a bare figure that is no amount of memory is the name of a card that is not known", () => {
  expect(readCards("1024", [])?.cardGb).toBe(1024);
  expect(readCards("1025", [])).toBeUndefined();
  expect(readCards("4090", [])).toBeUndefined();
  expect(readCards("4096g", [])?.cardGb).toBe(4096);
});

test("cards of one name are told once, and a long name gives way to its figures", () => {
  const { cards } = realCatalog;
  expect(readCards("4090+4090+3060 12g", cards)?.name).toBe("2×RTX 4090 24 GB + RTX 3060 12 GB");
  const many = readCards("5090+4090+3090+3080+3070", cards);
  expect(many).toBeDefined();
  if (many) expect(cardsText(many)).toMatch(/^5x[\d.]+g$/);
});

test("an alias that is nothing but a hyphen matches nothing, and the search for it ends", () => {
  const card: Card = {
    name: "Zed 1",
    aliases: ["-"],
    kind: "desktop",
    editions: [{ memoryGb: 8 }],
    source: ["https://example.org/"],
  };
  expect(readCards("(", [card])).toBeUndefined();
  expect(readCards("zed 1", [card])?.cardGb).toBe(8);
});
