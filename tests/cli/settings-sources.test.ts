import { generateKeyPairSync } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startWith } from "#tests/cli/start-with.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

const TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs";

describe("a secret in a file", () => {
  const fileWith = async (content: string | Uint8Array): Promise<string> => {
    const path = join(await temporaryFolder(), "secret");
    await writeFile(path, content);
    return path;
  };

  test.each([
    ["a line break at its end", `${TOKEN}\n`],
    ["Windows' own encoding", Buffer.from(`\ufeff${TOKEN}\r\n`, "utf16le")],
    ["quotes", `"${TOKEN}"`],
  ])("with %s is read", async (_what, content) => {
    const { code, config } = await startWith({ DISCORD_TOKEN_FILE: await fileWith(content) });
    expect([code, config?.discord?.token]).toEqual([0, TOKEN]);
  });

  test("is read for each setting that may hold one, also where .env names it", async () => {
    const key = generateKeyPairSync("rsa", {
      modulusLength: 1024,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs1", format: "pem" },
    }).privateKey.trim();
    const env = {
      OLLAMA_HOSTS_FILE: await fileWith("gpu=http://ann:pw@gpu.lan"),
      REDIS_URL_FILE: await fileWith("redis://:pw@redis:6379"),
      DISCORD_PUBLIC_KEY_FILE: await fileWith("ab".repeat(32)),
      GITHUB_APP_PRIVATE_KEY_FILE: await fileWith(`${key.replaceAll("\n", "\r\n")}\r\n`),
      GITHUB_APP_ID: "1",
      GITHUB_APP_INSTALLATION_ID: "2",
    };
    const { config, code } = await startWith(env, `DISCORD_TOKEN_FILE=${await fileWith(TOKEN)}\nREDIS_URL=\n`);
    expect(code).toBe(0);
    expect(config?.tries.hosts).toEqual([
      { name: "gpu", url: "http://gpu.lan", authorization: `Basic ${Buffer.from("ann:pw").toString("base64")}` },
    ]);
    expect(config?.redisUrl).toBe("redis://:pw@redis:6379");
    expect(config?.discord).toMatchObject({ token: TOKEN, publicKey: "ab".repeat(32) });
    expect(config?.github.identity).toMatchObject({ kind: "app", privateKey: key });
  });

  test("that is no file with text is one line each, together with other mistakes, and no path is in it", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "hunter2"));
    const { code, text } = await startWith({
      DISCORD_TOKEN_FILE: join(folder, "hunter2"),
      DISCORD_PUBLIC_KEY_FILE: join(folder, "hunter2-missing"),
      OLLAMA_HOSTS_FILE: await fileWith(" \n"),
      REDIS_URL_FILE: await fileWith("x".repeat(65_537)),
      GITHUB_TOKEN_FILE: await fileWith(Buffer.from("ffd8ffe0001048", "hex")),
      GITHUB_APP_PRIVATE_KEY_FILE: "/dev/null",
      HTTP_PORT: "x",
    });
    expect(code).toBe(78);
    expect(text.split("\n").slice(1, -1)).toEqual([
      "  DISCORD_TOKEN_FILE: names a folder; expected a file with the value of DISCORD_TOKEN",
      "  DISCORD_PUBLIC_KEY_FILE: the file that it names does not exist",
      "  OLLAMA_HOSTS_FILE: the file that it names is empty; expected the value of OLLAMA_HOSTS",
      "  REDIS_URL_FILE: the file that it names is over 64 KB and cannot be the value of REDIS_URL",
      "  GITHUB_TOKEN_FILE: the file that it names is not text in UTF-8 or UTF-16",
      "  GITHUB_APP_PRIVATE_KEY_FILE: does not name a regular file",
      "  HTTP_PORT: expected a whole number from 0 to 65535",
    ]);
  });

  test("and in the setting itself is refused", async () => {
    const { code, text } = await startWith({ DISCORD_TOKEN_FILE: await fileWith(TOKEN), DISCORD_TOKEN: TOKEN });
    expect([code, text.split("\n")[1]]).toEqual([
      78,
      "  DISCORD_TOKEN_FILE: set DISCORD_TOKEN or DISCORD_TOKEN_FILE, not both",
    ]);
    // An empty one is none: compose files leave such behind.
    expect((await startWith({ DISCORD_TOKEN_FILE: await fileWith(TOKEN), DISCORD_TOKEN: "" })).code).toBe(0);
    expect((await startWith({ DISCORD_TOKEN_FILE: "", DISCORD_TOKEN: TOKEN })).code).toBe(0);
  });
});

describe("what is odd about the file and the environment", () => {
  test("is said in a line each, in the person's language, and the start goes on", async () => {
    const { code, text, config, path } = await startWith(
      { DEFAULT_LOCALE: "", OLLAMA_HOST: "0.0.0.0", TRY_QUEUE: "5" },
      "DEFAULT_LOCALE=en\nLOGLEVEL=debug\nhunter2\nHTTP_PORT=1\nHTTP_PORT=2\n",
      true,
    );
    expect([code, config?.locale, config?.http.port]).toEqual([0, "en-US", 2]);
    expect(text.trim().split("\n")).toEqual([
      `${path}:3: this line is not NAME=value and has no effect`,
      `${path}:5: HTTP_PORT stands in the file more than once; this line counts`,
      `${path}: LOGLEVEL is not a setting of Mulu and has no effect (did you mean LOG_LEVEL?)`,
      "Environment: OLLAMA_HOST is not a setting of Mulu and has no effect (did you mean OLLAMA_HOSTS?)",
      "Environment: TRY_QUEUE is not a setting of Mulu and has no effect (did you mean TRY_QUEUE_MAX?)",
    ]);
  });

  test("is said as well where a start must not happen: it may be why", async () => {
    const { code, text, path } = await startWith({}, 'HTTP_PORT="1\n');
    expect([code, text.trim().split("\n").slice(1)]).toEqual([
      78,
      [
        "  HTTP_PORT: expected a whole number from 0 to 65535",
        `${path}:1: the quote before the value of HTTP_PORT is not closed`,
      ],
    ]);
  });

  test("is a log line where others are", async () => {
    const { text } = await startWith({ BOT_TOKEN: TOKEN });
    expect(JSON.parse(text)).toMatchObject({ level: 40, msg: expect.stringContaining("BOT_TOKEN") });
    expect(text).not.toContain(TOKEN);
  });

  test("is said as LOG_FORMAT asks for, wherever stderr goes", async () => {
    const { text: json } = await startWith({ BOT_TOKEN: "x", LOG_FORMAT: "json" }, undefined, true);
    expect(JSON.parse(json)).toMatchObject({ level: 40, msg: expect.stringContaining("BOT_TOKEN") });
    const { text: pretty } = await startWith({ BOT_TOKEN: "x", LOG_FORMAT: "pretty" });
    expect(pretty).toMatch(/^\d\d:\d\d:\d\d WARN {2}Environment: BOT_TOKEN /);
  });

  test("the environment wins, which is told by names, and an empty variable is none", async () => {
    const { config, overridden } = await startWith(
      { HTTP_PORT: "1", TRY_QUEUE_MAX: "", LOG_LEVEL: "warn" },
      "HTTP_PORT=2\nTRY_QUEUE_MAX=7\nLOG_LEVEL=warn\n",
    );
    expect([config?.http.port, config?.tries.queueMax, overridden]).toEqual([1, 7, ["HTTP_PORT"]]);
  });
});
