import { expect, onTestFinished, test } from "vitest";
import type { HuggingfaceOptions } from "./model-hubs/huggingface.ts";
import { startModelHubs } from "./model-hubs.ts";

async function open(options: HuggingfaceOptions = {}) {
  const hubs = await startModelHubs(options);
  onTestFinished(hubs.close);
  hubs.huggingface.publish({ id: "Qwen/Qwen4-8B" });
  hubs.modelscope.publish({ id: "baicai003/Llama" });
  const ask = (url: string, headers: Record<string, string> = {}) =>
    fetch(url, { redirect: "manual", headers: { "user-agent": "mulu/0", ...headers } });
  return {
    hubs,
    hf: (path: string, headers?: Record<string, string>) => ask(hubs.huggingface.url + path, headers),
    ms: (path: string) => ask(hubs.modelscope.url + path),
  };
}

test.each([
  [
    "a field that lists do not have",
    "/api/models?author=Qwen&expand=usedStorage",
    400,
    "no such field here: usedStorage",
  ],
  ["a field that does not exist", "/api/models?author=Qwen&expand[]=size", 400, "no such field here: size"],
  ["a counter", "/api/models?author=Qwen&expand=likes", 200, "asked for what changes every hour: likes"],
  ["a parameter that does not exist", "/api/models?owner=Qwen", 200, "no such parameter: owner"],
  ["an address that does not exist", "/api/model/Qwen", 404, "no such route: /api/model/Qwen"],
])("Hugging Face holds %s against who asks", async (_, path, status, violation) => {
  const { hubs, hf } = await open();
  expect((await hf(path)).status).toBe(status);
  expect(hubs.violations()).toEqual([violation]);
});

test.each([
  ["a small letter in Recursive", "/api/v1/models/baicai003/Llama/repo/files?Revision=master&recursive=True", 200],
  ["a page too large", "/openapi/v1/models?owner=baicai003&page_size=51", 400],
  ["what is beyond the last page", "/openapi/v1/models?owner=baicai003&page_size=50&page_number=61", 400],
  ["a revision with a model", "/api/v1/models/baicai003/Llama?Revision=master", 200],
])("ModelScope holds %s against who asks", async (_, path, status) => {
  const { hubs, ms } = await open();
  expect((await ms(path)).status).toBe(status);
  expect(hubs.violations()).toHaveLength(1);
});

test("both hold nothing against who asks as their documentation says", async () => {
  const { hubs, hf, ms } = await open();
  const answers = [
    await hf("/api/models?author=Qwen&sort=lastModified&limit=5&expand=sha&expand=tags"),
    await hf("/api/models/Qwen/Qwen4-8B?blobs=true"),
    await ms("/openapi/v1/models?owner=baicai003&sort=last_modified&page_number=60&page_size=50"),
    await ms("/api/v1/models/baicai003/Llama/repo/files?Revision=master&Recursive=True"),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(hubs.violations()).toEqual([]);
});

test("a list has the fields that are named, and the same etag until something of them changes", async () => {
  const { hubs, hf } = await open();
  const path = "/api/models?author=Qwen&expand=sha";
  const first = await hf(path);
  expect(await first.json()).toEqual([{ _id: expect.any(String), id: "Qwen/Qwen4-8B", sha: expect.any(String) }]);
  const known = { "if-none-match": first.headers.get("etag") ?? "" };
  expect((await hf(path, known)).status).toBe(304);
  hubs.huggingface.publish({ id: "Qwen/Qwen4-8B", tags: ["moe"] });
  expect((await hf(path, known)).status).toBe(200);
});

test("config.json comes by a redirect; reading it a second time counts as a second download", async () => {
  const { hubs, hf } = await open();
  const moved = await hf("/Qwen/Qwen4-8B/resolve/main/config.json");
  expect(moved.status).toBe(307);
  const location = moved.headers.get("location") ?? "";
  expect((await hf(location)).status).toBe(200);
  expect(hubs.violations()).toEqual([]);
  await hf(location);
  expect(hubs.violations()).toEqual([expect.stringContaining("read twice")]);
});

test("a token that comes along to where files are is held against who sends it", async () => {
  const { hubs, hf } = await open({ token: "hf_known", filesElsewhere: true });
  const authorization = "Bearer hf_known";
  const moved = await hf("/Qwen/Qwen4-8B/resolve/main/config.json", { authorization });
  await fetch(moved.headers.get("location") ?? "", { headers: { authorization, "user-agent": "mulu/0" } });
  expect(hubs.violations()).toEqual([expect.stringContaining("the token was sent to another host")]);
});

test("who is anonymous is told 401 of what is missing, a wrong token is told so, requests run out", async () => {
  const { hf } = await open({ token: "hf_known", quota: 5 });
  const missing = await hf("/api/models/Qwen/None");
  expect([missing.status, missing.headers.get("x-error-code"), missing.headers.get("ratelimit")]).toEqual([
    401,
    "RepoNotFound",
    '"api";r=4;t=240',
  ]);
  expect((await hf("/api/models/Qwen/None", { authorization: "Bearer hf_known" })).status).toBe(404);
  const wrong = await hf("/api/models/Qwen/Qwen4-8B", { authorization: "Bearer hf_wrong" });
  expect([wrong.status, wrong.headers.get("x-error-message")]).toEqual([
    401,
    "Invalid credentials in Authorization header",
  ]);
  expect((await hf("/api/models/Qwen/Qwen4-8B")).status).toBe(200);
  expect((await hf("/api/models/Qwen/Qwen4-8B")).status).toBe(429);
});
