import { generateKeyPairSync } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LOCALES, textIn } from "#src/base/locale.ts";
import { issueText } from "#src/chat/explain-issue.ts";
import { exitCodeOf } from "#src/cli/run.ts";
import { type Config, InvalidSettings, readConfig, SETTING_NAMES } from "#src/config.ts";
import { GatewayRefused } from "#src/discord/gateway-refused.ts";
import { RedisUnusable } from "#src/tries/redis-unusable.ts";
import { listenFailure } from "#src/web/http/cannot-listen.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

const TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs";

/** Starts a program under these settings, with a file `.env` of these bytes; gives the code, what was said and the settings. */
async function start(env: Record<string, string>, file?: string | Uint8Array, isTTY = false) {
  const path = join(await temporaryFolder(), ".env");
  if (file !== undefined) await writeFile(path, file);
  const said = { text: "", config: undefined as Config | undefined, overridden: [] as readonly string[], path };
  const write = (text: string): boolean => {
    said.text += text;
    return true;
  };
  const main = async (config: Config, origin: { overridden: readonly string[] }): Promise<number> => {
    said.config = config;
    said.overridden = origin.overridden;
    return 0;
  };
  const code = await exitCodeOf(main, { DEFAULT_LOCALE: "en", ...env }, { write, isTTY }, path);
  return { code, ...said };
}

describe("settings are taken as people write them", () => {
  const valueIn = <K extends keyof Config>(name: K, env: Record<string, string>): Config[K] => readConfig(env)[name];

  test.each([
    ...["true", "TRUE", "yes", " Y ", "on", "1", "是", '"true"', "'1'"].map((word) => [word, true] as const),
    ...["false", "No", "OFF", "0", "n", "否", "关", '"0"'].map((word) => [word, false] as const),
  ])("yes or no: %s", (word, value) => {
    expect(valueIn("tries", { TRY_ALLOW_CLOUD: word }).allowCloud).toBe(value);
    expect(valueIn("http", { HTTP_ADMIN: word }).admin).toBe(value);
    expect(valueIn("discord", { DISCORD_TOKEN: TOKEN, REGISTER_COMMANDS: word })?.registerCommands).toBe(value);
  });

  test.each([
    ...["zh", "zh-CN", "zh_CN.UTF-8", "zh-Hans", "ZH", "zh-Hans-HK", "zh-SG"].map((name) => [name, "zh-CN"] as const),
    ...["zh-TW", "zh_TW", "zh-HK", "zh-Hant", "zh_Hant_TW", "zh-mo"].map((name) => [name, "zh-TW"] as const),
    ...["en", "en-US", "en_GB.UTF-8", "EN"].map((name) => [name, "en-US"] as const),
  ])("languages: %s", (name, locale) => {
    expect(valueIn("locale", { DEFAULT_LOCALE: name })).toBe(locale);
  });

  test.each([
    ["WARN", "warn"],
    ["Warning", "warn"],
    [" debug ", "debug"],
    ["off", "silent"],
    ["", "info"],
  ])("levels of the log: %s", (name, level) => {
    expect(valueIn("logLevel", { LOG_LEVEL: name })).toBe(level);
  });

  test.each([
    ["JSON", "json"],
    ['" Pretty "', "pretty"],
    ["", "auto"],
  ])("forms of the log: %s", (name, form) => {
    expect(valueIn("logFormat", { LOG_FORMAT: name })).toBe(form);
  });

  test.each([
    [" 8080 ", 8080],
    ["16_384", 16_384],
    ['"9"', 9],
    ["   ", 8787],
  ])("numbers: %j", (text, port) => {
    expect(valueIn("http", { HTTP_PORT: text }).port).toBe(port);
  });

  test("ids with all sorts of commas, and pasted as mentions", () => {
    const [one, two, three] = ["198622483471925248", "198622483471925249", "198622483471925250"];
    const admins = valueIn("admins", {
      ADMIN_USER_IDS: `<@${one}>，<@!${two}>\n${three}`,
      ADMIN_ROLE_IDS: `<@&${one}>`,
    });
    expect(admins).toEqual({ users: [one, two, three], roles: [one] });
    expect(valueIn("tries", { TRY_ALLOWED_CHANNELS: `<#${one}>、${two}` }).access.allowedChannels).toEqual([one, two]);
    expect(valueIn("announceChannelId", { ANNOUNCE_CHANNEL_ID: `<#${one}>` })).toBe(one);
    // A role is no person, and would silently never be one.
    expect(() => readConfig({ ADMIN_USER_IDS: `<@&${one}>` })).toThrow(InvalidSettings);
  });

  test("an address to listen on, also as it stands in a URL", () => {
    expect(valueIn("http", { HTTP_HOST: "[::1]" }).host).toBe("::1");
    expect(valueIn("http", { HTTP_HOST: " 0.0.0.0 " }).host).toBe("0.0.0.0");
  });

  test("folders below the home folder", () => {
    expect(valueIn("dataDir", { DATA_DIR: "~/mulu" })).toBe(join(homedir(), "mulu"));
    expect(valueIn("catalogDir", { CATALOG_DIR: "~" })).toBe(homedir());
    expect(valueIn("dataDir", { DATA_DIR: "./~x" })).toBe("./~x");
  });

  test.each([
    ["TRY_ALLOW_CLOUD", "maybe"],
    ["HTTP_ADMIN", "2"],
    ["DEFAULT_LOCALE", "fr"],
    ["DEFAULT_LOCALE", "zhuang"],
    ["LOG_LEVEL", "loud"],
    ["LOG_FORMAT", "yaml"],
    ["HTTP_PORT", "1,000"],
    ["HTTP_PORT", "0x10"],
    ["HTTP_PORT", "65_536"],
    ["TRY_QUEUE_MAX", "0"],
    ["TRY_QUEUE_MAX", "1e3"],
    ["TRY_ALLOWED_ROLES", "<#198622483471925248>"],
  ])("%s=%s is refused in one line with what would do", async (name, value) => {
    const { code, text } = await start({ DEFAULT_LOCALE: "en", [name]: value });
    expect(code).toBe(78);
    expect(text).toMatch(name === "DEFAULT_LOCALE" ? /^设置有误/ : /^Not started, because of these settings:\n/);
    expect(text.trim().split("\n")).toHaveLength(2);
    expect(text).toContain(`${name}`);
    expect(text).not.toContain("problems.rules");
  });
});

test("whatever the settings are, they are read, or refused by name, and nothing else happens", () => {
  const odd = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "",
      " ",
      '"',
      "'",
      "=",
      ",",
      "http://",
      "\u0000",
      "1".repeat(400),
      "-----BEGIN PRIVATE KEY-----",
      "{}",
      "~",
      "* * * * *",
      "<@>",
      "::",
      "%",
    ),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...SETTING_NAMES), odd, { maxKeys: 8 }), (env) => {
      try {
        readConfig(env);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidSettings);
        if (error instanceof InvalidSettings)
          for (const issue of error.issues) {
            expect(SETTING_NAMES).toContain(issue.path.join("."));
            for (const name of LOCALES) expect(issueText(issue, textIn(name))).not.toContain("problems.");
          }
      }
    }),
    { numRuns: 500 },
  );
});

describe("a password", () => {
  test("of a host that is wrong is in no line", async () => {
    const list =
      "http://ann:hunter2/x@a.lan,ftp://ann:hunter2@b.lan,http://ann:hunter2%@c.lan,hunter2=hunter2=,http://d.lan/?hunter2";
    const { code, text } = await start({ OLLAMA_HOSTS: list });
    expect(code).toBe(78);
    expect(text).not.toContain("hunter2");
    expect(text).not.toContain("problems.rules");
    expect(text.match(/^ {2}OLLAMA_HOSTS: .*\bno\. [1-5]\b/gm)).toHaveLength(5);
  });

  test.each([
    ["DISCORD_TOKEN", "hunter2"],
    ["DISCORD_PUBLIC_KEY", "hunter2"],
    ["GITHUB_TOKEN", "hunter2 x"],
    ["REDIS_URL", "http://ann:hunter2@redis:6379"],
    ["REDIS_URL", "redis:hunter2"],
    ["GITHUB_APP_PRIVATE_KEY", "-----BEGIN hunter2"],
    ["GITHUB_APP_PRIVATE_KEY", "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----"],
  ])("in %s neither", async (name, value) => {
    const { code, text } = await start({ [name]: value });
    expect(code).toBe(78);
    expect(text).toContain(`  ${name}: `);
    expect(text).not.toContain("hunter2");
  });
});

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
    const { code, config } = await start({ DISCORD_TOKEN_FILE: await fileWith(content) });
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
    const { config, code } = await start(env, `DISCORD_TOKEN_FILE=${await fileWith(TOKEN)}\nREDIS_URL=\n`);
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
    const { code, text } = await start({
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
    const { code, text } = await start({ DISCORD_TOKEN_FILE: await fileWith(TOKEN), DISCORD_TOKEN: TOKEN });
    expect([code, text.split("\n")[1]]).toEqual([
      78,
      "  DISCORD_TOKEN_FILE: set DISCORD_TOKEN or DISCORD_TOKEN_FILE, not both",
    ]);
    // An empty one is none: compose files leave such behind.
    expect((await start({ DISCORD_TOKEN_FILE: await fileWith(TOKEN), DISCORD_TOKEN: "" })).code).toBe(0);
    expect((await start({ DISCORD_TOKEN_FILE: "", DISCORD_TOKEN: TOKEN })).code).toBe(0);
  });
});

describe("what is odd about the file and the environment", () => {
  test("is said in a line each, in the person's language, and the start goes on", async () => {
    const { code, text, config, path } = await start(
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
    const { code, text, path } = await start({}, 'HTTP_PORT="1\n');
    expect([code, text.trim().split("\n").slice(1)]).toEqual([
      78,
      [
        "  HTTP_PORT: expected a whole number from 0 to 65535",
        `${path}:1: the quote before the value of HTTP_PORT is not closed`,
      ],
    ]);
  });

  test("is a log line where others are", async () => {
    const { text } = await start({ BOT_TOKEN: TOKEN });
    expect(JSON.parse(text)).toMatchObject({ level: 40, msg: expect.stringContaining("BOT_TOKEN") });
    expect(text).not.toContain(TOKEN);
  });

  test("is said as LOG_FORMAT asks for, wherever stderr goes", async () => {
    const { text: json } = await start({ BOT_TOKEN: "x", LOG_FORMAT: "json" }, undefined, true);
    expect(JSON.parse(json)).toMatchObject({ level: 40, msg: expect.stringContaining("BOT_TOKEN") });
    const { text: pretty } = await start({ BOT_TOKEN: "x", LOG_FORMAT: "pretty" });
    expect(pretty).toMatch(/^\d\d:\d\d:\d\d WARN {2}Environment: BOT_TOKEN /);
  });

  test("the environment wins, which is told by names, and an empty variable is none", async () => {
    const { config, overridden } = await start(
      { HTTP_PORT: "1", TRY_QUEUE_MAX: "", LOG_LEVEL: "warn" },
      "HTTP_PORT=2\nTRY_QUEUE_MAX=7\nLOG_LEVEL=warn\n",
    );
    expect([config?.http.port, config?.tries.queueMax, overridden]).toEqual([1, 7, ["HTTP_PORT"]]);
  });
});

describe("the exit code", () => {
  const failing = (error: unknown): Promise<number> =>
    exitCodeOf(() => Promise.reject(error), {}, { write: () => true });
  const listening = (code: string): unknown =>
    listenFailure(Object.assign(new Error("listen"), { code }), { host: "x", port: 1 });

  test.each([
    ["a token that Discord refuses", new GatewayRefused()],
    ["intents that Discord does not grant", new GatewayRefused(4014)],
    ["a Redis of another kind", new RedisUnusable("cluster")],
    ["an address of another machine", listening("EADDRNOTAVAIL")],
    ["an address that does not exist", listening("ENOTFOUND")],
    ["a port that this user may not have", listening("EACCES")],
  ])("is 78 for what only a person can mend: %s", async (_what, error) => {
    expect(await failing(error)).toBe(78);
  });

  test.each([
    ["a port that is in use", listening("EADDRINUSE")],
    ["a name server that does not answer", listening("EAI_AGAIN")],
  ])("is 1 for what may be over the next time: %s", async (_what, error) => {
    expect(await failing(error)).toBe(1);
  });

  test("is 78 for a .env that is a folder, which is said", async () => {
    const path = await temporaryFolder();
    let text = "";
    const write = (line: string): boolean => {
      text += line;
      return true;
    };
    expect(await exitCodeOf(async () => 0, { DEFAULT_LOCALE: "en" }, { write }, path)).toBe(78);
    expect(text).toMatch(/^Not started: .+ is a folder; it must be a file/);
    expect(text).toContain(path);
    expect(text.trim().split("\n")).toHaveLength(1);
  });
});
