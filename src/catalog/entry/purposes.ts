import type { Entry } from "./schema.ts";

/**
 * The purposes that people want a model for, and how an entry states each: in its name, or in its texts. The expressions
 * are for text of the catalog, which is simplified Chinese; where a word has other meanings they require the words around
 * it (`推理` also is inference, `代码` also is what a licence covers).
 */
const PURPOSES = {
  code: {
    name: /code(?![a-z])|codeg|codeq|coder|(?<![a-z])kat(?![a-z])/i,
    text: /编程|写代码|修复程序|代码(?:模型|补全|分支|版|推理|仓库|生成|能力|数据而成)|补全与生成代码|软件工程|[数与、]代码(?![一都也为采许])|改代码/,
  },
  reasoning: {
    name: /(?<![a-z0-9])(?:r1|o1|or1|z1|qwq)(?![a-z0-9.])|thinking|reason|推理|思考/i,
    text: /思维链|(?<!不带)思考|(?:读图|金融|医疗|数学|代码|知识|法律|常识|多步|长文本)推理|推理(?:模型|版|系列|分支|能力|MoE)|为推理|先推理|需要推理/,
  },
  math: { name: /(?<![a-z])math/i, text: /数学|数理|解方程/ },
  translation: { name: /(?<![a-z])mt(?![a-z])|translat|翻译/i, text: /翻译/ },
  agent: {
    name: /agent/i,
    text: /智能体|工具调用|函数调用|调用函数|调函数|自主执行|操作(?:电脑|界面)|插件/,
  },
  onDevice: {
    name: /(?<![a-z])(?:embedded|mobile|edge)(?![a-z])/i,
    text: /端侧|装进手机|手机上运行|本地设备|内存紧张/,
  },
  fineTuning: { name: /(?<![a-z])(?:lora|sft)(?![a-z])/i, text: /微调|精调|LoRA/ },
} as const satisfies Record<string, { name: RegExp; text: RegExp }>;

export type Purpose = keyof typeof PURPOSES;

/** Models up to this size, in billions of parameters, run on a telephone when quantised: 2 to 3 GB. */
const ON_DEVICE_MAX_B = 4;

/** How well an entry is made for a purpose: 0 by its name, 1 by a variant's name or its summary, 2 by a remark, undefined not at all. */
export function purposeRank(purpose: Purpose, entry: Entry): 0 | 1 | 2 | undefined {
  const { name, text } = PURPOSES[purpose];
  if (name.test(entry.id) || name.test(entry.name)) return 0;
  if (text.test(entry.summary.zh) || entry.variants?.some((variant) => name.test(variant.name))) return 1;
  const remarks = [...(entry.highlights ?? []), ...(entry.demos ?? []), entry.training?.process ?? ""];
  return remarks.some((remark) => text.test(remark)) || isSmall(purpose, entry) || isDerived(purpose, entry)
    ? 2
    : undefined;
}

const isSmall = (purpose: Purpose, { parametersB, variants = [] }: Entry): boolean =>
  purpose === "onDevice" &&
  [parametersB, ...variants.map((item) => item.parametersB)].some(
    (size) => size !== undefined && size <= ON_DEVICE_MAX_B,
  );

/** Whether it is fine-tuned from another model. */
const isDerived = (purpose: Purpose, { baseModel }: Entry): boolean =>
  purpose === "fineTuning" && baseModel !== undefined && baseModel !== "from scratch";
