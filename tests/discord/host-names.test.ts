import { buffer } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { openDiscord, startBotProgram } from "#tests/discord/start-bot.ts";
import { openServer } from "#tests/loopback-server.ts";
import { buttonsOf, textOf } from "#tests/stand-ins/discord/people.ts";
import { startOllama } from "#tests/stand-ins/ollama.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

const ADMIN = "300000000000000009";
const PASSWORD = "hunter/2";

/** Forwards what is below `/ollama` and comes with the password, as a reverse proxy before an Ollama does. */
const openProxy = (target: string): Promise<string> =>
  openServer(async (request, response) => {
    const isAllowed = request.headers.authorization === `Basic ${btoa(`ann:${PASSWORD}`)}`;
    if (!isAllowed || !request.url?.startsWith("/ollama/api/")) {
      response.writeHead(isAllowed ? 404 : 401).end();
      return;
    }
    const { method = "GET" } = request;
    const body = await buffer(request);
    const answer = await fetch(`${target}${request.url.slice("/ollama".length)}`, {
      method,
      ...(body.length > 0 && { body }),
    });
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });

test("people see names of hosts, administrators also addresses, and nobody the password of a proxy", async () => {
  const [behind, beside] = [
    await startOllama({ models: [{ name: "glm4:9b" }] }),
    await startOllama({ models: [{ name: "qwen3:8b" }] }),
  ];
  onTestFinished(() => behind.stop());
  onTestFinished(() => beside.stop());
  const proxy = new URL(await openProxy(behind.url));
  const discord = await openDiscord();
  const bot = startBotProgram(discord, {
    OLLAMA_HOSTS: `gpu-a=http://ann:hunter%2F2@${proxy.host}/ollama/, ${new URL(beside.url).host}, locked=http://ann:wrong2@${proxy.host}/`,
    DATA_DIR: await temporaryFolder(),
    ADMIN_USER_IDS: ADMIN,
    DEFAULT_LOCALE: "en",
    LOG_LEVEL: "debug",
  });
  await discord.ready();
  const person = discord.person({ id: "300000000000000001" });
  const admin = discord.person({ id: ADMIN });

  const answers: string[] = [];
  for (const model of ["glm4:9b", "qwen3:8b"]) {
    const answer = await person.run("try", { model, prompt: "hello" });
    await discord.until(() => buttonsOf(answer).some(({ label }) => label === "再来一次"), "an answer");
    answers.push(textOf(answer));
  }
  expect(answers[0]).toMatch(/`glm4:9b` · gpu-a · /);
  expect(answers[1]).toMatch(/`qwen3:8b` · Ollama 2 · /);

  const theirs = await person.run("status");
  expect(theirs.ephemeral).toBe(false);
  expect(textOf(theirs)).toMatch(/gpu-a：.+\n.*Ollama 2：.+\n.*locked：拒绝了机器人/);
  for (const shown of [...answers, textOf(theirs)]) expect(shown).not.toContain("127.0.0.1");

  const ours = await admin.run("status");
  expect(ours.ephemeral).toBe(true);
  expect(textOf(ours)).toContain(`gpu-a \`${proxy.origin}/ollama\``);
  expect(textOf(await admin.run("ollama"))).toContain(`Ollama 2 \`${beside.url}\``);
  expect(bot.stderr()).toContain(`"host":"locked","address":"${proxy.origin}"`);

  await discord.until(() => bot.stderr().includes("the page is there"), "the page");
  const page = /"url":"(http:[^"]+)","msg":"the page is there"/.exec(bot.stderr())?.[1];
  const [metrics = "", ready = ""] = await Promise.all(
    ["metrics", "readyz"].map(async (path) => (await fetch(`${page}/${path}`)).text()),
  );
  expect(metrics).toContain('mulu_ollama_host_up{host="gpu-a"} 1');
  expect(metrics).toContain('mulu_ollama_host_up{host="locked"} 0');
  for (const shown of [metrics, ready]) expect(shown).not.toContain(proxy.host);
  for (const said of [bot.stderr(), bot.stdout(), textOf(ours), metrics, ready, ...answers]) {
    expect(said).not.toMatch(/hunter|wrong2|authorization/i);
    for (const secret of [`ann:${PASSWORD}`, "ann:wrong2"]) expect(said).not.toContain(btoa(secret));
  }
});
