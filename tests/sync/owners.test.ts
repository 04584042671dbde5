import { describe, expect, onTestFinished, test } from "vitest";
import { createClients } from "#src/sync/github/client.ts";
import { openCache, type SyncCache } from "#src/sync/observe/cache.ts";
import { type ObserveOwnersOptions, observeOwners } from "#src/sync/observe/owners.ts";
import type { OwnerObservation } from "#src/sync/sources/owner.ts";
import { type GithubOptions, type GithubStandIn, startGithub, TOKEN } from "#tests/stand-ins/github.ts";
import { silent } from "./observe-world.ts";
import { json, serve } from "./scripted-server.ts";

const SINCE = "2026-06-01";
const day = (number: number, month = 6): string =>
  `2026-${String(month).padStart(2, "0")}-${String(number).padStart(2, "0")}T10:00:00Z`;

type World = {
  github: GithubStandIn;
  cache: SyncCache;
  look: (owners: readonly string[], options?: Partial<ObserveOwnersOptions>) => ReturnType<typeof observeOwners>;
  asked: () => string[];
};

async function startWorld(options: GithubOptions & { anonymous?: boolean } = {}): Promise<World> {
  const github = await startGithub(options);
  onTestFinished(() => github.close());
  const cache = openCache(undefined);
  const identity = options.anonymous ? undefined : { kind: "token" as const, token: TOKEN };
  const { reader } = await createClients({ apiUrl: github.url, identity }, { log: silent, pace: "none" });
  let from = 0;
  return {
    github,
    cache,
    look: (owners, more) =>
      observeOwners(owners, {
        ...{ reader, cache, log: silent, signal: new AbortController().signal, since: SINCE, today: "2026-07-01" },
        ...more,
      }),
    asked: () => {
      const since = github.requests.slice(from);
      from = github.requests.length;
      return since.map(({ method, path }) => `${method} ${path}`);
    },
  };
}

function seen(observation: OwnerObservation | undefined): Extract<OwnerObservation, { state: "seen" }> {
  if (observation?.state !== "seen") throw new Error(`not seen: ${JSON.stringify(observation)}`);
  return observation;
}
const news = (observation: OwnerObservation | undefined): string[] =>
  seen(observation)
    .repositories.filter(({ isNew }) => isNew)
    .map(({ name }) => name);

describe.each([
  ["over GraphQL", {}],
  ["over REST", { graphql: false }],
])("owners %s", (_, options) => {
  test("tell their own public repositories, newest first, and which are new", async () => {
    const { github, look } = await startWorld(options);
    const old = github.upstream("QwenLM/Qwen3", { createdAt: "2026-05-31T23:59:59Z", description: "A\n model" });
    const fresh = github.upstream("QwenLM/Qwen4", { createdAt: "2026-06-01T00:00:00Z", template: true });
    fresh.archive();
    github.upstream("QwenLM/fork", { createdAt: day(3), fork: true });
    github.upstream("QwenLM/secret", { createdAt: day(4), visibility: "private" });
    github.upstream("QwenLM/hidden", { createdAt: day(4), visibility: "hidden" });
    github.upstream("Other/Model", { createdAt: day(4) });
    const { owners } = await look(["QwenLM"]);
    expect(owners).toEqual([
      {
        asked: "QwenLM",
        state: "seen",
        login: "QwenLM",
        repositories: [
          {
            ...{ id: fresh.id, name: "QwenLM/Qwen4", createdAt: "2026-06-01T00:00:00Z", archived: true },
            ...{ template: true, description: undefined, isNew: true },
          },
          {
            ...{ id: old.id, name: "QwenLM/Qwen3", createdAt: "2026-05-31T23:59:59Z", archived: false },
            ...{ template: false, description: "A model", isNew: false },
          },
        ],
        more: false,
      },
    ]);
  });

  test("are a user or an organisation, one without repositories, or nobody", async () => {
    const { github, look } = await startWorld(options);
    github.owner("empty", "Organization");
    github.owner("gone").remove();
    github.upstream("user/a");
    const { owners } = await look(["empty", "gone", "nobody", "user"]);
    expect(owners.map(({ state }) => state)).toEqual(["seen", "missing", "missing", "seen"]);
  });

  test("are asked about once in whatever case, and answered as often as asked", async () => {
    const { github, look, asked } = await startWorld(options);
    github.upstream("QwenLM/Qwen3");
    const { owners } = await look(["qwenlm", "QwenLM"]);
    expect(owners.map(({ asked: name, login }) => [name, login])).toEqual([
      ["qwenlm", "QwenLM"],
      ["QwenLM", "QwenLM"],
    ]);
    expect(asked().length).toBeLessThanOrEqual(2);
  });

  test("of an old login are nobody, of the new one all their repositories", async () => {
    const { github, look } = await startWorld(options);
    const upstream = github.upstream("THUDM/GLM-4", { createdAt: day(1) });
    await look(["THUDM"]);
    github.owner("THUDM").rename("zai-org");
    const { owners } = await look(["THUDM", "zai-org"]);
    expect(owners[0]).toMatchObject({ state: "missing" });
    expect(seen(owners[1]).repositories).toMatchObject([{ id: upstream.id, name: "zai-org/GLM-4", isNew: true }]);
  });

  test("the same is new at every look, with the memory of the earlier ones and without", async () => {
    const { github, look } = await startWorld(options);
    for (let number = 1; number <= 15; number++) github.upstream(`a/m${number}`, { createdAt: day(number) });
    const first = news((await look(["a"])).owners[0]);
    expect(first.length).toBe(15);
    expect(news((await look(["a"])).owners[0])).toEqual(first);
    expect(news((await look(["a"], { cache: openCache(undefined) })).owners[0])).toEqual(first);
  });

  test("one that was transferred or made public since the first look is new, one that only came into sight is not", async () => {
    const { github, look } = await startWorld(options);
    for (let number = 1; number <= 12; number++) github.upstream(`a/m${number}`, { createdAt: day(number, 2) });
    expect(news((await look(["a"])).owners[0])).toEqual([]);
    github.upstream("b/moved", { createdAt: day(9, 2) }).rename("a/moved");
    const { owners } = await look(["a"], { today: "2026-07-02" });
    expect(news(owners[0])).toEqual(["a/moved"]);
    expect(news((await look(["a"], { today: "2026-07-03" })).owners[0])).toEqual(["a/moved"]);
    expect(news((await look(["a"], { since: "2026-07-03" })).owners[0])).toEqual([]);
  });

  test.each([
    [100, false],
    [101, true],
  ])("with %i new ones: whether there are more is %s", async (count, more) => {
    const { github, look } = await startWorld(options);
    const start = Date.parse("2026-06-01T00:00:00Z");
    for (let number = 0; number < count; number++)
      github.upstream(`a/m${number}`, { createdAt: new Date(start + number * 3_600_000).toISOString() });
    const { owners } = await look(["a"]);
    expect(news(owners[0]).length).toBe(100);
    expect(seen(owners[0]).more).toBe(more);
  });
});

test("when it came into sight because a newer one went, it is not new", async () => {
  const { github, look } = await startWorld();
  const all = Array.from({ length: 12 }, (_, index) =>
    github.upstream(`a/m${index}`, { createdAt: day(index + 1, 2) }),
  );
  await look(["a"]);
  all[11]?.remove();
  const { owners } = await look(["a"], { since: "2026-01-01", today: "2026-07-02" });
  expect(news(owners[0]).length, "made since then").toBe(11);
  expect(news((await look(["a"], { since: SINCE, today: "2026-07-02" })).owners[0])).toEqual([]);
});

test("anonymously nobody is asked, and that is said", async () => {
  const { github, look, asked } = await startWorld({ anonymous: true });
  github.upstream("a/b");
  expect((await look(["a"])).owners).toEqual([{ asked: "a", login: "a", state: "unreached", reason: "quota" }]);
  expect(asked()).toEqual([]);
});

test("129 owners cost three points", async () => {
  const { github, look, asked } = await startWorld();
  const owners = Array.from({ length: 129 }, (_, index) => `org-${index}`);
  for (const owner of owners) github.upstream(`${owner}/model`, { createdAt: day(1, 1) });
  for (let number = 0; number < 40; number++)
    github.upstream(`org-7/m${number}`, { createdAt: day(1 + (number % 28)) });
  const { owners: observed, cost } = await look(owners);
  expect(new Set(observed.map(({ state }) => state))).toEqual(new Set(["seen"]));
  expect(news(observed[7]).length).toBe(40);
  expect(asked().length).toBe(3);
  expect(cost).toEqual({ requests: 3, points: github.points, remaining: 5000 - github.points });
  expect(cost.points).toBe(3);
});

describe("what goes wrong", () => {
  const isQuery = ({ graphql }: { graphql?: string }): boolean => graphql === "query";

  test.each(["502", "drop-after", "partial", "resource-limit"] as const)("%s is asked again", async (fault) => {
    const { github, look } = await startWorld({ stallMs: 20 });
    const owners = Array.from({ length: 20 }, (_, index) => `org-${index}`);
    for (const owner of owners) github.upstream(`${owner}/model`);
    github.faults.next(fault, isQuery);
    const { owners: observed } = await look(owners);
    expect(new Set(observed.map(({ state }) => state))).toEqual(new Set(["seen"]));
  });

  test("points that do not suffice leave the rest, and nobody is called missing", async () => {
    const { github, look } = await startWorld({ pointLimit: 1 });
    const owners = Array.from({ length: 80 }, (_, index) => `org-${index}`);
    for (const owner of owners) github.upstream(`${owner}/model`);
    const { owners: observed } = await look(owners);
    expect(observed.map((item) => (item.state === "unreached" ? item.reason : item.state))).toEqual([
      ...Array(70).fill("seen"),
      ...Array(10).fill("quota"),
    ]);
  });

  test("a second page that cannot be had leaves the first, and says that there are more", async () => {
    const { github, look } = await startWorld();
    for (let number = 1; number <= 20; number++) github.upstream(`a/m${number}`, { createdAt: day(number) });
    const isSecond = ({ body }: { body: unknown }): boolean => (JSON.stringify(body) ?? "").includes("$a0");
    for (let times = 0; times < 20; times++) github.faults.next("502", isSecond);
    const { owners } = await look(["a", "b"]).catch(() => ({ owners: [] }));
    expect(seen(owners[0])).toMatchObject({ more: true });
    expect(news(owners[0]).length).toBe(10);
    github.faults.calm();
    expect(news((await look(["a"])).owners[0]).length).toBe(20);
  });

  test.each([
    [
      "a login that is none",
      { login: "../x\n", repositories: { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } } },
    ],
    ["no list", { login: "a", repositories: null }],
    ["something else", "x"],
  ])("%s is not believed", async (_case, o0) => {
    const { url } = await serve(json(200, { data: { rateLimit: { cost: 1, remaining: 9 }, o0 } }));
    const identity = { kind: "token", token: TOKEN } as const;
    const { reader } = await createClients({ apiUrl: url, identity }, { log: silent, pace: "none" });
    const signal = new AbortController().signal;
    const options = { reader, cache: openCache(undefined), log: silent, signal, since: SINCE, today: "2026-07-01" };
    expect((await observeOwners(["a"], options)).owners).toEqual([
      { asked: "a", login: "a", state: "unreached", reason: "failed" },
    ]);
  });

  test("a token that is refused ends the pass", async () => {
    const { look } = await startWorld({ token: "ghp_another_token_than_ours" });
    await expect(look(["a"])).rejects.toMatchObject({ kind: "token" });
  });
});
