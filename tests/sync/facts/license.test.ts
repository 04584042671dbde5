import { describe, expect, test } from "vitest";
import { licensesOf } from "#src/catalog/entry/of-variant.ts";
import type { License } from "#src/catalog/entry/schema.ts";
import { licenseOf, licenseReadings, normalLicense } from "#src/sync/facts/license.ts";
import type { ModelFacts } from "#src/sync/hubs/hub.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { modelFacts } from "./model-facts.ts";

const readings = licenseReadings(realCatalog.entries);
const read = (license: Partial<ModelFacts["license"]>, siblings: License[] = [], base?: License) =>
  licenseOf(
    modelFacts({ license: { tag: undefined, name: undefined, link: undefined, ...license } }),
    siblings,
    readings,
    base,
  );
const own = (weights: string, commercial: License["commercial"]): License => ({ weights, commercial });

describe("the licence of weights", () => {
  test.each([
    ["apache-2.0", { weights: "Apache-2.0", commercial: "yes" }],
    ["mit", { weights: "MIT", commercial: "yes" }],
    ["openmdw-1.0", { weights: "OpenMDW-1.0", commercial: "yes" }],
    ["llama3", { commercial: "conditional" }],
    ["llama2", { commercial: "conditional" }],
    ["llama3.2", { commercial: "conditional" }],
    ["cc-by-nc-4.0", { weights: "cc-by-nc-4.0", commercial: "no" }],
    ["cc-by-nc-sa-4.0", { commercial: "no" }],
    ["cc-by-sa-4.0", { commercial: "unknown" }],
    ["gpl-3.0", { commercial: "unknown" }],
    ["bigcode-openrail-m", { weights: "bigcode-openrail-m", commercial: "unknown" }],
  ])("with the hub's tag %s is read as the catalog reads it", (tag, expected) => {
    expect(read({ tag })).toMatchObject(expected);
  });

  test("that is permissive is known where no entry states it, and no other is", () => {
    const alone = (tag: string) =>
      licenseOf(modelFacts({ license: { tag, name: undefined, link: undefined } }), [], new Map());
    expect(alone("apache-2.0")).toMatchObject({ weights: "Apache-2.0", commercial: "yes" });
    expect(alone("mit")).toMatchObject({ weights: "MIT", commercial: "yes" });
    expect(alone("gpl-3.0")).toMatchObject({ commercial: "unknown" });
  });

  test("of the maker's own is that of an entry of the same organisation, before that of any other", () => {
    const link = "https://example.org/LICENSE";
    const siblings = [own("Example Community License", "registration"), own("MIT", "yes")];
    const license = { tag: "other", name: "example-community", link };
    const expected = { weights: "Example Community License", commercial: "registration", weightsUrl: link };
    expect(read(license, siblings)).toEqual(expected);
    expect(read(license)).toEqual({ weights: "example-community", commercial: "unknown", weightsUrl: link });
    expect(read(license, [...siblings, own("Example Community License", "no")])?.commercial).toBe("unknown");
    const hunyuan = read({ tag: "other", name: "tencent-hunyuan-community" });
    expect(hunyuan).toMatchObject({ weights: "Tencent Hunyuan Community License", commercial: "conditional" });
    expect(
      read({ tag: "other", name: "tencent-hunyuan-community" }, [own("Tencent Hunyuan Community License", "no")]),
    ).toMatchObject({
      commercial: "no",
    });
    expect(read({ tag: "other", name: "qwen-research" })).toMatchObject({ commercial: "no" });
    expect(read({ tag: "other", name: "modified-mit" })).toMatchObject({ commercial: "conditional" });
  });

  test("is not read where the hub names none, and unknown where it says only that there is one", () => {
    expect(read({})).toBeUndefined();
    expect(read({ link: "LICENSE" })).toBeUndefined();
    const file = "https://huggingface.co/Example/Model-8B/blob/main/LICENSE";
    expect(read({ tag: "other", link: "LICENSE" })).toEqual({ commercial: "unknown", weightsUrl: file });
    expect(read({ tag: "unknown" })).toEqual({ commercial: "unknown" });
  });

  test("is as strict as that of its base model", () => {
    const base: License = {
      weights: "Llama 3 Community License",
      commercial: "conditional",
      clause: { zh: "条款", en: "terms" },
    };
    const strict = { weights: "MIT", commercial: "conditional", clause: { zh: "条款", en: "terms" } };
    expect(read({ tag: "mit" }, [], base)).toEqual(strict);
    expect(read({ tag: "mit" }, [], own("Apache-2.0", "yes"))).toEqual({ weights: "MIT", commercial: "yes" });
    expect(read({ tag: "mit" }, [], { commercial: "unknown" })?.commercial).toBe("yes");
    expect(read({ tag: "cc-by-nc-4.0" }, [], base)?.commercial).toBe("no");
    expect(read({ tag: "gpl-3.0" }, [], base)?.commercial).toBe("unknown");
    expect(read({ tag: "gpl-3.0" }, [], own("x", "no"))?.commercial).toBe("no");
  });

  test("has no hostile link, and no name that a catalog could not hold", () => {
    for (const link of ["javascript:alert(1)", "../../etc/passwd", "http://localhost/x", "a b", "x".repeat(10_000)]) {
      expect(read({ tag: "other", name: "own", link })).toEqual({ weights: "own", commercial: "unknown" });
    }
    expect(read({ tag: "other", name: "a\nb" })).toEqual({ commercial: "unknown" });
    expect(read({ tag: "other", name: "x".repeat(100_000) })).toEqual({ commercial: "unknown" });
    expect(read({ tag: "__proto__" })).toEqual({ weights: "__proto__", commercial: "unknown" });
  });

  test("is one licence however it is written", () => {
    const ways = [
      "Apache-2.0",
      "apache-2.0",
      "Apache 2.0",
      "Apache License 2.0",
      "Apache License Version 2.0",
      "apache2.0",
    ];
    expect(new Set([...ways, "Apache-2.0（HF 标注）"].map(normalLicense))).toEqual(new Set(["apache-2.0"]));
    expect(new Set(["MIT", "mit", "MIT License", "The MIT License"].map(normalLicense))).toEqual(new Set(["mit"]));
    expect(normalLicense("Qwen Research License")).not.toBe(normalLicense("Qwen License"));
    expect(normalLicense("llama3.1")).not.toBe(normalLicense("llama3"));
  });

  test("of the catalog's own comes back from its name, or is unknown", () => {
    const stated = realCatalog.entries
      .flatMap(licensesOf)
      .filter(({ weights }) => weights !== undefined && !/[（(；;，,]/.test(weights));
    const answers = stated.map(({ weights = "", commercial }) => ({
      weights,
      commercial,
      read: read({ tag: "other", name: weights })?.commercial,
    }));
    const right = answers.filter(({ commercial, read: answer }) => answer === commercial);
    const unknown = answers.filter(({ commercial, read: answer }) => answer === "unknown" && commercial !== "unknown");
    expect(right.length / answers.length).toBeGreaterThan(0.88);
    // A licence that is stricter with some base model is read without it here.
    expect((answers.length - right.length - unknown.length) / answers.length).toBeLessThan(0.02);
  });
});
