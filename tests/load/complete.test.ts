import { expect, test } from "vitest";
import { WITHOUT_CERTIFICATE, WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";
import { WITHOUT_BROWSER } from "#tests/web/browser.ts";

// On a person's machine they skip themselves; where a change is judged that would look like success.
test.runIf(process.env["CI"])("nothing that these tests need is missing", () => {
  expect([WITHOUT_REDIS, WITHOUT_CERTIFICATE, WITHOUT_BROWSER]).toEqual([undefined, undefined, undefined]);
});
