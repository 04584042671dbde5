import { expect, test } from "vitest";
import { person } from "#tests/tries/people.ts";
import { only, openTries as open } from "#tests/tries/world.ts";

test("a hundred people at once on two slots: all are answered, nobody sees another's text, two at a time", async () => {
  const { ollama, submit, ends } = await open();
  ollama.script(({ messages }) => ({ chunks: ["你是 ", String(messages.at(-1)?.content)], tokensPerSecond: 500 }));
  const asked = await Promise.all(Array.from({ length: 100 }, (_, at) => submit(`person-${at}`, `问题-${at}`)));
  await expect.poll(() => ends.size, { timeout: 20_000 }).toBe(100);
  for (const [at, { id }] of asked.entries())
    expect(only(ends.get(id))).toMatchObject({ phase: "done", text: `你是 问题-${at}` });
  expect(ollama.maxOpen()).toBe(2);
});

test("first come, first served, and everybody's place is told", async () => {
  const { ollama, tries, submit, ends, shown } = await open({ slots: 1 });
  ollama.script({ endless: true, tokensPerSecond: 50 });
  const asked = [await submit("a", "一"), await submit("b", "二"), await submit("c", "三")];
  const places = () => asked.map(({ id }) => shown.get(id)?.flatMap(({ position }) => position ?? []) ?? []);
  await expect.poll(() => places().map((told) => told.at(-1))).toEqual([undefined, 1, 2]);
  for (const [at, { id }] of asked.entries()) {
    await expect.poll(() => ollama.requests.length).toBe(at + 1);
    if (at === 1) await expect.poll(places).toMatchObject([[], [1], [2, 1]]);
    await tries.stop(id, person("", { admin: true }));
    await expect.poll(() => ends.get(id)?.phase).toBe("stopped");
  }
  expect(ollama.requests.map(({ messages }) => messages.at(-1)?.content)).toEqual(["一", "二", "三"]);
});

test("one person who submits many at once gets two in, whatever the timing", async () => {
  const { ollama, submit } = await open();
  ollama.script({ endless: true });
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => submit("a", "问")));
  expect(results.filter(({ status }) => status === "fulfilled").length).toBe(2);
});

test("thinking inside the content is taken out of the answer", async () => {
  const { ollama, submit, ends } = await open();
  ollama.script({ chunks: ["<thi", "nk>想", "一想</th", "ink>\n\n答案"] });
  const { id } = await submit("a", "问");
  await expect.poll(() => only(ends.get(id))).toMatchObject({ phase: "done", text: "答案", thinking: "想一想" });
});

test("the final text is what Ollama sent", async () => {
  const { ollama, submit, ends } = await open();
  const text = "第一行\n\n```js\nconst a = `x`;\n```\n| a | b |\n|---|---|\n😀 @everyone";
  ollama.script({ text });
  const { id } = await submit("a", "问");
  await expect.poll(() => only(ends.get(id))?.text).toBe(text);
});
