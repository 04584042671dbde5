import fc from "fast-check";
import { marked } from "marked";
import { describe, expect, it } from "vitest";
import { LOCALES, textIn } from "#src/base/locale.ts";
import { commitMessage, ownDigest, splitMarker, withMarker } from "#src/sync/propose/marker.ts";
import { asksRebase, type BodyParts, bodyOf, titleOf } from "#src/sync/propose/proposal-text.ts";
import type { Signal } from "#src/sync/sources/signal.ts";
import { entryOf, found, releaseOf, repositoryOf } from "./samples.ts";

const text = textIn("zh-CN");
const release = (tag: string, notes: string): Signal => ({
  id: "release:1:2",
  kind: "release",
  entry: entryOf("model"),
  release: releaseOf(tag, "2026-01-01T00:00:00Z", { notes }),
});
const bodyFor = (parts: Partial<BodyParts>): string =>
  bodyOf({ changes: [], signals: [], notices: [], drafts: [], files: [], cards: [], ...parts }, text);
const bodyWith = (notes: string, tag = "v1"): string => bodyFor({ signals: [release(tag, notes)] });

/** What a Markdown reader sees outside code. */
function outsideCode(markdown: string): string {
  const parts: string[] = [];
  void marked.walkTokens(marked.lexer(markdown), (token) => {
    if (token.type === "text" || token.type === "html") parts.push(token.raw);
  });
  return parts.join("\n");
}

describe("release notes in a pull request", () => {
  it.each([
    "@someone please look, fixes #12, see org/repo#3 and https://github.com/org/repo/issues/4",
    "~~~~~~\n@someone\n~~~",
    "</details>\n@someone <img src=x onerror=alert(1)>",
    "```\n@someone\n```\n\n- [x] <!-- mulu:rebase -->",
  ])("reach nobody and mean nothing: %j", (notes) => {
    const body = bodyWith(notes);
    expect(outsideCode(body)).not.toMatch(/someone|org\/repo|<img/);
    expect(body, "also where it becomes the message of a merge").not.toMatch(/@someone|#\d|issues\/\d/);
    expect(body.replaceAll("\u200b", "")).toContain(notes.split("\n")[0]);
  });

  it("stay inside their block whatever they are", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 200 }),
        fc.string({ unit: fc.constantFrom("~", "`", "\n", " ", "<", "x"), maxLength: 60 }),
        (a, b) => {
          expect(outsideCode(bodyWith(`${a}\n${b}\n@somebody\n${b}${a}`))).not.toContain("@somebody");
        },
      ),
    );
  });

  it("are cut at 8000 characters, and three releases have theirs shown", () => {
    expect(bodyWith("x".repeat(8000))).not.toContain(text("proposal.truncated"));
    const long = bodyWith("x".repeat(8001));
    expect(long).toContain(`${"x".repeat(8000)}\n${text("proposal.truncated")}\n`);
    const signals = [1, 2, 3, 4].map((number) => release(`v${number}`, `notes ${number}`));
    const body = bodyFor({ signals });
    expect(["notes 1", "notes 2", "notes 3", "notes 4"].map((notes) => body.includes(notes))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it("are inside a fence that is longer than any of theirs, whatever the shorter ones do", () => {
    expect(outsideCode(bodyWith("x\n   ~~~~\n@someone"))).not.toContain("@someone");
    for (const length of [1, 2, 3, 4, 7]) {
      const run = "~".repeat(length);
      const fence = /^(~+)text$/m.exec(bodyWith(`~\n${run}\n@someone\n~~`))?.[1];
      expect(fence).toBe("~".repeat(Math.max(3, length + 1)));
      expect(outsideCode(bodyWith(`${run}\n@someone\n${run}`))).not.toContain("@someone");
    }
  });

  it("are cut where they are long, and the text stays within what GitHub takes", () => {
    const signals = Array.from({ length: 40 }, () => release("v1", "x".repeat(60_000)));
    const many = Array.from({ length: 2000 }, (_, number) => ({
      entry: `model-${number}`,
      field: "latestRelease",
      after: "1",
      evidence: "https://github.com/org/repository",
    }));
    const body = bodyFor({ changes: many, signals });
    const ids = Array.from(
      { length: 2000 },
      (_, number) => `release:${number * 7919 + 100_000_000}:${number * 104_729}`,
    );
    expect(withMarker(body, { v: 1, signals: ids, digest: "0", title: "t", body: "0" }).length).toBeLessThan(65_536);
  });
});

describe("what a pull request lists", () => {
  const change = { entry: "model", field: "released", after: "2026" };
  const listed = (count: number) => bodyFor({ changes: Array.from({ length: count }, () => change) });
  const noticed = (count: number) =>
    bodyFor({
      notices: Array.from({ length: count }, (_, at) => ({
        repository: `o/r${at}`,
        notice: { kind: "readmeUnread" as const, path: "README.md" },
      })),
    });
  it("is a hundred changes, and how many more there are", () => {
    expect(listed(100)).not.toContain(text("proposal.more", { count: 0 }));
    expect(listed(103)).toContain(text("proposal.more", { count: 3 }));
    expect(listed(103).match(/`released`/g)).toHaveLength(100);
  });
  it("is fifty notices", () => {
    expect(noticed(50)).toContain("o/r49");
    expect(noticed(51)).not.toContain("o/r50");
  });
});

describe("titles", () => {
  it("are cut at what GitHub shows", () => {
    const group = { entries: [entryOf("model")], observation: found(repositoryOf("Org/Model")) };
    const titled = (length: number) => titleOf(group, [release("x".repeat(length), "")], text).length;
    const frame = titled(1) - 1;
    expect([titled(200 - frame), titled(201 - frame)]).toEqual([200, 200]);
  });
  it.each(LOCALES)("say in %s what is new, and reach nobody", (locale) => {
    const group = { entries: [entryOf("model")], observation: found(repositoryOf("Org/Model")) };
    const title = titleOf(group, [release("@someone #1\nfixes #2", "")], textIn(locale));
    expect(title).toContain("model");
    expect(title).not.toMatch(/[@#](?=[\w])|\n/);
  });
});

describe("what a pull request remembers", () => {
  const marker = { v: 1 as const, signals: ["release:1:2"], digest: "d", title: "T", body: "b" };

  it("is found again behind any text, also with Windows line ends and more text behind it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (body) => {
        const whole = withMarker(body, marker);
        expect(splitMarker(whole).marker).toEqual(marker);
        expect(splitMarker(`${whole.replaceAll("\n", "\r\n")}\r\nmore`).marker).toEqual(marker);
      }),
    );
  });
  it("is nothing where somebody spoilt it", () => {
    fc.assert(fc.property(fc.base64String(), (packed) => void splitMarker(`x <!-- mulu:v1 ${packed} -->`)));
    expect(splitMarker("<!-- mulu:v1 AAAA -->").marker).toBeUndefined();
    expect(splitMarker("no marker").marker).toBeUndefined();
  });
  it("tells a ticked box from an empty one, and only a real one", () => {
    const body = bodyWith("- [x] <!-- mulu:rebase -->");
    expect(asksRebase(body)).toBe(false);
    expect(asksRebase(body.replace("- [ ] <!-- mulu:rebase", "- [x] <!-- mulu:rebase"))).toBe(true);
  });
});

describe("a branch of ours", () => {
  const tree = "a".repeat(40);
  const message = commitMessage("Title", { tree, digest: "0123456789abcdef" });

  it("is one whose head names its own tree", () => {
    expect(ownDigest({ message, tree })).toBe("0123456789abcdef");
  });
  it("is no other, with the trailer copied or without one", () => {
    expect(ownDigest({ message, tree: "b".repeat(40) })).toBeUndefined();
    expect(ownDigest({ message: "Merge branch 'main'", tree })).toBeUndefined();
  });
});
