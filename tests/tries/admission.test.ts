import { describe, expect, test } from "vitest";
import type { Person } from "#src/base/person.ts";
import { normalName } from "#src/inference/ollama/names.ts";
import type { AccessLists } from "#src/tries/access.ts";
import { checkRequest, mayStop, newTryId, takeQuota, tryOf } from "#src/tries/admission.ts";
import { createQuotas } from "#src/tries/quotas.ts";
import type { Try } from "#src/tries/try.ts";
import { NO_LISTS, person } from "#tests/tries/people.ts";
import { deliveryOf, targetOf } from "#tests/tries/world.ts";

const requestOf = (who: Person, model = "qwen3:8b", prompt = "问") => ({
  person: who,
  targets: [targetOf(model)] as Try["targets"],
  prompt,
  locale: "zh-CN" as const,
  begin: async () => deliveryOf(),
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

const member = (changes: Partial<Person>): Person => person("a", { guild: "g", channels: ["c"], ...changes });

describe("where a try is allowed", () => {
  test.each<[string, Partial<AccessLists>, Person, string | undefined]>([
    ["in a channel that is listed", { allowedChannels: ["x", "c"] }, member({}), undefined],
    ["in no other channel", { allowedChannels: ["x"] }, member({}), "tryNotInChannel"],
    ["in no place that has no id", { allowedChannels: ["x"] }, member({ channels: [] }), "tryNotInChannel"],
    [
      "not in a blocked channel, allowed or not",
      { allowedChannels: ["c"], blockedChannels: ["c"] },
      member({}),
      "tryNotInChannel",
    ],
    [
      "in a thread of a channel that is listed",
      { allowedChannels: ["c"] },
      member({ channels: ["t", "c"] }),
      undefined,
    ],
    [
      "in a thread of no other channel",
      { allowedChannels: ["x"] },
      member({ channels: ["t", "c"] }),
      "tryNotInChannel",
    ],
    [
      "not in a thread of a blocked channel",
      { blockedChannels: ["c"] },
      member({ channels: ["t", "c"] }),
      "tryNotInChannel",
    ],
    [
      "in a thread that is listed itself, whatever its channel",
      { allowedChannels: ["t"], blockedChannels: ["c"] },
      member({ channels: ["t", "c"] }),
      undefined,
    ],
    [
      "not in a thread that is blocked itself, whatever its channel",
      { allowedChannels: ["t", "c"], blockedChannels: ["t"] },
      member({ channels: ["t", "c"] }),
      "tryNotInChannel",
    ],
    ["for nobody who is blocked", { blockedUsers: ["a"] }, person("a"), "tryNotForPerson"],
    ["for everybody else", { blockedUsers: ["b"] }, person("a"), undefined],
    ["for administrators though they are blocked", { blockedUsers: ["a"] }, person("a", { admin: true }), undefined],
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
    [{ allowedModels: ["hf.co/Qwen/Qwen3-8B-GGUF"] }, "hf.co/qwen/qwen3-8b-gguf:q4_k_m", undefined],
    [{ allowedModels: ["registry.example:5000/Team/M"] }, "registry.example:5000/team/m:v1", undefined],
    [{ blockedModels: ["registry.example:5000/Team/M"] }, "registry.example:5000/team/m:v1", "tryModelBlocked"],
    [{ blockedModels: ["registry.example"] }, "registry.example:5000/team/m:v1", undefined],
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
      await take("a", "g", 1),
      await take("a", "g", 1),
      await take("a", "g", 1),
      await take("b", "g", 1),
      await take("c", "g", 1),
    ];
    expect(taken.map((refused) => refused === undefined)).toEqual([true, true, false, true, false]);
    // In another server, and in a direct message.
    expect(await take("c", "h", 1)).toBeUndefined();
    expect(await take("c", undefined, 1)).toBeUndefined();
  });

  test("the wait is what is left of the hour", async () => {
    const { take } = createQuotas({ perPerson: 1, perGuild: 100 });
    await take("a", undefined, 1);
    const { waitMs = 0 } = (await take("a", undefined, 1)) ?? {};
    expect(waitMs).toBeGreaterThan(1_800_000);
    expect(waitMs).toBeLessThanOrEqual(3_600_000);
  });

  test("what the server's quota refuses does not count against the person", async () => {
    const { take } = createQuotas({ perPerson: 1, perGuild: 1 });
    expect(await take("a", "g", 1)).toBeUndefined();
    expect(await take("b", "g", 1)).toBeDefined();
    expect(await take("b", undefined, 1)).toBeUndefined();
    expect(await take("b", undefined, 1)).toBeDefined();
  });

  test("what the person's quota refuses does not count against the server", async () => {
    const { take } = createQuotas({ perPerson: 1, perGuild: 2 });
    await take("a", "g", 1);
    expect(await take("a", "g", 1)).toBeDefined();
    expect(await take("b", "g", 1)).toBeUndefined();
  });

  test("are said in whole minutes, and administrators have none", async () => {
    const empty = (waitMs: number) => ({ take: async () => ({ waitMs }) });
    await expect(takeQuota(empty(60_001), person("a"), 1)).rejects.toMatchObject({
      key: "tryQuota",
      params: { minutes: 2 },
    });
    await expect(takeQuota(empty(60_000), person("a"), 1)).rejects.toMatchObject({ params: { minutes: 1 } });
    await takeQuota(empty(60_000), person("a", { admin: true }), 1);
  });

  test("count runs: a try of several takes as many, all or none", async () => {
    const { take } = createQuotas({ perPerson: 3, perGuild: 100 });
    expect(await take("a", undefined, 2)).toBeUndefined();
    expect(await take("a", undefined, 2)).toBeDefined();
    expect(await take("b", undefined, 3)).toBeUndefined();
    expect(await take("b", undefined, 1)).toBeDefined();
  });
});

test("a try is stopped by whose it is, by moderators and by administrators", () => {
  const attempt = tryOf(requestOf(person("a")), {
    id: newTryId(),
    delivery: deliveryOf(),
    holder: "here",
  });
  const people = [person("a"), person("b"), person("b", { moderator: true }), person("b", { admin: true })];
  expect(people.map((who) => mayStop(who, attempt))).toEqual([true, false, true, true]);
});
