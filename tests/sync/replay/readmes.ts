import type { NamedFact, Project } from "./projects.ts";

type ReadmeText = { path: string; text: string };
export type ReadmeRevision = { date: string; commit: string; readmes: ReadmeText[] };

/**
 * The READMEs of a project at each of its revisions. The prose is made up; the models, demos, data sets and collections
 * stand there in the forms and the files that the facts name, and what was named stays.
 */
export function readmeRevisions(project: Project): ReadmeRevision[] {
  const named = new Map<string, NamedFact[]>();
  return project.newlyNamed.map(({ date, commit, files }) => {
    for (const [path, facts] of Object.entries(files)) named.set(path, [...(named.get(path) ?? []), ...facts]);
    const readmes = [...named].map(([path, facts]) => ({ path, text: readmeText(project, path, facts) }));
    return { date, commit, readmes };
  });
}

function readmeText({ repository }: Project, path: string, facts: readonly NamedFact[]): string {
  const isChinese = /zh|cn/i.test(path) || !/[-_](?:en|ja)/i.test(path);
  const links = facts.filter(({ form }) => form === "link");
  const code = facts.filter(({ form }) => form === "code");
  const collections = facts.filter(({ form }) => form === "collection");
  return [
    `# ${repository.split("/")[1]}`,
    `<p align="center"><img src="https://img.shields.io/badge/license-Apache--2.0-blue" alt="[licence]"/></p>`,
    isChinese ? "这里是虚构的说明文字，用来代替原文。" : "This text is made up and stands for what was written here.",
    `> ${repository} · [code](https://github.com/${repository}/tree/main) · \`./${repository}\` · [page](https://example.org/${repository})`,
    isChinese ? "## 模型下载" : "## Models",
    table(links),
    ...links.filter((_fact, at) => !isInTable(at)).map((fact, at) => linkLine(fact, at, isChinese)),
    ...collections.map(
      ({ id }) => `- [Collection](https://huggingface.co/collections/${id})${isChinese ? "，" : ", "}`,
    ),
    isChinese ? "## 快速开始" : "## Quick start",
    ["```bash", `git clone https://github.com/${repository}.git`, `cd ${repository}`, "```"].join("\n"),
    ["```bash", `docker pull ${repository.toLowerCase()}:latest`, "```"].join("\n"),
    ...code.map(({ id }, at) => codeText(id, at, isChinese)),
    isChinese ? "有问题请提 issue [[[。" : "Questions are welcome ]]].",
  ].join("\n\n");
}

/** Of three links two stand in the table. */
const isInTable = (at: number): boolean => at % 3 !== 2;

function table(links: readonly NamedFact[]): string {
  const rows = links.flatMap((fact, at) => {
    if (!isInTable(at)) return [];
    const address = addressOf(fact);
    const link = at % 2 === 0 ? `[🤗](${address})` : `<a href="${address}">link</a>`;
    return [`| ${nameOf(fact.id)} | ${link}/[paper](https://arxiv.org/abs/2400.00000) | 7B |`];
  });
  return ["| Model | Download | Size |", "|---|:---:|---:|", ...rows].join("\n");
}

function linkLine(fact: NamedFact, at: number, isChinese: boolean): string {
  const address = addressOf(fact);
  const forms = [
    isChinese ? `* 权重见${address}。` : `* The weights are at ${address}.`,
    `**[${nameOf(fact.id)}](${address}?from=readme#files)** ✨`,
    isChinese ? `（下载：${address}，欢迎试用）` : `(see <${address}>, or ask)`,
    `\`\`\`shell\ngit lfs install\ngit clone ${isPlace(fact.id) ? address : address.replace("/summary", "")}\n\`\`\``,
  ];
  return forms[at % forms.length] ?? address;
}

/** Demos, data sets and pages of organisations, as the facts say them, are the beginning of an address. */
const isPlace = (id: string): boolean => /^(?:spaces|datasets|studios|organization)\//.test(id);

function addressOf({ hub, id }: NamedFact): string {
  if (hub === "wisemodel") return `https://www.wisemodel.cn/models/${id}`;
  const page = id.startsWith("organization/") ? id : `${id}/Example-7B`;
  if (hub === "modelscope") return `https://modelscope.cn/${isPlace(id) ? page : `models/${id}/summary`}`;
  return `https://huggingface.co/${isPlace(id) ? page : id}`;
}

function codeText(id: string, at: number, isChinese: boolean): string {
  const forms = [
    ["```python", `model = AutoModel.from_pretrained("${id}", trust_remote_code=True)  # 1/2`, "```"],
    [isChinese ? `把 \`${id}\` 换成别的模型也可以。` : `Any model will do instead of \`${id}\`.`],
    ["```shell", `vllm serve ${id} --port 8000 && curl localhost:8000/v1/models`, "```"],
    ["1. Run", "", "   ```python", `   path = '${id}'`, `   other = f"./${id}/{step}"`, "   ```"],
  ];
  return (forms[at % forms.length] ?? []).join("\n");
}

const nameOf = (id: string): string => id.slice(id.indexOf("/") + 1);
