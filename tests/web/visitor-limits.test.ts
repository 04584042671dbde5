import { expect, test } from "vitest";
import { UserError } from "#src/base/user-error.ts";
import { createOutputs } from "#src/tries/outputs.ts";
import { createPageTries } from "#src/web/chat/tries.ts";
import { createVisitorLimits, type RequestLimits } from "#src/web/http/visitor-limits.ts";

const limitsOf = (limits: Partial<RequestLimits>) =>
  createVisitorLimits({ actions: 100, completions: 100, open: 100, openInAll: 100, ...limits });

test("an address may send so many commands in a minute and no more; others and completions are counted apart", async () => {
  const limits = limitsOf({ actions: 2, completions: 1 });
  expect([await limits.act("a"), await limits.act("a")]).toEqual([undefined, undefined]);
  const refused = await limits.act("a");
  expect(refused?.waitMs).toBeGreaterThan(0);
  expect(refused?.waitMs).toBeLessThanOrEqual(60_000);
  expect([await limits.act("b"), await limits.complete("a")]).toEqual([undefined, undefined]);
  expect((await limits.complete("a"))?.waitMs).toBeGreaterThan(0);
});

test("an address may hold so many answers open, and presses as many again, with which answers are stopped", () => {
  const limits = limitsOf({ open: 2 });
  const [first] = [limits.open("a", "line"), limits.open("a", "line")];
  expect(limits.open("a", "line")).toBeUndefined();
  expect(limits.open("b", "line")).toBeDefined();
  expect([limits.open("a", "press"), limits.open("a", "press")]).not.toContain(undefined);
  expect(limits.open("a", "press")).toBeUndefined();
  first?.();
  expect(limits.open("a", "press")).toBeDefined();
});

test("all together may hold so many answers open; a place that is given back twice is one place", () => {
  const limits = limitsOf({ openInAll: 2 });
  const [first] = [limits.open("a", "line"), limits.open("b", "line")];
  expect(limits.open("c", "line")).toBeUndefined();
  expect(limits.open("c", "press")).toBeDefined();
  first?.();
  first?.();
  expect(limits.open("c", "line")).toBeUndefined();
  const fresh = limitsOf({ openInAll: 1 });
  const place = fresh.open("a", "line");
  place?.();
  place?.();
  expect(fresh.open("b", "line")).toBeDefined();
  expect(fresh.open("c", "line")).toBeUndefined();
});

test("the pages of one address begin eight tries at once, whoever they say they are; another address begins more", () => {
  const tries = createPageTries({
    outputs: createOutputs(),
    viewOf: async () => ({ components: [] }),
    htmlOf: async () => "",
    log: { debug: () => {} },
  });
  const begun = Array.from({ length: 8 }, (_, at) => tries.expect(`visitor ${at}`, "a"));
  expect(new Set(begun.map(({ delivery }) => JSON.stringify(delivery))).size).toBe(8);
  expect(() => tries.expect("another", "a")).toThrow(UserError);
  expect(tries.expect("another", "b")).toBeDefined();
});
