import { describe, expect, test } from "vitest";
import { plain } from "#src/base/markdown.ts";
import { subjectNamed } from "#src/catalog/search/subject.ts";
import { type Component, type Room, UNLIMITED, type View } from "#src/chat/view.ts";
import { choicesOf } from "#src/terminal/render.ts";
import { contextOf, testApp } from "#tests/test-app.ts";

const app = await testApp();
const LINES: Room = { ...UNLIMITED, tables: false, pictures: false };

async function ask(command: string, given: Record<string, string>, room = LINES) {
  const shown: View[] = [];
  const context = contextOf(app, { room, show: (view) => shown.push(view) });
  const outcome = await app.router.execute(command, given, context);
  const view = shown.at(-1) ?? { components: [] };
  return { outcome, view, text: textOf(view) };
}
const textOf = ({ components }: View): string =>
  components
    .flatMap((item): Component[] => (item.type === 17 ? item.components : [item]))
    .map((item) => (item.type === 10 ? item.content : ""))
    .join("\n");

describe("what /fit prints is a name:", () => {
  test.each(["4", "8", "24", "48", "4x80"])("with %s GB each line, and each command", async (vram) => {
    const { text } = await ask("fit", { vram, ram: "64" });
    const lines = text.split("\n");
    const models = lines.filter((line) => line.startsWith("**") && line.includes(" · "));
    expect(models.length).toBeGreaterThan(10);
    for (const line of models) {
      const found = subjectNamed(line.slice(0, 200), app.services.catalog);
      expect(line).toContain(`**${plain(found?.subject.entry.name ?? "nothing")}**`);
      const variant = found?.subject.variant;
      if (variant !== undefined) expect(line).toContain(plain(variant.name));
    }
    for (const [command] of text.matchAll(/`ollama run [^`]+`/g))
      expect(subjectNamed(command, app.services.catalog), command).toBeDefined();
  });
});

describe("/compare", () => {
  test("takes names of hubs and programs as it takes names of variants", async () => {
    const { text, outcome } = await ask("compare", {
      model1: "https://huggingface.co/Qwen/Qwen3-8B/tree/main",
      model2: "ollama run deepseek-r1:14b",
    });
    expect(outcome).toBe("answered");
    expect(text).toContain("**Qwen3-8B** `qwen3`");
    expect(text).toContain("**DeepSeek-R1-Distill-Qwen-14B** `deepseek-r1-distill`");
  });

  test("says of a name of several which one it took, and what else it may mean", async () => {
    const { text } = await ask("compare", { model1: "yi 34b", model2: "qwen3:8b" });
    expect(text).toMatch(/-# 「yi 34b」按 Yi-1.5-34B 理解，也可能是：/);
  });

  test("keeps a name with a colon where another is chosen in the place of an unknown one", async () => {
    const { view } = await ask("compare", { model1: "qwen3:8b", model2: "chatgml" });
    const [first] = choicesOf(view);
    const shown: View[] = [];
    const again = contextOf(app, { room: LINES, show: (next) => shown.push(next) });
    await app.router.press(first?.customId ?? "", first?.chosen ?? [], again);
    expect(textOf(shown.at(-1) ?? { components: [] })).toMatch(/\*\*Qwen3-8B\*\*[\s\S]*\*\*ChatGLM-6B\*\*/);
  });
});

describe("suggestions", () => {
  const first = (command: string, option: string, typed: string): string | undefined =>
    app.router.complete(command, option, typed, contextOf(app))[0]?.value;

  test.each([
    "qwen3:8b",
    "Qwen/Qwen3-8B-GGUF",
    "https://hf-mirror.com/Qwen/Qwen3-8B",
    "qwen3-8b-q4_k_m.gguf",
    "千问3 8b",
  ])("of %s what it means comes first", (typed) => {
    expect(first("model", "name", typed)).toBe("Qwen3-8B");
    expect(first("compare", "model1", typed)).toBe("Qwen3-8B");
  });

  test("what happens to be another's name is not what is being typed", () => {
    expect(first("compare", "model1", "qwen3-8")).toBe("Qwen3-8B");
  });
});
