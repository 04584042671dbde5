import type { Purpose } from "#src/catalog/entry/purposes.ts";
import type { Modality } from "#src/catalog/entry/schema.ts";
import { HAN } from "#src/catalog/entry/text.ts";
import type { Fact } from "./criteria.ts";

/**
 * Words with the fact that they ask for. Chinese ones need no spaces around them. `narrower` are those for a part of a
 * purpose: few models are made for just that, and those which mention it come first.
 */
export type Meaning = { expression: RegExp; criterion: Fact; narrower?: RegExp };

/** An expression for Chinese words anywhere, or Latin ones where no Latin letter runs on. */
function either(chinese: string, latin = ""): RegExp {
  return new RegExp([chinese, ...(latin === "" ? [] : [`(?<![a-z])(?:${latin})(?![a-z])`])].join("|"), "gu");
}

const purpose = (name: Purpose, chinese: string, latin: string, narrower?: string): Meaning => ({
  expression: either(narrower === undefined ? chinese : `${chinese}|${narrower}`, latin),
  criterion: { kind: "purpose", purpose: name },
  ...(narrower !== undefined && { narrower: new RegExp(narrower, "u") }),
});
const modality = (name: Modality, chinese: string, latin: string): Meaning => ({
  expression: either(chinese, latin),
  criterion: { kind: "modality", modality: name },
});
const language = (tag: string, chinese: string, latin: string): Meaning => ({
  expression: either(chinese, latin),
  criterion: { kind: "language", language: tag },
});

const thinking = (wanted: Fact<"thinking">["wanted"], chinese: string, latin: string): Meaning => ({
  expression: either(chinese, latin),
  criterion: { kind: "thinking", wanted },
});

/** The meanings, which are read in this order, each over what the earlier ones left: `代码推理` is code and reasoning. */
export const MEANINGS: readonly Meaning[] = [
  {
    expression: either("混合专家(?:模型)?", "moe|mixture[- ]of[- ]experts"),
    criterion: { kind: "architecture", architecture: "moe" },
  },
  { expression: either("稠密", "dense"), criterion: { kind: "architecture", architecture: "dense" } },
  thinking(
    "choice",
    "(?:可以?|能|支持)?(?:关闭|关掉|开关|切换|选择|控制)(?:深度)?思考(?:模式)?|思考(?:模式)?(?:可以?|能)?(?:开关|切换|关闭|选择)|混合(?:思考|推理)(?:模[式型])?",
    "hybrid[- ](?:thinking|reasoning)|(?:switchable|toggleable|optional)[- ]thinking|thinking[- ](?:switch|toggle)",
  ),
  thinking(
    "off",
    "(?:不|无|非|没有|免|别)(?:会|带|用|需要?|要|进行|做)?(?:深度|慢)?思考(?:模[式型])?",
    "no[-_ ]?think(?:ing)?|non[-_ ]?thinking|without thinking",
  ),
  thinking("on", "(?:会|能|带|有|深度|慢)*思考(?:模[式型]|型|能力)?", "thinking|thinker|thinks?"),
  purpose(
    "drawing",
    "文生图|图生图|(?:图[像片]?|图画)(?:生成|编辑)|生成图[像片]?|(?:会|能)?[画绘][图画]|绘画|作画|修图|改图",
    "text[- ]?to[- ]?image|image[- ](?:generation|editing)|t2i|draw(?:s|ing)?|paint(?:s|ing)?",
  ),
  purpose(
    "ocr",
    "文字识别|(?:识别|提取|读取)(?:图片|图中)?文字|扫描(?:件|版)?|票据|发票|手写(?:识别|字)?|(?:表格|公式|版面)(?:识别|分析|解析)|(?:文档|pdf)(?:识别|解析)|pdf",
    "ocr|document parsing|pdf",
  ),
  purpose("video", "(?:[看读]|理解)?(?:长)?视频(?:理解|分析|问答)?", "videos?"),
  purpose(
    "audio",
    "语音(?:识别|输入|理解|对话|助手|交互)?|音频(?:理解)?|录音|听(?:得懂|声音|懂|力|写|歌)?|会说话|转写",
    "audio|speech|voice|asr",
  ),
  modality("vision", "多模态|图文|视觉语言", "multi-?modal|vlm?"),
  purpose(
    "vision",
    "[看识读]图|[看识]?别?图(?:片|像)(?:理解|识别|问答|输入|对话)?|看(?:得懂)?图片|截图|图表|视觉(?:理解|问答)?",
    "vision|visual|images?|pictures?|vqa",
  ),
  purpose(
    "psychology",
    "心理(?:咨询|疏导|健康|辅导|医生)?|情感(?:陪伴|支持)|倾诉|抑郁",
    "psycholog(?:y|ical)|mental health|counsel(?:l?ing|l?or)|therap(?:y|ist)",
    "抑郁|焦虑|共情",
  ),
  purpose(
    "medical",
    "医疗|医学|医药|问诊|看病|医生|健康",
    "medical|medicine|health(?:care)?|clinical",
    "中医|中药|针灸|方剂|心血管|心脏病|心电图|糖尿病|肿瘤|癌症|儿科|妇科|牙科|眼科|骨科|放射科|病历|药物|护理|生物医学",
  ),
  purpose(
    "legal",
    "法律(?:咨询)?|法务|律师|司法|法规",
    "legal|law|lawyers?",
    "刑法|刑事|民法典?|民事|婚姻|离婚|劳动法|知识产权|判决|裁判文书|诉讼|仲裁|合同|法考",
  ),
  purpose(
    "finance",
    "金融|财经|投资|理财|炒股|财务",
    "financ(?:e|ial)|stocks?",
    "股票|基金|证券|债券|保险|银行|财报|研报|会计|审计|税务",
  ),
  purpose(
    "education",
    "教育|老师|教师|批改(?:作[业文])?|作业|家教|教学|辅导",
    "education(?:al)?|teach(?:er|ing)|tutor(?:ing)?",
    "高考|中考|考研|小学|初中|高中|备课|教案|出题",
  ),
  purpose(
    "classics",
    "古文|国学|古汉语",
    "classical chinese|classics",
    "古籍|文言|古诗词?|诗词|唐诗|宋词|对联|二十四史",
  ),
  purpose("commerce", "电商|商品|带货|淘宝", "e-?commerce|shopping"),
  purpose("transport", "交通|出行|自动驾驶|驾驶", "transport(?:ation)?|traffic|driving"),
  purpose(
    "code",
    "(?:能|会)?写(?:代码|程序|软件|脚本|sql|python|java)|敲代码|代码(?:补全|生成|大?模型)?|编程|编码|程序员?|软件工程|前端",
    "text[- ]?(?:to|2)[- ]?sql|sql|code|coders?|coding|program(?:mer|ming)?|developers?|software|python|java(?:script)?",
  ),
  purpose("math", "做?数学题?|数理|解题|奥数|做题", "maths?|mathematic(?:s|al)"),
  purpose("science", "科研|科学", "scien(?:ce|tific)|chemistry|physics|biology", "化学|物理|生物|天文|气象|地理"),
  purpose(
    "reasoning",
    "(?:会|能)?推理(?!显存|速度|框架)(?:模型)?|思维链",
    "reason(?:ing|er)?|cot|chain[- ]of[- ]thought",
  ),
  purpose("translation", "(?:机器|中英)?翻译|互译", "translat(?:e|es|ing|ion|or)"),
  purpose("research", "深度(?:研究|搜索|调研)|联网搜索|搜索智能体", "deep[- ]?research|deep[- ]?search"),
  purpose(
    "agent",
    "智能体|工具(?:调用|使用)|(?:会|能)?(?:调用|使用|用)工具|函数调用|调用函数",
    "agents?|agentic|tool[- ]?(?:use|calling|calls?)|function[- ]?call(?:ing|s)?|mcp",
  ),
  purpose("roleplay", "角色(?:扮演)?|扮演|人设|酒馆|陪聊", "role-?\\s?play(?:ing)?|companions?"),
  purpose("service", "(?:智能)?客服|客户服务|售后", "customer (?:service|support)"),
  purpose(
    "writing",
    "(?:会|能)?写(?:作|小说|文章|故事|诗歌?|歌词|剧本|作文|公文|邮件|周报|文案|稿子?|材料)|小说|创作|文案|故事|续写|润色|网文|作文",
    "(?:creative )?writ(?:ing|er|e)|novels?|stor(?:y|ies)|poe(?:m|ms|try)|copywriting",
    "小说|网文|诗歌|歌词|剧本|公文|邮件|周报|故事|文案",
  ),
  purpose("chat", "聊天(?:机器人)?|闲聊|通用助手", "chatbots?"),
  purpose("completion", "基座|底座|基础模型|预训练模型|base模型", "base models?|foundation models?|completion"),
  purpose(
    "on-device",
    "端侧|边缘(?:设备|计算)?|移动端|(?:装|跑|用)?[在到进]?手机(?:上|里|端)?|平板|树莓派|嵌入式|离线",
    "on[- ]?device|edge|mobile|phones?|smartphones?|android|iphone|raspberry(?: ?pi)?|offline",
  ),
  {
    expression: either("指令?微调|微调|精调", "fine-?tun(?:e|ed|es|ing)|sft"),
    criterion: { kind: "fineTuned" },
  },
  language("ja", "日[语文本]语?", "japanese"),
  language("ko", "韩[语文]|朝鲜语", "korean"),
  language("fr", "法语", "french"),
  language("de", "德[语文]", "german"),
  language("es", "西班牙[语文]", "spanish"),
  language("ru", "俄[语文]", "russian"),
  language("en", "英[语文]", "english"),
  language("zh", "中文|汉语|简体", "chinese"),
];

/** The purpose that a folded word as a whole asks for: `写小说` is writing. */
export function purposeOf(word: string): Purpose | undefined {
  for (const { expression, criterion } of MEANINGS)
    if (criterion.kind === "purpose" && word !== "" && word.replace(expression, "") === "") return criterion.purpose;
  return undefined;
}

/**
 * Words for what people look for and the catalog holds none of: models that are no open Chinese language models, and kinds of model
 * that write no text and draw nothing. Texts mention them for comparison, and a mistyped name must not be made of them.
 */
const FOREIGN = [
  "(?:chat)?gpt(?:[- ]?\\d[a-z0-9.]*(?:-[a-z]+)*|-[a-z]+)?|claude|gemini|grok|copilot|sora|midjourney|stable[- ]?diffusion|sdxl",
  "dall-?e|whisper|bert|bge|m3e|embeddings?|text2vec|rerank(?:er|ing)?|tts",
].join("|");
const FOREIGN_CHINESE = "[文图]生视频|视频生成|生成视频|嵌入模型|词?向量(?:模型|化)?|语音合成|重排序?模型";

/** An expression for such words in a text. */
export const FOREIGN_WORDS = new RegExp(`(?<![a-z0-9${HAN}-])(?:${FOREIGN})(?![a-z0-9])|${FOREIGN_CHINESE}`, "gu");
/** Whether a word as a whole is one of them. */
export const isForeign = (word: string): boolean => new RegExp(`^(?:${FOREIGN})$`, "u").test(word);

/** Chinese words that say nothing of what is looked for, longest first, so that `能跑的` goes before `能跑`. */
const FILLERS_CHINESE =
  "能够运行的|可以运行的|可以跑的|能跑的|能运行|可以跑|跑得动|跑起来|带得动|能跑|运行|部署|本地|有没有|有哪些|有什么|哪些|哪个|哪款|什么|推荐|最好的?|最强的?|好用的?|比较好|厉害的?|大语言模型|语言模型|大模型|模型|开源|国产|国内|显存|内存|显卡|参数量?|上下文|量化版?|支持|需要|适合|可以|想要|想找|给我|帮我|我想|一个|一款|我的|用于|用来|以及|或者|左右|大概|怎么样|怎么|如何|比较|版本|系列|最近|目前|现在|对话|问答|助手|电脑|机器|笔记本|效果|性价比|免费|求推荐|靠谱|不错|可用|能用|适用|专门|专用|擅长|方面|任务|场景|领域|行业|应用|随便|普通|识别|分析|处理|查询".split(
    "|",
  );
const FILLERS_LATIN =
  "llm|llms|model|models|with|for|the|a|an|that|can|could|run|runs|running|on|which|what|and|or|of|in|to|my|me|i|is|are|need|needs|want|find|show|list|best|good|great|please|vram|ram|gpu|memory|context|local|locally|open|source|license|licence|instruct|version|series|chat|chatbot|assistant|gb|b";

export const FILLERS = new RegExp(
  `${FILLERS_CHINESE.toSorted((a, b) => b.length - a.length).join("|")}|(?<![a-z0-9])(?:${FILLERS_LATIN})(?![a-z0-9])`,
  "gu",
);

/** Characters between words; never a part of one that is looked for. */
export const SEPARATORS = /[的吗呢吧啊呀哦和与或在是了]/u;
/** Characters that mean nothing at the ends of a word and much inside (`能` of 智能体, `用` of 调用). */
export const PARTICLES = "能用上下跑找想要我请求有做会给帮把让去来里中又很更最款个种";
