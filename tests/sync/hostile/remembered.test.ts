import { expect, test } from "vitest";
import { textIn } from "#src/base/locale.ts";
import { NO_MEMORY, splitDashboard } from "#src/sync/dashboard/dashboard-marker.ts";
import { planDashboard } from "#src/sync/dashboard/dashboard-plan.ts";
import { splitMarker, withMarker } from "#src/sync/propose/marker.ts";
import { signal } from "#src/sync/sources/signal.ts";
import { entryOf } from "#tests/sync/samples.ts";

const IGNORED = "weights:huggingface:a/b";
const NOTHING = { open: [], waiting: [], leftOut: [], declined: [], failed: [] };

test.each(["v1\u200brc", "v1\u202erc", "v\ud800", `v${"x".repeat(400)}`, "v 1"])(
  "a dashboard remembers what people decided, whatever a tag is called that is noticed beside it: %j",
  (tag) => {
    const plan = planDashboard(
      {
        today: "2026-11-29",
        decisions: {
          declined: new Set([IGNORED]),
          wanted: new Set(),
          lookAgain: false,
          noticed: new Map(),
          memory: { ...NO_MEMORY, ignored: [IGNORED] },
        },
        input: {
          ...NOTHING,
          noticed: [{ id: `notice:prerelease:a/b:${tag}`, name: "a/b", propose: false }],
          older: { since: "", byOrganization: [] },
          cost: { requests: 0, points: 0, hubRequests: 0 },
        },
      },
      undefined,
      textIn("zh-CN"),
    );
    expect(splitDashboard(plan?.body ?? "").marker?.ignored).toEqual([IGNORED]);
  },
);

test.each([100, 255, 400, 5000])("a pull request remembers a signal of a tag with %i characters", (length) => {
  const tag = { name: "版".repeat(length), commit: "c".repeat(40), date: undefined };
  const { id } = signal("tag", 12, { entry: entryOf("model"), tag });
  const other = signal("tag", 12, { entry: entryOf("model"), tag: { ...tag, name: `${tag.name}2` } });
  expect(other.id).not.toBe(id);
  const marker = { v: 1 as const, signals: [id], digest: "d", title: "t", body: "b" };
  expect(splitMarker(withMarker("text", marker)).marker?.signals).toEqual([id]);
});

test("a text of empty lines is read as fast as any other", () => {
  const lines = "\n".repeat(65_000);
  expect(splitMarker(`${lines}x`).marker).toBeUndefined();
  expect(splitMarker(withMarker(`x${lines}`, { v: 1, signals: [], digest: "", title: "", body: "" })).text).toBe("x");
});
