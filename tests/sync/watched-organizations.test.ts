import { expect, test } from "vitest";
import { NO_WATCH, type Watch } from "#src/catalog/entry/watch.ts";
import { watchedOrganizations } from "#src/sync/organizations.ts";
import { entryOf } from "./samples.ts";

const weights = (hub: "huggingface" | "modelscope", id: string) => [{ label: "7B", hub, id }];
const of = (hubOrgs: string[], fields: Parameters<typeof entryOf>[1] = {}) =>
  entryOf(hubOrgs.join("-"), { sync: { hubOrgs }, ...fields });

test("are those of the entries and of noted owners, each once under all its names", () => {
  const watch: Watch = {
    ...NO_WATCH,
    owners: [{ name: "someone", hubOrgs: ["Noted"] }, { name: "nameless" }],
    organizations: [{ huggingface: ["zai-org", "THUDM"], modelscope: ["ZhipuAI"] }],
  };
  expect(watchedOrganizations([of(["THUDM"]), of(["zai-org", "Qwen"]), of(["qwen"])], watch).organizations).toEqual([
    { huggingface: ["zai-org", "THUDM"], modelscope: ["ZhipuAI"] },
    { huggingface: ["qwen"], modelscope: [] },
    { huggingface: ["Noted"], modelscope: [] },
  ]);
});

test("are looked for on ModelScope where the entries have weights there and nowhere else", () => {
  const hubsOf = (...entries: Parameters<typeof watchedOrganizations>[0]) =>
    watchedOrganizations(entries, NO_WATCH).organizations;
  const onlyThere = { huggingface: [], modelscope: ["Org"] };
  const onHuggingface = { huggingface: ["Org"], modelscope: [] };
  expect(hubsOf(of(["Org"], { weights: weights("modelscope", "org/A") }))).toEqual([onlyThere]);
  expect(hubsOf(of(["Org"]))).toEqual([onHuggingface]);
  expect(hubsOf(of(["Org"], { weights: weights("modelscope", "Else/A") }))).toEqual([onHuggingface]);
  expect(
    hubsOf(
      of(["Org"], { weights: weights("modelscope", "Org/A") }),
      of(["Org"], { weights: weights("huggingface", "Org/B") }),
    ),
  ).toEqual([onHuggingface]);
});

test("have the newest date that any of their entries states, under all their names", () => {
  const watch: Watch = { ...NO_WATCH, organizations: [{ huggingface: ["New", "Old"], modelscope: [] }] };
  const { newest } = watchedOrganizations(
    [
      of(["Old"], { released: "2024-05", updates: [{ released: "2025-02", name: "v2" }] }),
      of(["New"], { released: "2025-01-31" }),
      of(["Silent"]),
    ] as Parameters<typeof watchedOrganizations>[0],
    watch,
  );
  expect(Object.fromEntries(newest)).toEqual({ new: "2025-02", old: "2025-02", silent: "" });
});
