import { describe, expect, test } from "vitest";
import { everyWeights } from "#src/catalog/entry/editions.ts";
import { readCatalog } from "#src/catalog/entry/load.ts";
import { NO_WATCH } from "#src/catalog/entry/watch.ts";
import { organizationOf } from "#src/sync/hubs/hub.ts";
import { ownOrganizations, sameOrganization } from "#src/sync/names/organizations.ts";

const { watch, entries } = await readCatalog("catalog");
const same = sameOrganization(watch);
/** Homes of copies and shared homes: nobody's own. */
const COPIERS = ["AI-ModelScope", "LLM-Research", "iic", "swift", "modelscope", "damo", "unsloth", "mradermacher"];

test("an organisation's names are found by any of them, the one in use first", () => {
  const zai = ["zai-org", "THUDM", "ZhipuAI"];
  expect(["thudm", "ZhipuAI", "zai-org"].map(same)).toEqual([zai, zai, zai]);
  expect(same("Shanghai_AI_Laboratory")).toEqual(["internlm", "Shanghai_AI_Laboratory"]);
});

test("a name that is the same on both hubs is one name, as Hugging Face writes it", () => {
  expect(same("skywork")).toEqual(["Skywork"]);
  expect(same("qwen")).toEqual(["Qwen"]);
});

test("one that nobody noted is its only name", () => {
  expect(same("Somebody")).toEqual(["Somebody"]);
  expect(sameOrganization(NO_WATCH)("THUDM")).toEqual(["THUDM"]);
});

describe("the organisations of some entries", () => {
  test("have all their names, in lower case", () => {
    const own = ownOrganizations([{ sync: { hubOrgs: ["zai-org"] } }, {}], watch);
    expect([...own].toSorted()).toEqual(["thudm", "zai-org", "zhipuai"]);
    expect(ownOrganizations([{ sync: { hubOrgs: ["THUDM"] } }], NO_WATCH)).toEqual(new Set(["thudm"]));
    expect(ownOrganizations([], watch).size).toBe(0);
  });

  test("are never those who copy", () => {
    const own = ownOrganizations(entries, watch);
    expect(COPIERS.filter((name) => own.has(name.toLowerCase()))).toEqual([]);
  });

  test("have what the catalog has of them on ModelScope", () => {
    const unknown = entries.flatMap((entry) => {
      const hubOrgs = entry.sync?.hubOrgs ?? [];
      const own = ownOrganizations([entry], watch);
      return everyWeights(entry).flatMap(({ row: { hub, id } }) => {
        const organization = hub === "modelscope" && id !== undefined ? organizationOf(id) : undefined;
        const isOf =
          organization === undefined || own.has(organization.toLowerCase()) || COPIERS.includes(organization);
        return hubOrgs.length === 0 || isOf ? [] : [`${entry.id}: ${id}`];
      });
    });
    expect(unknown).toEqual([]);
  });
});
