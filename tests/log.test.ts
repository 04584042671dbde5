import { DiscordAPIError } from "discord.js";
import { expect, it } from "vitest";
import { createLog } from "#src/base/log.ts";

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
