import fc from "fast-check";
import { expect, test } from "vitest";
import { code, link, plain } from "#src/base/markdown.ts";
import { paginate } from "#src/chat/pages.ts";
import { clip, customId } from "#src/chat/view.ts";
import { renderMarkdown } from "#src/terminal/render.ts";

const paper = { colour: false, columns: Number.POSITIVE_INFINITY };

test("text from data is shown as it is, whatever it holds", () => {
  const visible = (text: string): string => text.replace(/\s+/g, " ").trim();
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(..."*_~`|>[]()#-<@!:.1a 中\\".split(""), "@everyone", "https://x.y"), { maxLength: 30 }),
      (parts) => {
        const data = parts.join("").trim();
        expect(visible(renderMarkdown(`x ${plain(data)}`, paper)).replaceAll("\u200b", "")).toBe(visible(`x ${data}`));
      },
    ),
  );
});

test("data cannot mention everyone, begin a heading or close its own code", () => {
  expect(plain("@everyone @here")).not.toMatch(/@(?:everyone|here)/);
  expect(plain("# big\n-# small")).toMatch(/^\\#/);
  expect(code("a`b")).toBe("`aˋb`");
});

test("only http addresses become links", () => {
  expect(link("a]b", "https://e.org/a b")).toBe("[a\\]b](https://e.org/a%20b)");
  expect(link("x", "javascript:alert(1)")).toBe("x");
});

test("clipping keeps characters whole and the length", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 40 }), (text, length) => {
      const clipped = clip(text, length);
      expect(clipped.length).toBeLessThanOrEqual(Math.max(length, 1));
      expect(clipped.isWellFormed()).toBe(true);
    }),
  );
});

test("pages hold every item once, in order, within the room", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(50)),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 50, max: 200 }),
      (sizes, items, characters) => {
        const pages = paginate(sizes, (size) => size, { items, characters });
        expect(pages.flat()).toEqual(sizes);
        for (const page of pages) {
          expect(page.length).toBeLessThanOrEqual(items);
          expect(page.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(characters);
        }
      },
    ),
  );
});

test("a state too long for a custom id is a fault that shows at once", () => {
  expect(customId("models", "page", 1, "int4")).toBe("models:page:1:int4");
  expect(() => customId("models", "page", "x".repeat(100))).toThrow(RangeError);
});
