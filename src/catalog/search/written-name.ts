/** How a model is written: in plain words, or as the address that a hub or a program has for it. */
export type WrittenName = {
  /** Half-width, without the command that runs it and without marks of Markdown. */
  text: string;
  /** Whose address it is; undefined where none is named. */
  site: "hub" | "ollama" | "github" | "other" | undefined;
  /** `owner/name` on a hub or on GitHub, `name:tag` or `owner/name:tag` in Ollama; empty where there is none. */
  id: string;
  /** The last part of the address, or the file of weights that it leads to; a tag is joined to it (`qwen3-8b`). */
  last: string;
};

/** Characters of the longest name that is read. */
export const MAX_TYPED_NAME = 200;

const SITES: Record<string, WrittenName["site"]> = {
  "huggingface.co": "hub",
  "hf.co": "hub",
  "hf-mirror.com": "hub",
  "modelscope.cn": "hub",
  "modelscope.ai": "hub",
  "wisemodel.cn": "hub",
  "gitcode.com": "hub",
  "ollama.com": "ollama",
  "ollama.ai": "ollama",
  "registry.ollama.ai": "ollama",
  "github.com": "github",
  "raw.githubusercontent.com": "github",
};
/** What hubs have besides models. */
const NO_MODELS = new Set(["datasets", "spaces", "papers", "docs", "collections", "blog"]);

const COMMAND =
  /^(?:[$>] ?)?(?:ollama (?:run|pull|show)|vllm serve|(?:hf|huggingface-cli|modelscope) download|git clone) (?:--model )?(\S+).*$/i;
const MARKS = /^[\s`"'“”‘’「」『』*<>《》]+|[\s`"'“”‘’「」『』*<>《》]+$/g;
const ADDRESS = /^([a-z]{2,8}:\/\/)?(?:www\.)?([a-z0-9-]+(?:\.[a-z0-9-]+){1,3})(?::\d+)?\/(\S+)$/i;
const FILE = /\.(?:gguf|safetensors|bin|pt)$/i;

/** Reads a name as it was typed or copied; anything at all may be typed. */
export function readWrittenName(typed: string): WrittenName {
  const bare = typed.slice(0, MAX_TYPED_NAME).normalize("NFKC").slice(0, MAX_TYPED_NAME).replace(MARKS, "");
  const text = bare
    .replace(/[*`]|\\(?=\p{P})/gu, "")
    .replace(/\s+/g, " ")
    .replace(COMMAND, "$1")
    .replace(/^git@github\.com:/i, "https://github.com/");
  const [, scheme, host = "", rest = ""] = ADDRESS.exec(text) ?? [];
  const site = SITES[host.toLowerCase()] ?? (scheme === undefined ? undefined : "other");
  const path = (site === undefined ? text : rest).replace(/[?#].*$/, "").replaceAll("\\", "/");
  const parts = path.split("/").filter((part) => part !== "");
  const last = (FILE.test(path) ? parts.at(-1) : namePartOf(parts, site)) ?? "";
  return { text, site, id: idOf(parts, site), last: last.replace(/:latest$/i, "").replace(":", "-") };
}

/** The part of a path that names the model. */
const namePartOf = (parts: readonly string[], site: WrittenName["site"]): string | undefined =>
  site === undefined || site === "other" ? parts.at(-1)?.replace(/\.html?$/, "") : idOf(parts, site).split("/").at(-1);

function idOf(parts: readonly string[], site: WrittenName["site"]): string {
  const [first = ""] = parts;
  if (site === "hub" && NO_MODELS.has(first)) return "";
  const whole = first === "models" || first === "library" ? parts.slice(1) : parts;
  if (site === "ollama") return whole.slice(0, first === "library" ? 1 : 2).join("/");
  const id = whole.slice(0, 2).join("/");
  if (site === "hub") return id.replace(/:.*$/, "");
  return site === "github" ? id.replace(/\.git$/, "") : whole.join("/");
}

/** What says how weights are stored, at the end of a name: `-GGUF`, `-q4_k_m`, `-GPTQ-Int4`, `-00001-of-00003`. */
const STORAGE =
  /[-_. ](?:gguf|ggml|awq|gptq|exl[23]|mlx|bnb|nf4|(?:nv|mx)?fp4|fp8|[bf]p?(?:16|32)|int[48]|w\d{1,2}a\d{1,2}|[2-8] ?bits?|i?q\d(?:_(?:k|[01]|xxs|xs|s|m|l|nl|xl))*|i1|imat(?:rix)?|ud|dynamic|dynamic-fp8|g(?:32|64|128)|autoround|marlin|unsloth|dwq|\d{5}-of-\d{5}|量化版?)$/;
const MOST_MARKS = 8;

/** The name, and each that is left as what says how weights are stored goes from its end; in lower case, longest first. */
export function stemsOf(name: string): string[] {
  const stems = [name.toLowerCase().replace(FILE, "")];
  for (let at = 0; at < MOST_MARKS; at++) {
    const shorter = stems.at(-1)?.replace(STORAGE, "");
    if (shorter === undefined || shorter === stems.at(-1)) break;
    stems.push(shorter);
  }
  return stems;
}

/** The name without `-Instruct` and the like at its end: catalogs and people leave that out. */
export const withoutEdition = (name: string): string =>
  name.replace(/[-_. ]*(?:[-_. ](?:instruct|chat|it|base|hf|sft|dpo)|对话版?|聊天版|指令版|基座)$/i, "");
