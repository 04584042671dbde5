import { describe, expect, it } from "vitest";
import { attentionOf, embeddingsOf } from "#src/catalog/entry/of-variant.ts";
import { sizesOfSameShape } from "#src/sync/propose/draft/same-shape.ts";
import { realContext, realEntry } from "./candidates.ts";

describe("sizes of a model of the same shape", () => {
  const entry = realEntry("glm-4.6");
  const attention = attentionOf(entry, undefined);
  const embeddings = embeddingsOf(entry, undefined);
  const sizes = (id: string, storedB: number | undefined, named = {}, shape = attention) =>
    shape && sizesOfSameShape({ id, attention: shape, embeddings }, { named, storedB }, realContext.entries);

  it("are those that the maker gave for it", () => {
    expect(sizes("zai-org/GLM-4.9", 356)).toEqual({ parametersB: 355, activeParametersB: 32 });
    expect(sizes("zai-org/GLM-4.9", undefined)).toEqual({ parametersB: 355, activeParametersB: 32 });
  });

  it("are the same with draft heads in the files, up to a twentieth", () => {
    expect(sizes("zai-org/GLM-4.9", 373)).toEqual({ parametersB: 355, activeParametersB: 32 });
    expect(sizes("zai-org/GLM-4.9", 374)).toBeUndefined();
  });

  it("are none of another maker's, of files that hold another number, or beside a name that says another", () => {
    expect(sizes("Qwen/GLM-4.9", 356)).toBeUndefined();
    expect(sizes("zai-org/GLM-4.9", 320)).toBeUndefined();
    expect(sizes("zai-org/GLM-4.9", 356, { parametersB: 200 })).toBeUndefined();
  });

  it("are none of another shape", () => {
    expect(sizes("zai-org/GLM-4.9", 356, {}, attention && { ...attention, layers: 91 })).toBeUndefined();
  });
});
