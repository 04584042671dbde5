import { expect, test } from "vitest";
import { LOCALES, textIn } from "#src/base/locale.ts";
import { modelSections } from "#src/chat/model/sections.ts";
import { UNLIMITED } from "#src/chat/view.ts";
import { realCatalog } from "#tests/real-catalog.ts";

const requirementsOf = (id: string, locale: (typeof LOCALES)[number] = "zh-CN"): string[] => {
  const entry = realCatalog.entry(id);
  if (entry === undefined) throw new Error(`no entry ${id}`);
  const text = textIn(locale);
  const sections = modelSections(entry, { locale, text, room: { ...UNLIMITED, tables: false } });
  return sections.find(({ title }) => title === text("sections.requirements"))?.lines ?? [];
};

test.each(LOCALES)("a page sets our estimates apart from what sources state, a precision a line, in %s", (locale) => {
  const lines = requirementsOf("qwen3", locale);
  const heading = lines.indexOf(textIn(locale)("facts.ourEstimates", { tokens: 4096 }));
  const [stated, ours] = [lines.slice(0, heading), lines.slice(heading + 1)];
  expect(heading).toBeGreaterThan(5);
  expect(stated.join()).not.toContain("≈");
  expect(ours.every((line) => /^- \*\*[^*]+\*\*.*≈ [\d.–]+ GB/.test(line))).toBe(true);
  const labels = ours.map((line) => /\*\*(.*?)\*\*/.exec(line)?.[1]);
  expect(new Set(labels).size).toBe(labels.length);
  expect(ours.find((line) => line.includes("GGUF Q4_K_M"))).toMatch(
    /\*\* ?[（(]Ollama[）)] .*Qwen3-8B ≈ [\d.]+ GB · Qwen3-14B ≈/,
  );
});

test("where every precision is stated there is nothing to estimate", () => {
  const lines = requirementsOf("chatglm-6b");
  expect(lines.join("\n")).toContain("6 GB");
  expect(lines.join("\n")).not.toMatch(/≈|估计/);
});
