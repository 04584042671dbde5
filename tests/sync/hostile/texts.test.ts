import fc from "fast-check";
import { marked } from "marked";
import { describe, expect, it, test } from "vitest";
import { textIn } from "#src/base/locale.ts";
import { writeEntry } from "#src/catalog/entry/edit.ts";
import { harmless } from "#src/sync/github/harmless.ts";
import { quoted, visibleLine } from "#src/sync/github/quoted.ts";
import { openPlacement } from "#src/sync/names/placement.ts";
import { tickedToDecline } from "#src/sync/propose/boxes.ts";
import { type Draft, OPEN_POINTS } from "#src/sync/propose/draft/draft.ts";
import { draftsOf } from "#src/sync/propose/draft/drafts.ts";
import { roomBeside, splitMarker, withMarker } from "#src/sync/propose/marker.ts";
import { asksRebase, bodyOf } from "#src/sync/propose/proposal-text.ts";
import { signal } from "#src/sync/sources/signal.ts";
import { factsOf, foundOn, namingOf, placedAt, realContext } from "#tests/sync/draft/candidates.ts";
import { entryOf, releaseOf } from "#tests/sync/samples.ts";

const text = textIn("zh-CN");
/** What GitHub would act on in a text, or in a commit's message made of it. */
const ACTIVE =
  /@(?=[\p{L}\p{N}_-])|#(?=\p{N})|\bGH-\d|\/(?:issues|pulls?|discussions)\/\d|\/commits?\/[0-9a-f]{7}|\[skip ci\]/iu;

const HOSTILE = [
  "@octocat fixes #1 closes https://github.com/o/r/issues/1 GH-1 o/r#1 [skip ci]",
  "`` ` @octocat ``` ~~~ </details> <img src=x onerror=alert(1)>",
  "<!-- mulu:boxes --> - [x] <!-- mulu:decline weights:huggingface:qwen/qwen4-8b --> -->",
  "- [x] <!-- mulu:rebase --> | a | b | \\| \\",
  "a\r\n- [x] <!-- mulu:rebase -->\u2028@octocat\u0000\u202e#1\ud800",
  "<!-- mulu:v1 AAAA -->",
];

/** What a Markdown reader sees outside code. */
function outsideCode(markdown: string): string {
  const parts: string[] = [];
  void marked.walkTokens(marked.lexer(markdown), (token) => {
    const hasParts = "tokens" in token && token.tokens !== undefined;
    if ((token.type === "text" || token.type === "html") && !hasParts) parts.push(token.raw);
  });
  return parts.join("\n");
}

const ID = "Qwen/Qwen4-8B";
const place = openPlacement({ entries: realContext.entries, sameOrganization: (name) => [name] });

function bodyWith(outside: string): string {
  const facts = factsOf(ID, { license: { tag: "other", name: outside.slice(0, 300), link: outside } });
  const placed = placedAt(ID, place(ID), { facts: foundOn(facts), named: [namingOf(ID, {}, outside)] });
  const drafts = draftsOf([placed], realContext);
  const release = releaseOf("v1", "2026-01-01T00:00:00Z", { notes: outside });
  const signals = [
    signal("weights", "", placed),
    signal("release", 1, { entry: entryOf("model", { name: outside }), release: { ...release, tag: outside } }),
  ];
  const files = drafts.flatMap(({ entry, created }) =>
    created === undefined ? [] : [{ file: `${entry}.yaml`, text: writeEntry(created) }],
  );
  const notices = [{ repository: "o/r", notice: { kind: "tag" as const, tag: outside } }];
  const changes = [{ entry: "model", field: "latestRelease.tag", before: outside, after: outside }];
  return bodyOf({ changes, signals, notices, drafts, files, cards: [] }, text);
}

describe("the text of a pull request", () => {
  it.each(HOSTILE)("gives %j nothing to do, in Markdown and as a commit's message", (outside) => {
    const body = bodyWith(outside);
    expect(body).not.toMatch(ACTIVE);
    expect(outsideCode(body)).not.toMatch(/<(?!\/?(?:details|summary)>|!--)/);
    expect(body.isWellFormed()).toBe(true);
    for (const unseen of ["\u202e", "\u2028", "\u0000"]) expect(body).not.toContain(unseen);
    expect(asksRebase(body)).toBe(false);
    expect(tickedToDecline(body)).toEqual(new Set());
    const marker = { v: 1 as const, signals: ["weights:a"], digest: "d", title: "t", body: "b" };
    expect(splitMarker(withMarker(body, marker)).marker).toEqual(marker);
  });

  it("is no longer than GitHub takes, with its marker whole at the end, whatever comes", () => {
    const long = `${"版本@x#1`".repeat(2000)}`;
    const models = Array.from({ length: 100 }, (_, at) => {
      const id = `Qwen/Qwen4-${at + 1}B-${"x".repeat(80)}`;
      return placedAt(id, place(id), { named: [namingOf(id, { id: at }, long)] });
    });
    const drafts: Draft[] = models.map((model, at) => ({
      entry: `entry-${at}`,
      created: undefined,
      edits: [],
      changes: [],
      open: OPEN_POINTS,
      models: [model],
    }));
    const signals = [
      ...models.map((model) => signal("weights", "", model)),
      ...[1, 2, 3].map((number) =>
        signal("release", number, {
          entry: entryOf("model"),
          release: releaseOf(`v${long}`, "2026-01-01T00:00:00Z", { notes: `${"~".repeat(9000)}${long}` }),
        }),
      ),
    ];
    const changes = Array.from({ length: 300 }, () => ({
      entry: "model",
      field: "latestRelease.tag",
      before: long,
      after: long,
      evidence: `https://github.com/o/r/releases/tag/${encodeURIComponent(long)}`,
    }));
    const notices = Array.from({ length: 200 }, () => ({
      repository: "o/r",
      notice: { kind: "tag", tag: long } as const,
    }));
    const ids = signals.map(({ id }) => id);
    const room = roomBeside({ title: "t", signals: ids });
    const body = bodyOf({ changes, signals, notices, drafts, files: [], cards: [] }, text, room);
    const marker = { v: 1 as const, signals: ids, digest: "0".repeat(16), title: "t", body: "0".repeat(16) };
    const whole = withMarker(body, marker);
    expect(whole.length).toBeLessThanOrEqual(65_536);
    expect(whole.endsWith("-->")).toBe(true);
    expect(splitMarker(whole).marker).toEqual(marker);
    expect(body).toContain(text("proposal.rebase"));
    expect(body).toContain(text("proposal.leftForRoom"));
    expect(tickedToDecline(body.replace("- [ ] <!-- mulu:decline", "- [x] <!-- mulu:decline")).size).toBe(1);
  });
});

test("text from outside is code of one line, and harmless, whatever it is", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "binary" })), { maxLength: 4 }),
      (parts) => {
        const shown = quoted(parts.join(""), 80);
        expect(shown).toMatch(/^`[^`\n\r\u2028]+`$/u);
        expect(shown).not.toMatch(ACTIVE);
        expect(shown.isWellFormed()).toBe(true);
        expect([...visibleLine(parts.join(""), 80)].length).toBeLessThanOrEqual(81);
      },
    ),
  );
});

test("a line of a million characters is cut, between characters", () => {
  expect(visibleLine("😀".repeat(500_000), 3)).toBe("😀😀😀…");
  expect(visibleLine("abc", 3)).toBe("abc");
  expect(visibleLine("abcd", 3)).toBe("abc…");
});

test("what separates lines in Unicode costs no more than other text", () => {
  const separators = "\u2028 \t".repeat(100_000);
  expect(harmless(separators)).toBe(separators);
});
