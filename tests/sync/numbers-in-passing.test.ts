import { expect, it } from "vitest";
import { textIn } from "#src/base/locale.ts";
import { bodyOf } from "#src/sync/propose/proposal-text.ts";

const text = textIn("en-US");
const body = (changes: Parameters<typeof bodyOf>[0]["changes"]): string =>
  bodyOf({ changes, signals: [], notices: [], drafts: [], files: [], cards: [] }, text);

it("numbers of repositories are one line below the table, and no rows of it", () => {
  const written = body([
    { entry: "one", field: "latestRelease", before: "v1", after: "v2" },
    ...["one", "two"].map((entry) => ({ entry, field: "repository.id", after: "7" })),
  ]);
  expect(written.match(/^\| `/gm)).toHaveLength(1);
  expect(written).toContain(text("proposal.numbers", { field: "`repository.id`", names: "`one`, `two`" }));
});

it("nothing is said where none is noted", () => {
  expect(body([{ entry: "one", field: "latestRelease", after: "v2" }])).not.toContain("repository.id");
});
