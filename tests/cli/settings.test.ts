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
import { startWith } from "#tests/cli/start-with.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

const TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs";

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
    const { code, text } = await startWith({ DEFAULT_LOCALE: "en", [name]: value });
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
    const { code, text } = await startWith({ OLLAMA_HOSTS: list });
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
    const { code, text } = await startWith({ [name]: value });
    expect(code).toBe(78);
    expect(text).toContain(`  ${name}: `);
    expect(text).not.toContain("hunter2");
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
