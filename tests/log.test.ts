import { DiscordAPIError } from "discord.js";
import { describe, expect, it } from "vitest";
import { createLog } from "#src/base/log.ts";
import { lineForPeople } from "#src/base/log-line.ts";
import { runProgram } from "#tests/run-program.ts";

const TOKEN = "aW50ZXJhY3Rpb246secret_token";

it("writes what went wrong, and no token, no text of a person and no answer of a model", () => {
  const lines: string[] = [];
  const log = createLog({ logLevel: "info" }, { write: (line) => lines.push(line) });
  const url = `https://discord.com/api/v10/webhooks/123/${TOKEN}/messages/@original`;
  const body = { files: undefined, json: { components: [{ content: "the answer of a model" }] } };
  log.warn(
    { err: new DiscordAPIError({ code: 10008, message: "Unknown Message" }, 10008, 404, "PATCH", url, body) },
    "x",
  );
  const wrapped = new Error(`fetch failed: /interactions/1/${TOKEN}/callback`, { cause: new Error(`POST ${url}`) });
  log.error({ err: Object.assign(wrapped, { request: { headers: { authorization: "secret" } } }) }, "y");
  const [first = "", second = ""] = lines;
  expect(JSON.parse(first).err).toMatchObject({
    message: "Unknown Message",
    status: 404,
    code: 10008,
    method: "PATCH",
  });
  expect(first + second).not.toMatch(/secret|answer of a model/);
  expect(JSON.parse(second).err.stack).toContain("log.test.ts");
});

it("writes which command Redis does not know, and not what was sent with it", () => {
  let line = "";
  const log = createLog(
    { logLevel: "info" },
    {
      write: (text) => {
        line = text;
      },
    },
  );
  const args = "'mulu:2:notices:1' '{\"text\":\"the answer of a model\"}' ";
  log.error({ err: new Error(`ERR unknown command 'publish', with args beginning with: ${args}`) }, "x");
  expect(line).toContain("unknown command 'publish'");
  expect(line).toContain("log.test.ts");
  expect(line).not.toContain("answer of a model");
});

describe("a line for a person", () => {
  const bare = (_format: unknown, text: string): string => text;
  const line = (record: object): string =>
    lineForPeople(`${JSON.stringify({ level: 40, time: "2026-11-28T22:00:37.431Z", ...record })}\n`, bare);
  const clock = new Date("2026-11-28T22:00:37.431Z").toTimeString().slice(0, 8);

  it("has the time here, the level, the message and the fields", () => {
    expect(line({ msg: "Ollama host is out", host: "gpu-a", count: 3, label: "two words", list: [1] })).toBe(
      `${clock} WARN  Ollama host is out host=gpu-a count=3 label="two words" list=[1]\n`,
    );
  });

  it("says of an error its kind and message, and where it arose only where nobody expected it", () => {
    const err = {
      type: "TypeError",
      message: "fetch failed",
      stack: "TypeError: fetch failed\n    at here (x.ts:1:1)",
    };
    expect(line({ msg: "x", err })).toBe(`${clock} WARN  x err=TypeError: fetch failed\n`);
    expect(line({ level: 50, msg: "x", err })).toBe(
      `${clock} ERROR x err=TypeError: fetch failed\n    at here (x.ts:1:1)\n`,
    );
  });

  it("rewrites nothing on a terminal", () => {
    expect(line({ msg: "a\u001b[2J\nb", host: "\u202ex", err: { message: "\r\u0007y" } })).not.toMatch(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the point
      /[\u0000-\u0009\u000b-\u001f\u202e]|\n./,
    );
  });

  it("is painted only by whom it is told to", () => {
    const painted = lineForPeople(
      '{"level":30,"time":"2026-11-28T22:00:37.431Z","msg":"stopped"}',
      (_format, text) => `<${text}>`,
    );
    expect(painted).toBe(`<${clock}> <INFO > stopped\n`);
  });

  it("stays what it is where it is no record", () => {
    expect(lineForPeople("not JSON\n", bare)).toBe("not JSON\n");
  });
});

it("the log is JSON in a pipe, and a line for a person where LOG_FORMAT asks for it, in colours where FORCE_COLOR does", async () => {
  const log = (env: Record<string, string>) =>
    runProgram("tests/log-once.ts", [], { env }).then(({ stderr }) => stderr);
  expect(JSON.parse(await log({}))).toMatchObject({ level: 40, msg: "said once" });
  expect(await log({ LOG_FORMAT: "pretty" })).toMatch(/^\d\d:\d\d:\d\d WARN {2}said once\n$/);
  expect(await log({ LOG_FORMAT: "pretty", FORCE_COLOR: "1" })).toContain("\u001b[33mWARN");
});
