import { describe, expect, test } from "vitest";
import { askHost, PROMPT, SERVER, saying } from "#tests/inference/ask-ollama.ts";
import { openServer } from "#tests/loopback-server.ts";

describe("what is kept of another side's words", () => {
  test("is one bounded line without the prompt, also where a server quotes it", async () => {
    const prompt = `${PROMPT}\n${"很长的一段".repeat(2000)}`;
    const url = await openServer((incoming, response) => {
      incoming.setEncoding("utf8");
      let body = "";
      incoming.on("data", (part: string) => {
        body += part;
      });
      incoming.on("end", () => response.writeHead(500).end(JSON.stringify({ error: `cannot parse\u0007\r\n${body}` })));
    });
    const { message } = await askHost({ url }, prompt);
    expect(message).toMatch(/^cannot parse \{"model":"qwen3:8b"/);
    expect(message).not.toMatch(/gold 42|很长的一段|\p{Cc}/u);
    expect(message.length).toBeLessThanOrEqual(400);
  });

  test("has neither a login nor a signature", async () => {
    const url = await openServer((incoming, response) =>
      response.writeHead(500).end(
        JSON.stringify({
          error: `you sent ${incoming.headers.authorization}; Get "https://r2.example/blob?X-Amz-Signature=abcdef": EOF; http://me:pass@proxy`,
        }),
      ),
    );
    const { message } = await askHost({ url, authorization: "Basic dXNlcjpodW50ZXIy" });
    expect(message).toBe('you sent …; Get "https://r2.example/blob?…": EOF; http://proxy');
    const open = { url: await saying("no access for user:hunter2, pass hunter2") };
    expect((await askHost({ ...open, authorization: "Basic dXNlcjpodW50ZXIy" })).message).toBe(
      "no access for …, pass …",
    );
  });

  test.each([
    ["its beginning", "一个不能外传的问题…"],
    ["in the escapes of JSON", '"\\u4e00\\u4e2a\\u4e0d\\u80fd\\u5916\\u4f20\\u7684\\u95ee\\u9898"'],
    ["some of its Latin words", "we cannot tell anybody about the gold mine"],
  ])("has no part of the prompt: %s", async (_, quoted) => {
    const prompt = `${PROMPT}\nplease do not tell anybody about the gold mine`;
    const { message } = await askHost({ url: await saying(`cannot parse: ${quoted}`) }, prompt);
    expect(message).toMatch(/^cannot parse: .{0,14}…/);
    expect(message).not.toMatch(/外传|u5916|anybody/);
  });

  test("has no colours of a terminal", async () => {
    expect((await askHost({ url: await saying("\u001b[31mred\u001b[0m") })).message).toBe("red");
  });
});

describe("what is judged is all that was said", () => {
  test("also where the cause comes after pages of a log", async () => {
    const said = `${SERVER}: ${"load_tensors: layer assigned to device CUDA0\n".repeat(30)}cudaMalloc failed: out of memory`;
    const failure = await askHost({ url: await saying(said) });
    expect([failure.reason, failure.message.length]).toEqual(["outOfMemory", 400]);
  });

  test("also where a person has asked about these very words", async () => {
    const url = await saying(`${SERVER}: error loading model: unknown model architecture: 'hy4'`);
    expect(await askHost({ url }, "unknown model architecture\nmodel")).toMatchObject({ params: { cause: "tooNew" } });
  });

  test("is no more than the beginning of a page without end", async () => {
    const url = await openServer((_, response) => {
      response.writeHead(502, { "content-type": "text/html" });
      const more = (): void => {
        while (!response.destroyed && response.write("x".repeat(10_000)));
      };
      response.on("drain", more);
      more();
    });
    const { reason, message } = await askHost({ url });
    expect([reason, message.length]).toEqual(["unreachable", 400]);
  });
});
