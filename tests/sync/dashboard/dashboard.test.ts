import fc from "fast-check";
import { marked } from "marked";
import { describe, expect, it } from "vitest";
import { LOCALES, textIn } from "#src/base/locale.ts";
import { type DashboardInput, dashboardBody } from "#src/sync/dashboard/dashboard-text.ts";
import { decisionsIn } from "#src/sync/dashboard/decisions.ts";
import { LIMITS } from "#src/sync/propose/plan.ts";
import { input, observe, plan, text, tickIn } from "./sample-dashboard.ts";

const MODEL = "weights:huggingface:qwen/qwen4-8b";
const NOTHING = { noticed: new Map<string, string>(), forgotten: 0 };
const bodyOf = (shown: DashboardInput): string => dashboardBody(shown, NOTHING, text);

/** Every list with so many items, all named so. */
function full(count: number, name: string): DashboardInput {
  const of = <Item>(make: (at: number) => Item): Item[] => Array.from({ length: count }, (_, at) => make(at));
  return input({
    open: of((at) => ({ title: name, url: `https://github.com/o/r/pull/${at}` })),
    waiting: of(() => ({ title: name, reason: "limit" as const })),
    leftOut: of(() => ({
      rule: name,
      what: name,
      propose: true,
      models: of((at) => ({ id: `weights:huggingface:a/${at}`, name })).slice(0, 50),
    })),
    older: { since: name, byOrganization: of(() => ({ organization: name, models: [{ id: "weights:x", name }] })) },
    failed: of(() => ({ name, reason: "away" as const })),
  }).input;
}
const everything = (count: number, name: string): DashboardInput => ({
  ...full(count, name),
  noticed: Array.from({ length: count }, (_, at) => ({ id: `repository:${at}`, name, about: name, propose: true })),
  declined: Array.from({ length: count }, (_, at) => ({ id: `tag:${at}`, name })),
});

/** What a Markdown reader sees outside code, comments of ours apart. */
function outsideCode(markdown: string): string {
  const parts: string[] = [];
  void marked.walkTokens(marked.lexer(markdown), (token) => {
    const isLeaf = !("tokens" in token) || token.tokens === undefined;
    if ((token.type === "text" && isLeaf) || token.type === "html") parts.push(token.raw);
  });
  return parts.join("\n");
}

describe("the dashboard's text", () => {
  it("has what is to be done before what is only for the books", () => {
    const body = bodyOf(everything(1, "Some Name"));
    const places = ["pull/0", text("dashboard.waiting.limit", LIMITS), "look-again", "<details>"].map((part) =>
      body.indexOf(part),
    );
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(body.match(/<details>/g)).toHaveLength(5);
  });

  it("says first how many pull requests a person looks at, and how many proposals wait", () => {
    const proposal = (number: number) => ({ title: `t${number}`, url: `https://github.com/a/b/pull/${number}` });
    const held = { ...proposal(2), reason: "held" as const };
    const queued = { title: "t3", reason: "limit" as const };
    const body = bodyOf(input({ open: [proposal(1), proposal(2)], waiting: [held, queued] }).input);
    expect(body).toContain(text("dashboard.counts", { open: 1, waiting: 2 }));
  });

  it("lists an open pull request once, in the order of their numbers", () => {
    const [two, ten] = [2, 10].map((number) => ({ title: `T${number}`, url: `https://github.com/o/r/pull/${number}` }));
    if (two === undefined || ten === undefined) throw new Error("there are two");
    const shown = bodyOf(input({ open: [ten, two] }).input);
    expect(shown.indexOf("T2")).toBeLessThan(shown.indexOf("T10"));
    expect(shown).toBe(bodyOf(input({ open: [two, ten] }).input));
    const held = bodyOf(input({ open: [ten, two], waiting: [{ ...two, reason: "held" }] }).input);
    expect(held.match(/`T2`/g)).toHaveLength(1);
    expect(held).toContain(text("dashboard.waiting.held"));
  });

  it("leaves out what is empty", () => {
    const body = bodyOf(input().input);
    expect(body).not.toContain("<details>");
    expect(body).toContain(text("dashboard.noProposals"));
  });

  it("has a box for each model that a rule or its age keeps out, as far as there is room", () => {
    const models = (count: number) =>
      Array.from({ length: count }, (_, at) => ({
        id: `weights:huggingface:org/model-${at}`,
        name: `Org/Model-${at}`,
      }));
    const shown = (count: number) =>
      bodyOf(input({ leftOut: [{ rule: "embeddings", what: "x", models: models(count), propose: true }] }).input);
    const boxes = (body: string): number => body.match(/- \[ \] <!-- mulu:propose weights:/g)?.length ?? 0;
    expect(boxes(shown(30))).toBe(30);
    const repositories = { rule: "demos", what: "x", models: models(30), propose: false };
    expect(boxes(bodyOf(input({ leftOut: [repositories] }).input))).toBe(0);
    expect(boxes(shown(200))).toBe(200);
    expect(boxes(shown(2000))).toBeGreaterThan(200);
    expect(shown(2000)).toMatch(/`Org\/Model-600`.* and \d+ more/);
    const ticked = tickIn(
      observe(plan(input({ leftOut: [{ rule: "r", what: "x", models: models(3), propose: true }] }), undefined)),
      "propose",
      "weights:huggingface:org/model-1",
    );
    expect([...decisionsIn([], ticked).wanted]).toEqual(["weights:huggingface:org/model-1"]);
  });

  it("shares the room among the groups, so that a large one hides no other", () => {
    const many = Array.from({ length: 500 }, (_, at) => ({ id: `weights:huggingface:a/m-${at}`, name: `A/M-${at}` }));
    const byOrganization = Array.from({ length: 40 }, (_, at) => ({
      organization: `Org-${at}`,
      models: at === 0 ? many : many.slice(0, 1),
    }));
    const body = bodyOf(input({ older: { since: "2026-06-01", byOrganization } }).input);
    for (const { organization } of byOrganization) expect(body).toContain(`\`${organization}\``);
  });

  it("gives the lists what the others leave free: of many models hundreds by name, and a hundred boxes and more", () => {
    const of = (organization: string, count: number) =>
      Array.from({ length: count }, (_, at) => ({
        id: `weights:huggingface:${organization.toLowerCase()}/model-${at}-7b`,
        name: `${organization}/Model-${at}-7B`,
      }));
    const byOrganization = Array.from({ length: 54 }, (_, at) => ({
      organization: `Organization-${at}`,
      models: of(`Organization-${at}`, 25),
    }));
    const leftOut = [{ rule: "embeddings", what: "x", models: of("Embedder", 400), propose: true }];
    const older = { since: "2026-06-01", byOrganization };
    const numbers = (fields: Parameters<typeof input>[0]) => {
      const body = plan(input(fields), undefined)?.body ?? "";
      expect(body.length).toBeLessThanOrEqual(60_000);
      const count = (pattern: RegExp): number => body.match(pattern)?.length ?? 0;
      return {
        older: { named: count(/`Organization-\d+\/[^`]+`/g), boxes: count(/propose weights:huggingface:organ/g) },
        leftOut: { named: count(/`Embedder\/[^`]+`/g), boxes: count(/propose weights:huggingface:embed/g) },
        body,
      };
    };
    const both = numbers({ older, leftOut });
    for (const { named, boxes } of [both.older, both.leftOut]) {
      expect(named).toBeGreaterThan(300);
      expect(boxes).toBeGreaterThan(100);
    }
    for (const { organization, models } of byOrganization) {
      expect(both.body).toContain(`\`${organization}\` (25)`);
      expect(both.body).toMatch(new RegExp(`propose weights:huggingface:${organization.toLowerCase()}/model-0-7b `));
      expect(both.body).toContain(`\`${models[1]?.name}\``);
    }
    const alone = numbers({ older });
    expect(alone.older.named).toBeGreaterThan(1.5 * both.older.named);
    expect(numbers({ leftOut }).leftOut).toEqual({ named: 400, boxes: 400 });
    const declined = Array.from({ length: 100 }, (_, at) => `tag:${at}`);
    expect(numbers({ older, leftOut, declined }).body.match(/take back/g)).toHaveLength(100);
    const many = Array.from({ length: 3000 }, (_, at) => `tag:${at}`);
    const declinedIn = (fields: Parameters<typeof input>[0]) => numbers(fields).body.match(/take back/g)?.length ?? 0;
    expect(declinedIn({ declined: many })).toBeGreaterThan(1.3 * declinedIn({ declined: many, older, leftOut }));
    expect(numbers({ older, leftOut, declined: many }).older.boxes).toBeGreaterThan(10);
  });

  it("says what a box does only where there is one, and how the others are proposed only where there are others", () => {
    const models = (count: number) =>
      Array.from({ length: count }, (_, at) => ({
        id: `weights:huggingface:org/model-${at}`,
        name: `Org/Model-${at}`,
      }));
    const shown = (count: number, propose = true): string =>
      bodyOf(
        input({
          leftOut: [{ rule: "demos", what: "x", models: models(count), propose }],
          older: {
            since: "2026-06-01",
            byOrganization: propose ? [{ organization: "Org", models: models(count) }] : [],
          },
        }).input,
      );
    const tick = text("dashboard.tickHint").trim();
    const unboxed = /There is no room for the boxes of (\d+) models/g;
    expect(shown(3)).toContain(tick);
    expect(shown(3)).not.toMatch(unboxed);
    expect(shown(3, false)).not.toContain(tick);
    expect(shown(3, false)).not.toMatch(unboxed);
    const many = shown(1000);
    const boxes = many.match(/mulu:propose/g)?.length ?? 0;
    expect([...many.matchAll(unboxed)].reduce((sum, [, count]) => sum + Number(count), 0)).toBe(2000 - boxes);
  });

  it.each(LOCALES)("names in %s everything that it is given", (locale) => {
    const body = dashboardBody(
      everything(1, "Some Name"),
      { noticed: new Map([["repository:0", "2026-11-20"]]), forgotten: 2 },
      textIn(locale),
    );
    expect(body.match(/`Some Name`/g)?.length).toBeGreaterThanOrEqual(9);
    expect(body).toContain("2026-11-20");
    expect(body).not.toMatch(/\{\{|dashboard\./);
  });

  it.each([
    "@someone #1 fixes #2",
    "<img src=x onerror=alert(1)> </details> -->",
    "`` @someone `",
    "x\n\n- [x] <!-- mulu:propose tag:1 --> y",
    "| a | <!-- mulu:dashboard --> | b |",
    "[a](https://x) ![b](https://y)",
    "",
    "\u202eabc\u0000",
  ])("shows %j as code, without effect", (name) => {
    const body = bodyOf(everything(2, name));
    const outside = outsideCode(body);
    expect(outside).not.toMatch(/someone|#1|<img|onerror|\]\(https:\/\/x/);
    expect(body.match(/^<!-- mulu:dashboard -->$/gm)).toHaveLength(1);
    expect(body.match(/^ *- \[x\]/gm)).toBeNull();
  });

  it("fits GitHub's limit whatever comes, and says how much it leaves out", () => {
    for (const name of ["x", "@".repeat(500), "版".repeat(300), "\\|`".repeat(200)]) {
      const state = { input: everything(1200, name), today: "2026-11-28" };
      const body = plan(state, undefined)?.body ?? "";
      expect(body.length).toBeGreaterThan(10_000);
      expect(body.length).toBeLessThanOrEqual(60_000);
      expect(body.match(/more that are not listed/g)?.length).toBeGreaterThanOrEqual(5);
      expect(body.match(/<details>/g)?.length).toBe(body.match(/<\/details>/g)?.length);
    }
  }, 60_000);

  it("is harmless whatever the names are", () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom("`", "~", "\n", " ", "<", "|", "\\", "-", "@a", "#1", "[x]", "*"),
          maxLength: 40,
        }),
        (name) => {
          const outside = outsideCode(bodyOf(everything(2, name)));
          expect(outside).not.toMatch(/@a|#1/);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("what is written to the dashboard", () => {
  it("is the whole of it at first, and nothing when nothing changed", () => {
    const first = plan(input({ noticed: [MODEL] }), undefined);
    expect(first).toMatchObject({ kind: "create", title: text("dashboard.title") });
    const observed = observe(first);
    const later = input({
      noticed: [MODEL],
      today: "2026-12-05",
      cost: { requests: 1, points: 1, hubRequests: 0, pointsLeft: 7 },
    });
    expect(plan(later, observed)).toBeUndefined();
    expect(plan(later, { ...observed, body: observed.body.replaceAll("\n", "\r\n") })).toBeUndefined();
    expect(plan(input({ noticed: [] }), observed)).toMatchObject({ kind: "update", number: 1, before: observed.body });
  });

  it("is a new text where a box was ticked, and none after that", () => {
    const ticked = tickIn(observe(plan(input(), undefined)), "look-again");
    const update = plan(input(), ticked);
    expect(update?.body).not.toContain("[x]");
    expect(plan(input(), observe(update, ticked))).toBeUndefined();
  });

  it("is a new text where a pull request's box changed what is declined", () => {
    const observed = observe(plan(input({}), undefined));
    expect(plan(input({ declined: [MODEL] }), observed)).toBeDefined();
  });

  it("remembers names of what was declined, where the ids do not tell them", () => {
    const declined = [
      { id: "repository:5", name: "Org/Silent" },
      { id: MODEL, name: "Qwen/Qwen4-8B" },
      { id: "repository:6", name: "@".repeat(1000) },
      { id: "tag:1:v1", name: "tag:1:v1" },
    ];
    const { input: shown } = input();
    const first = observe(plan({ input: { ...shown, declined }, today: "2026-11-28" }, undefined));
    const { names } = decisionsIn([], first).memory;
    expect(names).toEqual([
      ["repository:5", "Org/Silent"],
      ["repository:6", `${"@".repeat(120)}…`],
    ]);
  });

  it("leaves what a person wrote above it", () => {
    const first = observe(plan(input(), undefined));
    const own = { ...first, body: `Ask @maintainer first.\n\n${first.body}` };
    expect(plan(input(), own)).toBeUndefined();
    const update = plan(input({ noticed: [MODEL] }), own);
    expect(update?.body.startsWith("Ask @maintainer first.\n\n<!-- mulu:dashboard -->\n")).toBe(true);
    expect(plan(input({ noticed: [MODEL] }), observe(update, own))).toBeUndefined();
  });

  it("comes back where somebody took our part out, and takes less room where people wrote much", () => {
    const first = observe(plan(input(), undefined));
    expect(plan(input(), { ...first, body: "only this" })?.body).toMatch(/^only this\n\n<!-- mulu:dashboard -->\n/);
    const long = { ...first, body: `${"x".repeat(40_000)}\n\n${first.body}` };
    const body = plan({ input: everything(500, "name"), today: "2026-11-28" }, long)?.body ?? "";
    expect(body.length).toBeGreaterThan(45_000);
    expect(body.length).toBeLessThanOrEqual(60_000);
    expect(plan(input(), { ...first, body: "x".repeat(58_000) })).toBeUndefined();
  });

  it("is nothing where a person closed it, whose decisions still count", () => {
    const first = observe(plan(input({ noticed: [MODEL] }), undefined));
    const closed = { ...tickIn(first, "ignore", MODEL), state: "closed" as const };
    expect(plan(input(), closed)).toBeUndefined();
    expect([...decisionsIn([], closed).declined]).toEqual([MODEL]);
    expect(plan(input(), { ...closed, state: "open" })).toBeDefined();
  });
});
