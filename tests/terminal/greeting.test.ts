import { expect, test } from "vitest";
import { greeting } from "#src/terminal/greeting.ts";
import { testApp } from "#tests/test-app.ts";

const app = await testApp({ DEFAULT_LOCALE: "en" });
const lines = (settings: { isRead: boolean; overridden: string[] }): string[] =>
  greeting({
    ...app,
    proxies: [],
    catalogDir: "catalog",
    settings: { path: "/srv/.env", ...settings },
    hasBot: false,
    page: "",
  });

test("the greeting names the file of settings, and what of it the environment overrides", () => {
  expect(lines({ isRead: true, overridden: [] }).slice(1, 3)).toEqual([
    "Settings: /srv/.env and the environment",
    "Discord: off (DISCORD_TOKEN is not set)",
  ]);
  expect(lines({ isRead: true, overridden: ["HTTP_PORT", "LOG_LEVEL"] })[2]).toBe(
    "  The environment has other values than the file for: HTTP_PORT, LOG_LEVEL",
  );
  expect(lines({ isRead: false, overridden: [] })[1]).toBe("Settings: the environment (/srv/.env does not exist)");
});
