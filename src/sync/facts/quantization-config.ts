import type { Precision } from "#src/catalog/entry/precision.ts";
import { type Config, countOf, isOn, languagePartOf, partOf, stated } from "./config.ts";

/** GPTQ of so many bits; undefined for widths that the catalog has no name for. */
export const gptqOf = (bits: unknown): Precision | undefined => GPTQ[String(bits)];
const GPTQ: Readonly<Record<string, Precision>> = { 2: "gptq-int2", 4: "gptq-int4", 8: "gptq-int8" };
const INTEGERS: Readonly<Record<string, Precision>> = { 4: "int4", 8: "int8" };

type ByMethod = (settings: Config, model: Config) => Precision | undefined;

/** DeepSeek-V4 and MiMo-V2.6 are FP8 with experts of 4 bits. */
const fp8: ByMethod = (_settings, model) => (stated(model, "expert_dtype") === "fp4" ? "fp4-mixed" : "fp8");

/** What each `quant_method` means. */
const METHODS: Readonly<Record<string, ByMethod>> = {
  gptq: (settings) => gptqOf(countOf(settings, "bits")) ?? "gptq",
  awq: (settings) => ((countOf(settings, "bits") ?? 4) === 4 ? "awq" : undefined),
  bitsandbytes: (settings) =>
    isOn(settings, "load_in_4bit") ? "int4" : isOn(settings, "load_in_8bit") ? "int8" : undefined,
  mxfp4: () => "mxfp4",
  fp8,
  fbgemm_fp8: fp8,
  "compressed-tensors": (settings) => byGroups(settings),
  modelopt: (settings) => byGroups(settings),
};

/** The precision by `quantization_config`, at the top or in the language model's part; undefined where none says it. */
export function configPrecision(config: Config | undefined): Precision | undefined {
  if (config === undefined) return undefined;
  const model = languagePartOf(config);
  const settings = partOf(config, "quantization_config") ?? partOf(model, "quantization_config");
  const method = settings && stated(settings, "quant_method");
  if (settings === undefined || typeof method !== "string" || !Object.hasOwn(METHODS, method)) return undefined;
  return METHODS[method]?.(settings, model);
}

/** No config has more than a few groups. */
const MOST_GROUPS = 20;

/** By the groups of compressed-tensors and ModelOpt, where all of them say one thing. */
function byGroups(settings: Config): Precision | undefined {
  const algorithm = stated(settings, "quant_algo");
  if (algorithm !== undefined) return algorithm === "FP8" ? "fp8" : algorithm === "NVFP4" ? "nvfp4" : undefined;
  const groups = partOf(settings, "config_groups") ?? {};
  const kinds = new Set(
    Object.keys(groups)
      .slice(0, MOST_GROUPS)
      .map((key) => byGroup(partOf(groups, key) ?? {}, settings)),
  );
  const [kind] = kinds;
  return kinds.size === 1 ? kind : undefined;
}

function byGroup(group: Config, settings: Config): Precision | undefined {
  const weights = partOf(group, "weights") ?? {};
  const bits = countOf(weights, "num_bits");
  const type = stated(weights, "type");
  if (type === "int") return INTEGERS[String(bits)];
  return type === "float" ? smallFloat(bits, String(stated(group, "format") ?? stated(settings, "format"))) : undefined;
}

/** `mxfp4-pack-quantized`, `nvfp4-pack-quantized`, `float-quantized`: the format tells micro-scaled floats apart. */
function smallFloat(bits: number | undefined, format: string): Precision | undefined {
  const isMicroscaled = format.startsWith("mxfp");
  if (bits === 8) return isMicroscaled ? "mxfp8" : "fp8";
  if (bits !== 4) return undefined;
  return isMicroscaled ? "mxfp4" : format.startsWith("nvfp4") ? "nvfp4" : "fp4";
}
