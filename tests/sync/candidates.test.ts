import { describe, expect, test } from "vitest";
import { NO_WATCH, type Watch } from "#src/catalog/entry/watch.ts";
import type { ListedModel, Listing } from "#src/sync/hubs/hub.ts";
import {
  type CandidatesInput,
  candidatesOf,
  knownIn,
  namedByRepositories,
  namesInTexts,
  ownersOrganizations,
} from "#src/sync/sources/candidates.ts";
import { entryOf, repositoryOf } from "./samples.ts";

const listed = (id: string, fields: Partial<ListedModel> = {}): ListedModel => ({
  ...{ hub: "huggingface", id, createdAt: "2026-11-20T00:00:00.000Z", lastModified: undefined, sha: undefined },
  ...{ pipelineTag: undefined, library: undefined, tags: [], architectures: [], gated: false },
  ...fields,
});
const listing = (models: readonly ListedModel[], fields: Partial<Listing> = {}): Listing => ({
  ...{ hub: "huggingface", organization: "Org", models, readAt: 0, appeared: undefined },
  ...fields,
});
const watch: Watch = {
  ...NO_WATCH,
  since: "2026-06-01",
  organizations: [{ huggingface: ["Org", "OldOrg"], modelscope: ["OrgMs"] }],
  leaveOut: [{ id: "embeddings", zh: "向量", en: "embeddings", names: ["*-Embedding"] }],
};
const entry = entryOf("model", {
  repository: { name: "Owner/Model" },
  sync: { hubOrgs: ["Org"] },
  weights: [{ label: "7B", hub: "huggingface", id: "Org/Known-7B", formerId: "OldOrg/Former-7B" }],
});
/** The candidates beside the entry; READMEs are of its repository. */
function candidates({ readme = "", ...input }: Partial<CandidatesInput> & { readme?: string }) {
  const readmes = [{ oid: "1".repeat(40), path: "README.md", text: readme }];
  const repositories = [{ entries: [entry], repository: repositoryOf("Owner/Model", { readmes }) }];
  return candidatesOf({
    ...{ entries: [entry], watch, collections: new Map(), listings: [] },
    ...{ declined: new Set(), wanted: new Set(), open: new Set(), unreadable: new Set() },
    named: namedByRepositories(repositories, { entries: [entry], watch }),
    ...input,
  });
}
const idsOf = (result: ReturnType<typeof candidatesOf>) => ({
  proposed: result.proposed.map(({ model }) => `${model.hub}:${model.id}`),
  leftOut: result.leftOut.map(({ candidate, rule }) => `${rule.id}:${candidate.model.id}`),
  older: result.older.map(({ model }) => model.id),
  declined: result.declined.map(({ model }) => model.id),
});
const NONE = { proposed: [], leftOut: [], older: [], declined: [] };
const link = (id: string): string => `https://huggingface.co/${id} `;

describe("a model that is listed", () => {
  const of = (model: ListedModel, input: Partial<CandidatesInput> = {}, fields: Partial<Listing> = {}) =>
    idsOf(candidates({ listings: [listing([model], fields)], ...input }));

  test("is proposed where it was made since the date of the watch list, and told else", () => {
    expect(of(listed("Org/New-7B", { createdAt: "2026-06-01T00:00:00.000Z" }))).toEqual({
      ...NONE,
      proposed: ["huggingface:Org/New-7B"],
    });
    expect(of(listed("Org/New-7B", { createdAt: "2026-05-31T23:59:59.000Z" }))).toEqual({
      ...NONE,
      older: ["Org/New-7B"],
    });
    expect(of(listed("Org/New-7B", { createdAt: undefined }))).toEqual({ ...NONE, older: ["Org/New-7B"] });
  });
  test("is proposed in spite of its date where it appeared, is in an open pull request, or is wanted", () => {
    const old = listed("Org/New-7B", { createdAt: "2025-01-01T00:00:00.000Z" });
    const key = new Set(["huggingface:org/new-7b"]);
    const proposed = { ...NONE, proposed: ["huggingface:Org/New-7B"] };
    expect(of(old, {}, { appeared: new Set(["org/new-7b"]) })).toEqual(proposed);
    expect(of(old, {}, { appeared: new Set(["org/other"]) })).toEqual({ ...NONE, older: ["Org/New-7B"] });
    expect(of(old, { open: key })).toEqual(proposed);
    expect(of(old, { wanted: key })).toEqual(proposed);
  });
  test("is none where an entry has it: on any hub, in any case, under its former id, or in an entry that cannot be read", () => {
    for (const id of ["Org/Known-7B", "org/known-7b", "OrgMs/Known-7B", "OldOrg/Former-7B"])
      expect(of(listed(id)), id).toEqual(NONE);
    expect(of(listed("Org/Broken-7B"), { unreadable: new Set(["broken-7b"]) })).toEqual(NONE);
    expect(of(listed("Org/Known-7B-FP8")).proposed).toEqual(["huggingface:Org/Known-7B-FP8"]);
  });
  test("is left out by a rule, named by it, unless it is wanted; a no comes before the rule", () => {
    const key = new Set(["huggingface:org/a-embedding"]);
    const model = listed("Org/A-Embedding");
    expect(of(model)).toEqual({ ...NONE, leftOut: ["embeddings:Org/A-Embedding"] });
    expect(of(model, { wanted: key })).toEqual({ ...NONE, proposed: ["huggingface:Org/A-Embedding"] });
    expect(of(model, { declined: key })).toEqual({ ...NONE, declined: ["Org/A-Embedding"] });
    expect(of(model, { open: key }), "being open is no reason against a rule").toEqual({
      ...NONE,
      leftOut: ["embeddings:Org/A-Embedding"],
    });
  });
  test("is declined under any address of it, and wanted all the same where both are said", () => {
    const key = new Set(["modelscope:orgms/new-7b"]);
    const both = [listing([listed("Org/New-7B")]), listing([listed("OrgMs/New-7B")], { hub: "modelscope" })];
    expect(idsOf(candidates({ listings: both, declined: key }))).toEqual({ ...NONE, declined: ["Org/New-7B"] });
    expect(idsOf(candidates({ listings: both, declined: key, wanted: key })).proposed).toHaveLength(1);
  });
  test("is one with the same on another hub and under a former name, and the name in use on Hugging Face answers for it", () => {
    const { proposed } = candidates({
      listings: [
        listing([listed("OrgMs/New-7B", { hub: "modelscope" })], { hub: "modelscope", organization: "OrgMs" }),
        listing([listed("Org/New-7B")]),
      ],
      readme: link("OldOrg/new-7b"),
    });
    expect(proposed).toMatchObject([
      {
        model: { hub: "huggingface", id: "Org/New-7B" },
        named: [{ form: "link" }],
        listed: { hub: "huggingface", id: "Org/New-7B" },
      },
    ]);
    expect(proposed[0]?.also).toEqual([
      { hub: "huggingface", id: "OldOrg/new-7b" },
      { hub: "modelscope", id: "OrgMs/New-7B" },
    ]);
  });
});

describe("a model that a README names", () => {
  test("is proposed whatever its age, and is none where its organisation is another's", () => {
    const old = listing([listed("Org/Old-7B", { createdAt: "2020-01-01T00:00:00.000Z" })]);
    const readme = link("Org/Old-7B") + link("Foreign/Model-7B");
    expect(idsOf(candidates({ readme, listings: [old] }))).toEqual({ ...NONE, proposed: ["huggingface:Org/Old-7B"] });
  });
  test("comes with its best evidence first: a link before a name in code, then by place", () => {
    const readme = ["`Org/New-7B`", link("Org/New-7B"), link("Org/New-7B")].join("\n");
    const other = entryOf("other", { repository: { name: "Owner/Another" }, sync: { hubOrgs: ["Org"] } });
    const repositoryWith = (name: string, id: number, text: string) =>
      repositoryOf(name, { id, readmes: [{ oid: "1".repeat(40), path: "README.md", text }] });
    const named = namedByRepositories(
      [
        { entries: [entry], repository: repositoryWith("Owner/Model", 1, readme) },
        { entries: [other], repository: repositoryWith("Owner/Another", 2, "`Org/New-7B`") },
      ],
      { entries: [entry, other], watch },
    );
    const [{ named: evidence = [] } = {}] = candidates({ named }).proposed;
    expect(evidence.map(({ form, repository, at }) => [form, repository.name, at.line])).toEqual([
      ["link", "Owner/Model", 2],
      ["code", "Owner/Another", 1],
    ]);
  });
  test("by name in code is on ModelScope where only that hub knows the organisation so; a link says its hub", () => {
    expect(idsOf(candidates({ readme: "`OrgMs/New-7B`" })).proposed).toEqual(["modelscope:OrgMs/New-7B"]);
    expect(idsOf(candidates({ readme: "`Org/New-7B`" })).proposed).toEqual(["huggingface:Org/New-7B"]);
    expect(idsOf(candidates({ readme: link("OrgMs/New-7B") })).proposed).toEqual(["huggingface:OrgMs/New-7B"]);
  });
  test("by a collection is proposed with the line of the link, where it is the project's own", () => {
    const readme = "\nhttps://huggingface.co/collections/Org/new-67aa00112233445566778899";
    const models = ["Org/New-7B", "Foreign/New-7B", "Org/Known-7B"].map((id) => ({ hub: "huggingface" as const, id }));
    const collections = new Map([["org/new-67aa00112233445566778899", models]]);
    const { proposed } = candidates({ readme, collections });
    expect(proposed).toMatchObject([
      { model: { id: "Org/New-7B" }, listed: undefined, named: [{ form: "link", at: { line: 2 } }] },
    ]);
  });
});

test("the same input gives the same candidates, sorted by their address, whatever order it comes in", () => {
  const models = ["Org/C-7B", "Org/a-7B", "Org/B-7B"].map((id) => listed(id));
  const sorted = ["huggingface:Org/a-7B", "huggingface:Org/B-7B", "huggingface:Org/C-7B"];
  expect(idsOf(candidates({ listings: [listing(models)] })).proposed).toEqual(sorted);
  expect(idsOf(candidates({ listings: [listing(models.toReversed())] })).proposed).toEqual(sorted);
});

describe("the organisations of a GitHub owner", () => {
  const other = entryOf("other", { repository: { name: "Else/Other" }, sync: { hubOrgs: ["Third"] } });
  const of = (name: string, owners: Watch["owners"] = []): string[] => [
    ...ownersOrganizations(name, [entry, other], { ...watch, owners }),
  ];
  test("are those of its entries under all names, those noted for it, and one of its very name", () => {
    expect(of("owner/New").toSorted()).toEqual(["oldorg", "org", "orgms"]);
    expect(of("Nobody/New")).toEqual([]);
    expect(of("Nobody/New", [{ name: "nobody", hubOrgs: ["OldOrg"] }]).toSorted()).toEqual(["oldorg", "org", "orgms"]);
    expect(of("THIRD/New"), "the organisation of an entry has its name").toEqual(["third"]);
  });
});

test("the catalog knows a model by all its ids", () => {
  const isHeld = knownIn([entry], { organizations: [{ huggingface: ["Org"], modelscope: ["OrgMS"] }] });
  for (const id of ["Org/Known-7B", "org/known-7b", "OldOrg/Former-7B", "OrgMS/Known-7B"])
    expect(isHeld(id), id).toBe(true);
  // The same name by somebody else is another model.
  for (const id of ["Org/Known", "Stranger/Known-7B"]) expect(isHeld(id), id).toBe(false);
});

test("texts that break the schema name their models all the same", () => {
  const text = "weights:\n  - id: Org/One-7B\n    formerId: 'Org/Was-7B'\n  - id: \"Org/Two\"\nrepository:\n  id: 12\n";
  expect([...namesInTexts([text])]).toEqual(["one-7b", "was-7b", "two"]);
});
