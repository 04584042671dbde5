import { describe } from "vitest";
import { WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";

if (WITHOUT_REDIS !== undefined) process.stderr.write(`tries over Redis are not tested: ${WITHOUT_REDIS}\n`);

/** The scenarios of tries in one process, with a bot and a worker beside it. */
describe.skipIf(WITHOUT_REDIS !== undefined)("tries over Redis", async () => {
  process.env["MULU_TRIES"] = "redis";
  await import("#tests/discord/try.test.ts");
  await import("#tests/discord/try-failures.test.ts");
  await import("#tests/discord/try-fairness.test.ts");
  await import("#tests/discord/admin.test.ts");
  await import("#tests/discord/reports.test.ts");
});
