import { describe, expect, onTestFinished, test } from "vitest";
import { openDiscord, startBot } from "#tests/discord/start-bot.ts";
import { buttonsOf, textOf } from "#tests/stand-ins/discord/people.ts";
import { page } from "#tests/stand-ins/ollama/faults.ts";
import { type OllamaOptions, startOllama } from "#tests/stand-ins/ollama.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

const ADMIN = "300000000000000009";

const ONE = [{ name: "qwen3:8b", sizeBytes: 5.2e9, parameterSize: "8.2B", quantization: "Q4_K_M" }];

async function open(models: OllamaOptions["models"] = ONE) {
  const ollama = await startOllama({ models });
  onTestFinished(() => ollama.stop());
  const discord = await openDiscord();
  const bot = startBot(discord, { OLLAMA_HOSTS: ollama.url, DATA_DIR: await temporaryFolder(), ADMIN_USER_IDS: ADMIN });
  await discord.ready();
  return { ollama, discord, bot, admin: discord.person({ id: ADMIN }) };
}

describe("/ollama", () => {
  test("shows the hosts to administrators alone", async () => {
    const { discord, admin } = await open();
    const shown = await admin.run("ollama");
    expect(shown.ephemeral).toBe(true);
    expect(textOf(shown)).toMatch(/`qwen3:8b` · 5\.2 GB · 8\.2B · Q4_K_M/);
    const refused = await discord.person({ id: "300000000000000001" }).run("ollama");
    expect(textOf(refused)).toContain("只给管理员用");
  });

  test("of many models shows those in memory, then as many as there is room for, and how many more", async () => {
    const many = Array.from({ length: 300 }, (_, at) => ({ name: `a-model-with-a-rather-long-name-${at}:8b` }));
    const { discord, admin } = await open([...many, ...ONE]);
    const answer = await admin.run("try", { model: "qwen3:8b", prompt: "你好" });
    await discord.until(() => buttonsOf(answer).some(({ label }) => label === "再来一次"), "an answer");
    const lines = textOf(await admin.run("ollama")).split("\n");
    expect(lines[2]).toContain("qwen3:8b");
    const shown = lines.filter((line) => line.startsWith("- `")).length;
    expect(shown).toBeGreaterThan(20);
    expect(lines).toContain(`- ……还有 ${301 - shown} 个模型`);
  });

  test("pulls with a bar that moves, and then the model can be tried", async () => {
    const { ollama, discord, admin } = await open();
    ollama.pulls.offer("glm4:9b", { layers: [4e9, 1e9], bytesPerSecond: 2e9 });
    const message = await admin.run("ollama", { action: "pull", model: "glm4:9b" });
    await discord.until(() => textOf(message).includes("已下载到"), "the end of the pull");
    const bars = message.states
      .map(({ components }) => JSON.stringify(components))
      .filter((state) => state.includes("%"));
    expect(bars.length).toBeGreaterThan(0);
    expect(bars.join()).toMatch(/GB \/ [45] GB · \d+\.\d MB\/s/);
    const answer = await admin.run("try", { model: "glm4:9b", prompt: "你好" });
    await discord.until(() => buttonsOf(answer).some(({ label }) => label === "再来一次"), "an answer");
  });

  test("a pull can be cancelled, and a pull of nothing says so", async () => {
    const { ollama, discord, admin } = await open();
    ollama.pulls.offer("glm4:9b", { layers: [4e9], bytesPerSecond: 1e6 });
    const message = await admin.run("ollama", { action: "pull", model: "glm4:9b" });
    await discord.until(() => buttonsOf(message).some(({ label }) => label === "取消下载"), "a button to cancel");
    await admin.tap(message, "取消下载");
    await discord.until(() => textOf(message).includes("下载已取消"), "the end of the pull");
    await discord.until(() => ollama.pulls.requests[0]?.closedByClientAt !== undefined, "the connection closed");
    const unknown = await admin.run("ollama", { action: "pull", model: "nothing:1b" });
    await discord.until(() => textOf(unknown).includes("模型库里没有这个名字"), "a failure");
    // What was said is not for everybody in the channel.
    expect(textOf(unknown)).not.toContain("manifest");
    expect(textOf(await admin.run("ollama"))).toContain("对方说：pull model manifest: file does not exist");
  });

  test("the button under what is not installed pulls it, for administrators", async () => {
    const { ollama, discord, admin } = await open();
    ollama.pulls.offer("glm4:9b", { layers: [1e6] });
    const offer = await admin.run("try", { model: "chatglm", prompt: "你好" });
    const message = await admin.press(offer, "下载 glm4:9b");
    await discord.until(() => textOf(message).includes("已下载到"), "the end of the pull");
    ollama.remove("glm4:9b");
    const other = await discord.person({ id: "300000000000000001" }).run("try", { model: "chatglm", prompt: "你好" });
    expect(buttonsOf(other).map(({ label }) => label)).not.toContain("下载 glm4:9b");
  });

  test("says what runs on the CPU and what only in part on the graphics card, as /status does", async () => {
    const sizes = { sizeBytes: 5e9 };
    const { ollama, discord, admin } = await open([
      { name: "on-cpu:8b", ...sizes, vramShare: 0 },
      { name: "in-parts:8b", ...sizes, vramShare: 0.5 },
      { name: "on-card:8b", ...sizes },
    ]);
    const loads = ["on-cpu:8b", "in-parts:8b", "on-card:8b"].map((model) =>
      fetch(`${ollama.url}/api/chat`, { method: "POST", body: JSON.stringify({ model, messages: [] }) }),
    );
    for (const answer of await Promise.all(loads)) await answer.text();
    // A pull that ends has its host looked at.
    ollama.pulls.offer("new:1b", { layers: [1e6] });
    const pulled = await admin.run("ollama", { action: "pull", model: "new:1b" });
    await discord.until(() => textOf(pulled).includes("已下载到"), "the end of the pull");
    for (const command of ["ollama", "status"]) {
      const shown = textOf(await admin.run(command));
      expect(shown).toMatch(/on-cpu:8b.*已加载，在 CPU 上运行，占 6 GB 内存/);
      expect(shown).toMatch(/in-parts:8b.*已加载，占 3 GB 显存，其余 3 GB 在内存（较慢）/);
      expect(shown).toMatch(/on-card:8b.*已加载，占 6 GB 显存/);
      expect(shown).not.toContain("0 GB 显存");
    }
  });

  describe("a name that is long, in the case that it was pulled with", () => {
    const named = (letters: number): string => `hf.co/Some-User/${"X".repeat(letters)}-GGUF:Q4_K_M`;
    const [short, most] = [named(20), named(100)];

    test("is shown, suggested, tried and removed as it is written", async () => {
      expect(most.length).toBeLessThanOrEqual(128);
      const { ollama, discord, admin } = await open([{ name: short }, { name: most }]);
      expect(textOf(await admin.run("ollama"))).toContain(`\`${most}\``);
      const suggested = await admin.type("try", "model", "some-user");
      expect(suggested.length).toBe(2);
      for (const [at, name] of [short, most].entries()) {
        const value = suggested.find(({ name: label }) => label.includes(name.slice(0, 80)))?.value ?? "";
        expect(value === name).toBe(at === 0);
        for (const model of [value, name]) {
          const message = await admin.run("try", { model, prompt: "你好" });
          await discord.until(() => buttonsOf(message).some(({ label }) => label === "再来一次"), "an answer");
          expect(textOf(message)).toContain(`\`${name}\``);
        }
        expect(ollama.requests.slice(-2).map(({ model }) => model)).toEqual([name, name]);
        const question = await admin.run("ollama", { action: "remove", model: name.toLowerCase() });
        expect(textOf(await admin.press(question, "删除"))).toContain(`已删除 \`${name}\``);
        expect(textOf(await admin.run("ollama"))).not.toContain(name);
      }
    });

    test("can be pulled", async () => {
      const { ollama, discord, admin } = await open([]);
      ollama.pulls.offer(most, { layers: [1e6] });
      const message = await admin.run("ollama", { action: "pull", model: most });
      await discord.until(() => textOf(message).includes("已下载到"), "the end of the pull");
      expect(ollama.pulls.requests.at(-1)?.model).toBe(most);
    });
  });

  test("removes after a confirmation", async () => {
    const { ollama, bot, admin } = await open();
    expect(textOf(await admin.run("ollama", { action: "remove", model: "none" }))).toContain("没有安装");
    const question = await admin.run("ollama", { action: "remove", model: "qwen3:8b" });
    expect(ollama.calls.some(({ method }) => method === "DELETE")).toBe(false);
    ollama.answer("/api/delete", page(502, "Bad Gateway"));
    expect(textOf(await admin.press(question, "删除"))).toMatch(/`qwen3:8b` 没有删除：连不上/);
    ollama.answer("/api/delete", undefined);
    expect(textOf(await admin.press(question, "删除"))).toContain("已删除 `qwen3:8b`");
    expect(bot.stderr()).toMatch(/"audit":"remove model","by":"300000000000000009".*"from":"qwen3:8b"/);
    expect(textOf(await admin.run("ollama"))).toContain("没有安装模型");
  });
});
