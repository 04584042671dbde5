import { describe, expect, test } from "vitest";
import type { Person } from "#src/base/person.ts";
import { normalName } from "#src/inference/ollama/names.ts";
import type { AccessLists } from "#src/tries/access.ts";
import { checkRequest, mayStop, newTryId, takeQuota, tryOf } from "#src/tries/admission.ts";
import { createQuotas } from "#src/tries/quotas.ts";
import { NO_LISTS, person } from "#tests/tries/people.ts";

const requestOf = (who: Person, model = "qwen3:8b", prompt = "问") => ({
  person: who,
  target: { model, entryId: undefined, standIn: false },
  prompt,
  locale: "zh-CN" as const,
  begin: async () => ({ kind: "local" as const, id: "here" }),
});

/** The key of the error with which a try is refused; undefined where it is let through. */
function refusal(lists: Partial<AccessLists>, who: Person, model?: string): string | undefined {
  try {
    checkRequest(requestOf(who, model), { access: { ...NO_LISTS, ...lists }, promptMax: 100, normalName });
    return undefined;
  } catch (error) {
    return (error as { key?: string }).key;
  }
}

const member = (changes: Partial<Person>): Person => person("a", { guild: "g", channel: "c", ...changes });

describe("where a try is allowed", () => {
  test.each<[string, Partial<AccessLists>, Person, string | undefined]>([
    ["in a channel that is listed", { allowedChannels: ["x", "c"] }, member({}), undefined],
    ["in no other channel", { allowedChannels: ["x"] }, member({}), "tryNotInChannel"],
    [
      "in a thread that has no channel of its own",
      { allowedChannels: ["x"] },
      member({ channel: undefined }),
      "tryNotInChannel",
    ],
    [
      "not in a blocked channel, allowed or not",
      { allowedChannels: ["c"], blockedChannels: ["c"] },
      member({}),
      "tryNotInChannel",
    ],
    ["with one of the roles", { allowedRoles: ["r"] }, member({ roles: ["q", "r"] }), undefined],
    ["not without one", { allowedRoles: ["r"] }, member({ roles: ["q"] }), "tryNotForRole"],
    [
      "not with a blocked role beside an allowed one",
      { allowedRoles: ["r"], blockedRoles: ["q"] },
      member({ roles: ["r", "q"] }),
      "tryNotForRole",
    ],
    ["in a direct message, which has neither", { allowedChannels: ["x"], allowedRoles: ["r"] }, person("a"), undefined],
    [
      "for administrators everywhere",
      { blockedChannels: ["c"], allowedRoles: ["r"] },
      member({ admin: true }),
      undefined,
    ],
  ])("%s", (_case, lists, who, expected) => {
    expect(refusal(lists, who)).toBe(expected);
  });

  test.each<[Partial<AccessLists>, string, string | undefined]>([
    [{ allowedModels: ["qwen3"] }, "qwen3:8b", undefined],
    [{ allowedModels: ["Qwen3:8B"] }, "qwen3:8b", undefined],
    [{ allowedModels: ["qwen3:8b"] }, "qwen3:4b", "tryModelBlocked"],
    [{ allowedModels: ["qwen"] }, "qwen3:8b", "tryModelBlocked"],
    [{ blockedModels: ["QWEN3"] }, "qwen3:8b", "tryModelBlocked"],
    [{ blockedModels: ["qwen3:8b"] }, "qwen3:4b", undefined],
    [{ allowedModels: ["qwen3"], blockedModels: ["qwen3:8b"] }, "qwen3:8b", "tryModelBlocked"],
  ])("with %j the model %s: %s", (lists, model, expected) => {
    expect(refusal(lists, person("a"), model)).toBe(expected);
    expect(refusal(lists, person("a", { admin: true }), model)).toBeUndefined();
  });
});

test("a prompt may have so many characters, and not one more", () => {
  const check = (length: number) => () =>
    checkRequest(requestOf(person("a"), "qwen3:8b", "字".repeat(length)), {
      access: NO_LISTS,
      promptMax: 100,
      normalName,
    });
  expect(check(100)).not.toThrow();
  expect(check(101)).toThrow(expect.objectContaining({ key: "tryPromptTooLong", params: { limit: 100, length: 101 } }));
});

describe("quotas", () => {
  test("a person has so many tries an hour, and a server so many of all its people", async () => {
    const { take } = createQuotas({ perPerson: 2, perGuild: 3 });
    const taken = [
      await take("a", "g"),
      await take("a", "g"),
      await take("a", "g"),
      await take("b", "g"),
      await take("c", "g"),
    ];
    expect(taken.map((refused) => refused === undefined)).toEqual([true, true, false, true, false]);
    // In another server, and in a direct message.
    expect(await take("c", "h")).toBeUndefined();
    expect(await take("c", undefined)).toBeUndefined();
  });

  test("the wait is what is left of the hour", async () => {
    const { take } = createQuotas({ perPerson: 1, perGuild: 100 });
    await take("a", undefined);
    const { waitMs = 0 } = (await take("a", undefined)) ?? {};
    expect(waitMs).toBeGreaterThan(1_800_000);
    expect(waitMs).toBeLessThanOrEqual(3_600_000);
  });

  test("what the server's quota refuses does not count against the person", async () => {
    const { take } = createQuotas({ perPerson: 1, perGuild: 1 });
    expect(await take("a", "g")).toBeUndefined();
    expect(await take("b", "g")).toBeDefined();
    expect(await take("b", undefined)).toBeUndefined();
    expect(await take("b", undefined)).toBeDefined();
  });

  test("what the person's quota refuses does not count against the server", async () => {
    const { take } = createQuotas({ perPerson: 1, perGuild: 2 });
    await take("a", "g");
    expect(await take("a", "g")).toBeDefined();
    expect(await take("b", "g")).toBeUndefined();
  });

  test("are said in whole minutes, and administrators have none", async () => {
    const empty = (waitMs: number) => ({ take: async () => ({ waitMs }) });
    await expect(takeQuota(empty(60_001), person("a"))).rejects.toMatchObject({
      key: "tryQuota",
      params: { minutes: 2 },
    });
    await expect(takeQuota(empty(60_000), person("a"))).rejects.toMatchObject({ params: { minutes: 1 } });
    await takeQuota(empty(60_000), person("a", { admin: true }));
  });
});

test("a try is stopped by whose it is, by moderators and by administrators", () => {
  const attempt = tryOf(requestOf(person("a")), newTryId(), { kind: "local", id: "here" });
  const people = [person("a"), person("b"), person("b", { moderator: true }), person("b", { admin: true })];
  expect(people.map((who) => mayStop(who, attempt))).toEqual([true, false, true, true]);
});
