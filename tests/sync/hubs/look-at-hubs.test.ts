import { describe, expect, test } from "vitest";
import type { HubOrganization } from "#src/sync/hubs/look-at-hubs.ts";
import { appearedIn, DAY, HOUR, idsOf, startHubsWorld } from "./hubs-world.ts";

const huggingface = (...names: string[]): HubOrganization => ({ huggingface: names, modelscope: [] });
const modelscope = (...names: string[]): HubOrganization => ({ huggingface: [], modelscope: names });
const numbered = <Item>(count: number, name: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => name(index));

describe("a listing", () => {
  test("has what the hub says of each model, and nothing of what is not for everybody or of others", async () => {
    const { hubs, look } = await startHubsWorld();
    hubs.huggingface.publish(
      {
        id: "Qwen/Qwen4-8B",
        createdAt: "2026-11-01T00:00:00.000Z",
        lastModified: "2026-11-02T00:00:00.000Z",
        sha: "a".repeat(40),
        library: "transformers",
        tags: ["license:apache-2.0"],
        gated: "auto",
        config: { architectures: ["Qwen4ForCausalLM"] },
      },
      { id: "Qwen/Old", createdAt: "2022-03-02T23:29:04.000Z", configExtract: {} },
      { id: "Qwen/Off", disabled: true },
      { id: "Other/Model" },
    );
    const { listings } = await look(["Qwen"]);
    expect(listings).toMatchObject([{ hub: "huggingface", organization: "Qwen", appeared: undefined }]);
    expect(listings[0]?.models).toEqual([
      {
        hub: "huggingface",
        id: "Qwen/Qwen4-8B",
        createdAt: "2026-11-01T00:00:00.000Z",
        lastModified: "2026-11-02T00:00:00.000Z",
        sha: "a".repeat(40),
        pipelineTag: "text-generation",
        library: "transformers",
        tags: ["license:apache-2.0"],
        architectures: ["Qwen4ForCausalLM"],
        gated: true,
      },
      expect.objectContaining({ id: "Qwen/Old", createdAt: undefined, architectures: [], gated: false }),
    ]);
  });

  test("of an organisation with several pages has all of them", async () => {
    const { hubs, look } = await startHubsWorld({ maxRows: 50 });
    const names = numbered(120, (index) => `Qwen/Qwen4-${index}B`);
    hubs.huggingface.publish(...names.map((id) => ({ id })));
    const seen = await look(["Qwen"]);
    expect(idsOf(seen).toSorted()).toEqual(names.toSorted());
    expect(seen.requests).toBe(3);
  });

  test("whose next page is on another host is none: a part is not taken for the whole, and nobody else is asked", async () => {
    const { hubs, look } = await startHubsWorld();
    hubs.huggingface.publish({ id: "Qwen/Qwen4-8B" });
    const link = `<${hubs.modelscope.url}/api/models?author=Qwen&cursor=MQ>; rel="next"`;
    hubs.huggingface.fail("author=Qwen", { kind: "headers", headers: { link } });
    const seen = await look(["Qwen"]);
    expect(seen.listings).toEqual([]);
    expect(seen.silent).toMatchObject([{ organization: "Qwen", silence: { reason: "unreadable" } }]);
    expect(hubs.modelscope.requests).toEqual([]);
  });

  test("loses an odd row, and no other", async () => {
    const { hubs, look } = await startHubsWorld({ conditional: false });
    const rows = [
      { id: 17 },
      null,
      { id: "Qwen/../x" },
      { id: "Qwen/Fine", tags: [1, "moe"], createdAt: "soon", sha: "?" },
    ];
    hubs.huggingface.fail("author=Qwen", { kind: "status", status: 200, body: rows });
    const { listings } = await look(["Qwen"]);
    expect(listings[0]?.models).toMatchObject([
      { id: "Qwen/Fine", tags: ["moe"], createdAt: undefined, sha: undefined },
    ]);
  });

  test("on ModelScope has all pages, and dates however they are written", async () => {
    const { hubs, look } = await startHubsWorld();
    const names = numbered(101, (index) => `baicai003/Model-${index}`);
    hubs.modelscope.publish(...names.map((id) => ({ id })));
    hubs.modelscope.publish(
      { id: "baicai003/Seconds", modelscope: { row: { created_at: 1_790_000_000 } } },
      { id: "baicai003/Milliseconds", modelscope: { row: { created_at: 1_790_000_000_000 } } },
      { id: "baicai003/Written", modelscope: { row: { created_at: "2026-09-21T14:13:20Z" } } },
      { id: "baicai003/Wrong", modelscope: { row: { created_at: "yesterday", tags: null, tasks: 3 } } },
      { id: "baicai003/Secret", modelscope: { row: { private: true } } },
      { id: "baicai003/Stranger", modelscope: { row: { id: "someone/Stranger" } } },
    );
    const seen = await look([], { organizations: [modelscope("baicai003")] });
    expect(idsOf(seen, "modelscope")).toHaveLength(105);
    const dates = new Map(seen.listings[0]?.models.map(({ id, createdAt }) => [id, createdAt]));
    for (const name of ["Seconds", "Milliseconds", "Written"])
      expect(dates.get(`baicai003/${name}`)).toBe("2026-09-21T14:13:20.000Z");
    expect(dates.get("baicai003/Wrong")).toBeUndefined();
  });

  test.each([
    [99, 2],
    [100, 2],
    [101, 3],
  ])("on ModelScope of %i models takes %i requests", async (count, requests) => {
    const { hubs, look } = await startHubsWorld();
    hubs.modelscope.publish(...numbered(count, (index) => ({ id: `a/Model-${index}` })));
    const seen = await look([], { organizations: [modelscope("a")] });
    expect([idsOf(seen, "modelscope").length, seen.requests]).toEqual([count, requests]);
  });

  test("on ModelScope ends where the hub pages no further", async () => {
    const { hubs, look } = await startHubsWorld();
    hubs.modelscope.publish(...numbered(3001, (index) => `big/Model-${index}`).map((id) => ({ id })));
    const seen = await look([], { organizations: [modelscope("big")] });
    expect([idsOf(seen, "modelscope").length, seen.requests, seen.silent]).toEqual([3000, 60, []]);
  });

  test.each([
    ["a quota", { success: false, code: "QuotaLimitExceed", message: "请求过多" }, "limit", 1],
    ["a missing organisation", { Code: 404, Message: "不存在" }, "refused", 2],
    ["something else", { success: false, code: "Forbidden" }, "refused", 2],
  ])("that ModelScope refuses inside an answer 200 (%s) is none", async (_, body, reason, requests) => {
    const { hubs, look } = await startHubsWorld();
    hubs.modelscope.fail("owner=", { kind: "status", status: 200, body }, 2);
    const seen = await look([], { organizations: [modelscope("a"), modelscope("b")] });
    expect(seen.silent.map(({ silence }) => silence.reason)).toEqual([reason, reason]);
    expect(seen.requests).toBe(requests);
  });
});

describe("what appeared", () => {
  test("is what the first listing did not have, at every run and however old it says it is", async () => {
    const { hubs, look, clock } = await startHubsWorld();
    hubs.huggingface.publish({ id: "Qwen/Qwen3-8B" });
    expect((await look(["Qwen"])).listings[0]?.appeared).toBeUndefined();
    clock.now += DAY;
    hubs.huggingface.publish({ id: "Qwen/Qwen4-8B", createdAt: "2024-01-01T00:00:00.000Z" });
    expect(appearedIn(await look(["Qwen"]))).toEqual(["qwen/qwen4-8b"]);
    clock.now += HOUR;
    expect(appearedIn(await look(["Qwen"]))).toEqual(["qwen/qwen4-8b"]);
    clock.now += DAY;
    expect(appearedIn(await look(["Qwen"]))).toEqual(["qwen/qwen4-8b"]);
  });

  test("is not what was gone for a while", async () => {
    const { hubs, look, clock } = await startHubsWorld();
    hubs.huggingface.publish({ id: "Qwen/Qwen3-8B" }, { id: "Qwen/Qwen2-7B" });
    await look(["Qwen"]);
    hubs.huggingface.remove("Qwen/Qwen3-8B");
    clock.now += DAY;
    expect(idsOf(await look(["Qwen"]))).toEqual(["Qwen/Qwen2-7B"]);
    hubs.huggingface.publish({ id: "Qwen/Qwen3-8B" });
    clock.now += DAY;
    const seen = await look(["Qwen"]);
    expect([idsOf(seen).toSorted(), appearedIn(seen)]).toEqual([["Qwen/Qwen2-7B", "Qwen/Qwen3-8B"], []]);
  });

  test("is nothing where the first listings were empty, and an empty one is said and takes nothing away", async () => {
    const { hubs, look, clock } = await startHubsWorld();
    const nothing = await look(["Qwen"]);
    expect([idsOf(nothing), nothing.silent.map(({ silence }) => silence.reason)]).toEqual([[], ["empty"]]);
    expect((await look(["Qwen"])).silent).toEqual(nothing.silent);
    hubs.huggingface.publish({ id: "Qwen/Qwen3-8B" });
    clock.now += DAY;
    const first = await look(["Qwen"]);
    expect([first.listings[0]?.appeared, first.silent]).toEqual([undefined, []]);
    hubs.huggingface.fail("author=Qwen", { kind: "status", status: 200, body: [] });
    clock.now += DAY;
    const empty = await look(["Qwen"]);
    expect([idsOf(empty), appearedIn(empty)]).toEqual([["Qwen/Qwen3-8B"], []]);
    expect(empty.silent).toEqual(nothing.silent);
    clock.now += DAY;
    expect((await look(["Qwen"])).silent).toEqual([]);
  });
});

describe("an organisation is asked for", () => {
  test("once a day, and what was kept counts in between", async () => {
    const { hubs, look, clock } = await startHubsWorld();
    hubs.huggingface.publish({ id: "Qwen/Qwen4-8B" });
    // 06:17, 12:17, 18:17, 00:17 of the next day.
    const costs: number[] = [];
    for (let run = 0; run < 5; run++) {
      const seen = await look(["Qwen"]);
      expect(idsOf(seen)).toEqual(["Qwen/Qwen4-8B"]);
      costs.push(seen.requests);
      clock.now += 6 * HOUR;
    }
    expect(costs).toEqual([1, 0, 0, 1, 0]);
  });

  test("again where somebody wants that, conditionally", async () => {
    const { hubs, look } = await startHubsWorld();
    hubs.huggingface.publish({ id: "Qwen/Qwen4-8B" });
    await look(["Qwen"]);
    const seen = await look(["Qwen"], { lookAgain: true });
    expect([seen.requests, idsOf(seen)]).toEqual([1, ["Qwen/Qwen4-8B"]]);
    expect(hubs.huggingface.requests.map(({ status }) => status)).toEqual([200, 304]);
  });

  test("at the next run where it did not answer", async () => {
    const { hubs, look, clock } = await startHubsWorld();
    hubs.huggingface.publish({ id: "Qwen/Qwen4-8B" });
    hubs.down(true);
    expect((await look(["Qwen"])).listings).toEqual([]);
    hubs.down(false);
    clock.now += 6 * HOUR;
    expect(idsOf(await look(["Qwen"]))).toEqual(["Qwen/Qwen4-8B"]);
  });

  test("by the name in use, on ModelScope only where it has none on Hugging Face, and once", async () => {
    const { hubs, look } = await startHubsWorld();
    await look([], {
      organizations: [
        { huggingface: ["zai-org", "THUDM"], modelscope: ["ZhipuAI"] },
        huggingface("ZAI-org"),
        modelscope("baicai003", "former"),
        huggingface(),
      ],
    });
    const asked = (name: "huggingface" | "modelscope", parameter: string) =>
      hubs[name].requests.map(({ url }) => url.searchParams.get(parameter));
    expect(asked("huggingface", "author")).toEqual(["zai-org"]);
    expect(asked("modelscope", "owner")).toEqual(["baicai003"]);
  });

  test("never, where the hubs are switched off", async () => {
    const { hubs, look, run } = await startHubsWorld();
    const seen = await look(["Qwen"], { hubs: run({}, { on: false }) });
    expect(seen).toEqual({ on: false, listings: [], silent: [], requests: 0 });
    expect(hubs.huggingface.requests).toEqual([]);
  });
});

describe("the cost", () => {
  const names = numbered(132, (index) => `org-${index}`);

  async function startFull(options: Parameters<typeof startHubsWorld>[0] = {}) {
    const world = await startHubsWorld(options);
    for (const name of names) world.hubs.huggingface.publish({ id: `${name}/Model-7B` });
    return world;
  }

  test("of 132 organisations: a request each on the first day, only conditional ones on the second, none between", async () => {
    const { hubs, look, clock } = await startFull();
    expect((await look(names)).requests).toBe(132);
    expect((await look(names)).requests).toBe(0);
    clock.now += DAY;
    hubs.huggingface.publish({ id: "org-7/Model2-7B" });
    const second = await look(names);
    expect([second.requests, second.listings.length, appearedIn(second)]).toEqual([132, 132, ["org-7/model2-7b"]]);
    const statuses = hubs.huggingface.requests.slice(132).map(({ status }) => status);
    expect(statuses.filter((status) => status === 304)).toHaveLength(131);
  });

  test("is the same where the hub does not heed etags", async () => {
    const { look, clock } = await startFull({ conditional: false });
    await look(names);
    clock.now += DAY;
    const second = await look(names);
    expect([second.requests, second.listings.length, appearedIn(second)]).toEqual([132, 132, []]);
  });

  test("of quiet organisations is a request a week, spread over its days, until something happens", async () => {
    const { hubs, look, clock } = await startHubsWorld();
    for (const name of names) hubs.huggingface.publish({ id: `${name}/Old`, createdAt: "2023-05-01T00:00:00.000Z" });
    const newest = new Map(names.map((name) => [name, "2023-05"]));
    await look(names, { newest });
    const days: number[] = [];
    for (let day = 0; day < 14; day++) {
      clock.now += DAY;
      days.push((await look(names, { newest })).requests);
    }
    expect(days.slice(0, 7).reduce((sum, count) => sum + count)).toBe(132);
    expect(days.slice(7)).toEqual(days.slice(0, 7));
    expect(Math.max(...days)).toBeLessThan(40);
    // Found by the weekly look: from then on it is asked for daily.
    hubs.huggingface.publish({ id: "org-3/New", createdAt: "2026-12-10T00:00:00.000Z" });
    clock.now += 7 * DAY;
    await look(names, { newest });
    hubs.huggingface.asked();
    for (let day = 0; day < 3; day++) {
      clock.now += DAY;
      await look(names, { newest });
    }
    expect(hubs.huggingface.asked().filter((path) => path.includes("author=org-3&"))).toHaveLength(3);
  });

  test("is at most 160 requests a day, whatever the runs and the hubs; the rest has its turn the next day", async () => {
    const { hubs, look, clock } = await startHubsWorld();
    const many = [
      ...numbered(200, (index) => huggingface(`many-${index}`)),
      ...numbered(20, (index) => modelscope(`scope-${index}`)),
    ];
    const total = () => hubs.huggingface.requests.length + hubs.modelscope.requests.length;
    const first = await look([], { organizations: many });
    const limited = ({ silent }: typeof first) => silent.filter(({ silence }) => silence.reason === "limit").length;
    expect([total(), first.listings.length, limited(first)]).toEqual([160, 160, 60]);
    clock.now += 6 * HOUR;
    await look([], { organizations: many });
    expect(total()).toBe(160);
    clock.now += DAY;
    const second = await look([], { organizations: many });
    expect([total(), second.listings.length]).toEqual([320, 220]);
  });

  test("where both hubs are away is nine requests each, and everything kept counts", async () => {
    const { hubs, look, clock } = await startFull();
    await look(names);
    clock.now += DAY;
    hubs.down(true);
    const seen = await look(names);
    expect([seen.requests, seen.listings.length, seen.silent.length]).toEqual([9, 132, 132]);
  });
});
