import { describe, expect, test } from "vitest";
import { layOutReference } from "#src/catalog/entry/layout.ts";
import { readCatalog, readCatalogFiles } from "#src/catalog/entry/load.ts";
import { parseReference } from "#src/catalog/entry/parse.ts";
import { type Card, keepsFromAnswering, NO_REFERENCE } from "#src/catalog/entry/reference.ts";
import { checkReference } from "#src/catalog/entry/reference-check.ts";
import { NO_WATCH, type Watch } from "#src/catalog/entry/watch.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";

const card = (name: string, aliases: string[] = [], memoryGb: number[] = [24]): Card => ({
  name,
  aliases,
  kind: "desktop",
  editions: memoryGb.map((gb) => ({ memoryGb: gb })),
  source: ["https://example.org/"],
});

describe("names of cards and base models", () => {
  test.each<[string, Card[], string[]]>([
    ["two cards of one name", [card("RTX 1"), card("rtx-1")], []],
    ["an alias that is another's name", [card("RTX 1"), card("RTX 2", ["rtx1"])], []],
    ["an alias that is another's too", [card("RTX 1", ["1 ti"]), card("RTX 2", ["1ti"])], []],
    ["an alias that says the name again", [card("RTX 1", ["rtx 1"])], []],
    ["an edition twice", [card("RTX 1", [], [8, 12, 8])], []],
    ["a base model twice", [], ["LLaMA-7B", "llama 7b"]],
  ])("%s is refused", (_what, cards, bases) => {
    expect(checkReference({ cards, bases, watch: NO_WATCH })).toHaveLength(1);
  });

  test("those of the catalog differ", async () => {
    const near = [card("RTX 1", ["1"]), card("RTX 1 Ti", ["1 ti"], [8, 12])];
    expect(checkReference({ cards: near, bases: ["LLaMA-7B", "LLaMA-13B"], watch: NO_WATCH })).toEqual([]);
    expect(checkReference(await readCatalog("catalog"))).toEqual([]);
  });
});

describe("what the sync looks at and leaves out", () => {
  const checked = (watch: Partial<Watch>) => checkReference({ cards: [], bases: [], watch: { ...NO_WATCH, ...watch } });

  test("a name that two organisations share is refused, and one that is on both hubs is not", () => {
    const zai = { huggingface: ["zai-org", "THUDM"], modelscope: ["ZhipuAI", "zai-org"] };
    expect(checked({ organizations: [zai, { huggingface: ["Qwen"], modelscope: ["qwen"] }] })).toEqual([]);
    expect(checked({ organizations: [zai, { huggingface: ["thu"], modelscope: ["thudm"] }] })).toMatchObject([
      { file: "watch.yaml", severity: "error" },
    ]);
  });

  test("two rules of one id are refused", () => {
    const rule = { id: "reward", zh: "奖励模型", en: "Reward models", names: ["*-reward"] };
    expect(checked({ leaveOut: [rule, { ...rule, id: "other" }], leaveOutRepositories: [rule] })).toEqual([]);
    expect(checked({ leaveOut: [rule, rule] })).toHaveLength(1);
    expect(checked({ leaveOutRepositories: [rule, rule] })).toHaveLength(1);
  });

  test("a broken file takes no entry along, and the problem says where it is", async () => {
    const files = [{ file: "small.yaml", text: smallEntry() }];
    const read = await readCatalogFiles(files, { watch: "leaveOut:\n  - id: reward\n", bases: "- LLaMA" });
    expect(read.entries.map(({ id }) => id)).toEqual(["small"]);
    expect(read).toMatchObject({ watch: NO_WATCH, bases: ["LLaMA"] });
    expect(read.problems[0]).toMatchObject({ file: "watch.yaml", line: 2, severity: "error" });
    expect(read.problems.filter(keepsFromAnswering)).toEqual([]);
    const sound = await readCatalogFiles(files, { watch: "since: '2026-08-01'\nowners: [{name: QwenLM}]\n" });
    expect(NO_REFERENCE.watch).toEqual(NO_WATCH);
    expect(sound).toMatchObject({ problems: [], watch: { since: "2026-08-01", owners: [{ name: "QwenLM" }] } });
  });

  test("it has the layout of the other files", () => {
    const text = "leaveOut: [{en: Rewards, zh: 奖励, id: reward, names: ['*-RM']}]\n# then\nsince: 2026-08-01\n";
    expect(layOutReference("watch", text)).toBe(
      "# then\nsince: '2026-08-01'\nleaveOut:\n  - id: reward\n    zh: 奖励\n    en: Rewards\n    names:\n      - '*-RM'\n",
    );
  });
});

test("a file beside the entries has one layout, which says the same", () => {
  const text = `# cards\n\n- kind: desktop\n  source: [https://example.org/]\n  editions: [{bandwidthGbs: 8, memoryGb: 4}]\n  aliases: ['4090']\n  name: RTX 1\n`;
  const laidOut = layOutReference("cards", text);
  expect(laidOut).toBe(
    "# cards\n\n- name: RTX 1\n  aliases:\n    - '4090'\n  kind: desktop\n  editions:\n    - memoryGb: 4\n      bandwidthGbs: 8\n  source:\n    - https://example.org/\n",
  );
  expect(layOutReference("cards", laidOut)).toBe(laidOut);
  expect(parseReference("cards", laidOut)).toEqual(parseReference("cards", text));
});

test.each([
  ["a card without a source", "- {name: A, kind: desktop, editions: [{memoryGb: 4}], source: []}"],
  ["a card without memory", "- {name: A, kind: desktop, editions: [], source: [https://example.org/]}"],
  ["no memory at all", "- {name: A, kind: desktop, editions: [{memoryGb: 0}], source: [https://example.org/]}"],
])("%s is an error", (_what, text) => {
  expect(parseReference("cards", text)).toMatchObject({ values: {}, problems: [{ severity: "error" }] });
});

test("what a newer version says of a card is passed over with a warning", () => {
  const text = "- {name: A, kind: desktop, year: 2030, editions: [{memoryGb: 4}], source: [https://example.org/]}";
  const { values, problems } = parseReference("cards", text);
  expect(values.cards).toEqual([card("A", [], [4])]);
  expect(problems).toMatchObject([{ severity: "warning", known: expect.any(Array) }]);
});
