import { expect, it } from "vitest";
import { foldName } from "#src/catalog/entry/text.ts";
import { aliasesFor } from "#src/sync/propose/draft/aliases.ts";
import { realContext, realEntry } from "./candidates.ts";

const { entries } = realContext;

it.each([
  ["GLM-5.4", "glm-5.3", ["glm54"]],
  ["Qwen4-VL", "qwen3-vl", ["通义千问4-vl", "千问4-vl"]],
  ["Kimi K4", "kimi-k3", ["k4"]],
  ["MiniCPM6", "minicpm5", ["小钢炮6"]],
])("%s is written as its family's entries are", (name, like, aliases) => {
  expect(aliasesFor(name, realEntry(like), entries)).toEqual(aliases);
});

it("takes no version alone, which may be any family's", () => {
  expect(aliasesFor("DeepSeek-V5", realEntry("deepseek-v4"), entries)).not.toContain("v5");
  expect(aliasesFor("DeepSeek-R5", realEntry("deepseek-r1"), entries)).toContain("r5");
});

it("takes no name that another entry has", () => {
  const taken = entries.flatMap(({ aliases, id }) => [...aliases, id].map(foldName));
  for (const entry of entries.slice(0, 20))
    for (const alias of aliasesFor(`${entry.family}-9.9`, entry, entries)) expect(taken).not.toContain(foldName(alias));
  expect(aliasesFor("GLM-5.2", realEntry("glm-5.3"), entries)).toEqual([]);
});

it("gives none where nothing is known of the family", () => {
  expect(aliasesFor("New-1", undefined, entries)).toEqual([]);
});
