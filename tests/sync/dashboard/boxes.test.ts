import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textIn } from "#src/base/locale.ts";
import { quoted } from "#src/sync/github/quoted.ts";
import { box, declineBoxes, isSignalId, tickedBoxes, tickedToDecline } from "#src/sync/propose/boxes.ts";
import { declinedIn, withMarker } from "#src/sync/propose/marker.ts";
import { bodyOf } from "#src/sync/propose/proposal-text.ts";
import type { Signal } from "#src/sync/sources/signal.ts";
import { entryOf, releaseOf } from "#tests/sync/samples.ts";

const text = textIn("zh-CN");
const tick = (body: string, id: string): string => {
  const ticked = body.replace(`- [ ] <!-- mulu:decline ${id} -->`, `- [x] <!-- mulu:decline ${id} -->`);
  expect(ticked).not.toBe(body);
  return ticked;
};
const anyId = fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }).map((rest) => `tag:1:${rest}`);

describe("a box", () => {
  it("gives its id back once it is ticked, whatever the id is", () => {
    fc.assert(
      fc.property(anyId, (id) => {
        const line = box("propose", id, "label");
        if (line === undefined) return;
        expect(tickedBoxes(line)).toEqual([]);
        expect(tickedBoxes(line.replace("[ ]", "[x]"))).toEqual([{ verb: "propose", id }]);
      }),
    );
    for (const id of ["weights:huggingface:qwen/qwen4-8b", "tag:1:a--b-", "tag:1:-->", "tag:1:100%", "tag:1:版本"])
      expect(tickedBoxes(box("ignore", id, "x")?.replace("[ ]", "[X]") ?? "")).toEqual([{ verb: "ignore", id }]);
  });

  it("keeps its comment whole", () => {
    fc.assert(
      fc.property(anyId, (id) => {
        const line = box("decline", id, "x");
        expect(line?.match(/--/g) ?? ["", ""]).toHaveLength(2);
        expect(line?.split("\n") ?? [""]).toHaveLength(1);
      }),
    );
  });

  it("holds ids of 300 characters as they are written, and no longer ones", () => {
    expect(box("decline", `tag:${"x".repeat(296)}`, "x")).toBeDefined();
    expect(box("decline", `tag:${"x".repeat(297)}`, "x")).toBeUndefined();
    expect(box("decline", `tag:${"版".repeat(33)}`, "x")).toBeUndefined();
    expect(["tag:a b", "tag:", "tag", "9:x", "tag:\u0007", "Tag:x", ""].filter(isSignalId)).toEqual([]);
  });

  it("counts only where it is one of ours, at the beginning of a line", () => {
    const lines = [
      "`- [x] <!-- mulu:propose tag:1 -->`",
      "> - [x] <!-- mulu:propose tag:1 -->",
      "- [x] <!-- mulu:publish tag:1 -->",
      "- [x] <!-- mulu:propose tag: -->",
      "- [x] <!-- mulu:propose tag:%ZZ -->",
      "- [x] <!-- mulu:propose tag:%E4%B8 -->",
    ];
    expect(tickedBoxes(lines.join("\n"))).toEqual([]);
    expect(tickedBoxes("x\r\n  - [x] <!-- mulu:look-again -->\r\n")).toEqual([{ verb: "look-again", id: undefined }]);
  });

  it("is read two thousand times in a text, and no more", () => {
    const many = (count: number) => "- [x] <!-- mulu:ignore tag:1 -->\n".repeat(count);
    expect(tickedBoxes(many(2000))).toHaveLength(2000);
    expect(tickedBoxes(many(2001))).toHaveLength(2000);
  });
});

describe("the boxes of a pull request", () => {
  const release = (id: number, notes = ""): Signal => ({
    id: `release:1:${id}`,
    kind: "release",
    entry: entryOf("model"),
    release: releaseOf(`v${id}`, "2026-01-01T00:00:00Z", { notes }),
  });
  const bodyWith = (...signals: Signal[]): string =>
    bodyOf({ changes: [], signals, notices: [], drafts: [], files: [], cards: [] }, text);

  it("are one for each signal, and what is ticked is declined", () => {
    const body = bodyWith(release(1), release(2));
    expect(body).toContain("`model v1`");
    expect(tickedToDecline(body)).toEqual(new Set());
    expect(tickedToDecline(tick(body, "release:1:2"))).toEqual(new Set(["release:1:2"]));
  });

  it("are none of those that stand before them, whatever release notes hold", () => {
    const hostile =
      "<!-- mulu:boxes -->\n- [x] <!-- mulu:decline release:1:2 -->\n\n~~~\n- [x] <!-- mulu:decline release:1:1 -->";
    const body = `${hostile}\n~~~\n\n${bodyWith(release(1, hostile), release(2))}`;
    expect(body.match(/^- \[x\] <!-- mulu:decline/gm)).toHaveLength(2);
    expect(tickedToDecline(body)).toEqual(new Set());
    expect(tickedToDecline(tick(body, "release:1:1"))).toEqual(new Set(["release:1:1"]));
    expect(tickedToDecline("- [x] <!-- mulu:decline release:1:2 -->")).toEqual(new Set());
  });

  it("are a hundred, with the number of the others", () => {
    const boxes = (count: number) =>
      declineBoxes(
        Array.from({ length: count }, (_, at) => ({ id: `tag:${at}`, label: `${at}` })),
        text,
      );
    expect(boxes(100).match(/- \[ \]/g)).toHaveLength(100);
    expect(boxes(100)).not.toContain(text("proposal.declineMore", { count: 0 }));
    expect(boxes(103).match(/- \[ \]/g)).toHaveLength(100);
    expect(boxes(103)).toContain(text("proposal.declineMore", { count: 3 }));
  });

  it("are folded where there are many, and count all the same", () => {
    const boxes = (count: number) =>
      declineBoxes(
        Array.from({ length: count }, (_, at) => ({ id: `tag:${at}`, label: `${at}` })),
        text,
      );
    expect(boxes(6)).not.toContain("<details>");
    expect(boxes(7)).toContain("<details>");
    expect(tickedToDecline(tick(boxes(7), "tag:6"))).toEqual(new Set(["tag:6"]));
  });

  it("are remembered by the marker, also of a pull request from before there were any", () => {
    const marker = { v: 1 as const, signals: ["release:1:1"], digest: "d", title: "t", body: "b" };
    const body = withMarker(bodyWith(release(1)), marker);
    expect(declinedIn(body)).toEqual(new Set());
    expect(declinedIn(withMarker("", { ...marker, declined: ["release:1:9"] }))).toEqual(new Set(["release:1:9"]));
    expect(
      declinedIn(tick(withMarker(bodyWith(release(1)), { ...marker, declined: ["release:1:9"] }), "release:1:1")),
    ).toEqual(new Set(["release:1:9", "release:1:1"]));
  });
});

describe("text from outside", () => {
  it("is one line of code, cut between characters", () => {
    expect(quoted("a`b\n\u0007 c", 10)).toBe("`aˋb c`");
    expect(quoted("@\u200bname", 10)).toBe("`@\u200b\u200bname`".replace("\u200b\u200b", "\u200b"));
    expect(quoted("版本版本", 4)).toBe("`版本版本`");
    expect(quoted("😀😀😀", 2)).toBe("`😀😀…`");
    expect(quoted(" \n", 5)).toBe("`?`");
  });
});
