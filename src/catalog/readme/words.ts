import type { Purpose } from "#src/catalog/entry/purposes.ts";
import type { Architecture, License, Modality, Thinking, Weights } from "#src/catalog/entry/schema.ts";

/** The first line of every generated page. */
export const GENERATED = "<!-- 由 npm run catalog 从 catalog/models/*.yaml 生成，请改 YAML，不要改这里。 -->";

/** The generated pages are in one language, so their words stand here and not in the locales. */
export const COMMERCIAL: Record<License["commercial"], string> = {
  yes: "可商用",
  conditional: "有条件可商用",
  registration: "登记后可商用",
  no: "不可商用",
  unknown: "⚠ 商用未明确",
};
/** Of an entry of which only some variants are so free. */
export const COMMERCIAL_IN_PART: Record<License["commercial"], string> = {
  yes: "部分可商用",
  conditional: "部分有条件可商用",
  registration: "部分登记后可商用",
  no: "不可商用",
  unknown: "⚠ 部分商用未明确",
};
export const THINKING: Record<Thinking, string> = { always: "始终开启", switchable: "可开关", never: "没有" };
export const NOT_STATED = "未注明";
export const NONE = "无";
export const SECONDARY = "⚠ 二手";
export const ARCHITECTURE: Record<Architecture, string> = {
  dense: "稠密",
  moe: "混合专家 (MoE)",
  rwkv: "RWKV",
  other: "其他",
};
export const MODALITY: Record<Modality, string> = { text: "文本", vision: "图像", audio: "语音" };
export const PURPOSE: Record<Purpose, string> = {
  chat: "聊天和通用",
  completion: "续写（基座）",
  reasoning: "推理（思考）",
  math: "数学",
  science: "科学",
  code: "写代码",
  agent: "智能体与工具调用",
  research: "深度研究",
  writing: "写作",
  roleplay: "角色扮演",
  translation: "翻译",
  service: "客服",
  "long-text": "长文本",
  vision: "看图",
  video: "看视频",
  ocr: "文字识别（OCR）",
  audio: "语音",
  drawing: "生成图像",
  "on-device": "端侧（手机等）",
  medical: "医疗",
  psychology: "心理",
  legal: "法律",
  finance: "金融",
  education: "教育",
  classics: "古籍",
  commerce: "电商",
  transport: "交通",
};
export const HUB: Record<Weights["hub"], string> = {
  huggingface: "",
  modelscope: "ModelScope",
  wisemodel: "WiseModel",
  gitcode: "GitCode",
  "tsinghua-cloud": "清华网盘",
  baidu: "百度网盘",
  form: "填表申请",
};
export const STATUS = { gone: "已移除", archived: "已归档", active: "", unknown: "是否归档未核实" };
export const PUBLISHES = {
  releases: "以 GitHub Releases 发布",
  tags: "只打标签",
  none: "没有标签",
  unknown: "是否发布版本不明",
};
