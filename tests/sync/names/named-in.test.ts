import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readCatalog } from "#src/catalog/entry/load.ts";
import { namedIn } from "#src/sync/names/named-in.ts";
import { sameOrganization } from "#src/sync/names/organizations.ts";
import { type NamedFact, projects } from "#tests/sync/replay/projects.ts";
import { readmeRevisions } from "#tests/sync/replay/readmes.ts";

const OWN = new Set(["qwen", "openbmb", "internlm", "opengvlab", "zhipuai"]);
const read = (text: string) => namedIn({ path: "README.md", text }, OWN);
const idsIn = (text: string): string[] =>
  read(text).models.map(({ model, form }) => `${form} ${model.hub} ${model.id}`);
const fenced = (text: string, language = ""): string => `\`\`\`${language}\n${text}\n\`\`\``;

describe("a link on a hub names a model", () => {
  test.each([
    ["https://huggingface.co/Qwen/Qwen3-8B"],
    ["http://www.huggingface.co/Qwen/Qwen3-8B"],
    ["//hf.co/Qwen/Qwen3-8B"],
    ["huggingface.co/Qwen/Qwen3-8B"],
    ["https://hf-mirror.com/Qwen/Qwen3-8B/tree/main"],
    ["[Qwen3](https://huggingface.co/Qwen/Qwen3-8B/blob/main/README.md)"],
    ["https://huggingface.co/Qwen/Qwen3-8B/resolve/main/config.json?download=true"],
    ["权重见https://huggingface.co/Qwen/Qwen3-8B。更多"],
    ["（https://huggingface.co/Qwen/Qwen3-8B）、"],
    ["at https://huggingface.co/Qwen/Qwen3-8B."],
    ["**https://huggingface.co/Qwen/Qwen3-8B**"],
    ["_https://huggingface.co/Qwen/Qwen3-8B_"],
    ["<https://huggingface.co/Qwen/Qwen3-8B>"],
    ['<a href="https://huggingface.co/Qwen/Qwen3-8B">🤗</a>'],
    ["<a href='https://huggingface.co/Qwen/Qwen3-8B#use'>🤗</a>"],
    ["[a]: https://huggingface.co/Qwen/Qwen3-8B"],
    ["|[🤗](https://huggingface.co/Qwen/Qwen3-8B)|"],
    ["git clone https://huggingface.co/Qwen/Qwen3-8B.git"],
    ["git clone git@hf.co:Qwen/Qwen3-8B"],
    ["ollama run hf.co/Qwen/Qwen3-8B:Q8_0"],
    ["HTTPS://HuggingFace.co/Qwen/Qwen3-8B"],
    ["https://huggingface.co/Qwen/Qwen3\\-8B"],
  ])("%s", (text) => {
    expect(idsIn(text)).toEqual(["link huggingface Qwen/Qwen3-8B"]);
  });

  test.each([
    ["https://modelscope.cn/models/ZhipuAI/GLM-4.6/summary"],
    ["https://www.modelscope.cn/models/ZhipuAI/GLM-4.6"],
    ["https://modelscope.ai/models/ZhipuAI/GLM-4.6/files"],
    ["https://modelscope.cn/#/models/ZhipuAI/GLM-4.6"],
    ["git clone https://www.modelscope.cn/ZhipuAI/GLM-4.6.git"],
  ])("%s", (text) => {
    expect(idsIn(text)).toEqual(["link modelscope ZhipuAI/GLM-4.6"]);
  });

  test("under a name with _ and dots", () => {
    expect(idsIn("https://huggingface.co/openbmb/MiniCPM-V-2_6-gguf")).toEqual([
      "link huggingface openbmb/MiniCPM-V-2_6-gguf",
    ]);
    expect(idsIn("https://huggingface.co/internlm/dots.llm1.inst")).toEqual([
      "link huggingface internlm/dots.llm1.inst",
    ]);
  });

  test.each([
    ["of somebody else", "https://huggingface.co/meta-llama/Llama-3-8B"],
    ["demo", "https://huggingface.co/spaces/Qwen/Qwen3-Demo"],
    ["data set", "https://huggingface.co/datasets/Qwen/P-MMEval"],
    ["organisation", "https://huggingface.co/organizations/Qwen/activity"],
    ["page of an organisation", "https://huggingface.co/Qwen/collections"],
    ["settings", "https://huggingface.co/settings/tokens"],
    ["post", "https://huggingface.co/posts/Qwen/123456"],
    ["paper", "https://huggingface.co/papers/2505.09388"],
    ["organisation on ModelScope", "https://modelscope.cn/organization/qwen"],
    ["demo on ModelScope", "https://modelscope.cn/studios/Qwen/Qwen3-Demo/summary"],
    ["data set on ModelScope", "https://modelscope.cn/datasets/Qwen/P-MMEval"],
    ["organisation alone", "https://huggingface.co/Qwen/"],
    ["size alone", "https://huggingface.co/Qwen/8B"],
    ["fragment", "https://huggingface.co/Qwen/-8B_"],
    ["beginning of a name", "https://huggingface.co/Qwen/Qwen3-"],
    ["placeholder", "https://huggingface.co/Qwen/Qwen3-{size}"],
    ["placeholder in angle brackets", "https://huggingface.co/Qwen/Qwen3-<size>"],
    ["placeholder of x", "https://huggingface.co/Qwen/Qwen3-xxB"],
    ["name cut short", "https://huggingface.co/Qwen/Qwen3…"],
    ["name cut short by dots", "https://huggingface.co/Qwen/Qwen3..."],
    ["other host", "https://nothuggingface.co/Qwen/Qwen3-8B"],
    ["other host in front", "https://cdn.hf.co/Qwen/Qwen3-8B"],
    ["folder of that name", "./huggingface.co/Qwen/Qwen3-8B"],
    ["name that is too long", `https://huggingface.co/Qwen/${"a".repeat(121)}`],
    ["search", "https://huggingface.co/models?search=Qwen/Qwen3-8B"],
    ["document", "https://huggingface.co/docs/Qwen/Qwen3-8B"],
  ])("but not: %s", (_what, text) => {
    expect(read(text)).toEqual({ models: [], collections: [] });
  });
});

describe("an id in code names a model", () => {
  test.each([
    ["`Qwen/Qwen3-8B`"],
    ["``Qwen/Qwen3-8B``"],
    ["see <code>Qwen/Qwen3-8B</code>"],
    [fenced('model = AutoModel.from_pretrained("Qwen/Qwen3-8B")', "python")],
    [fenced("model = 'Qwen/Qwen3-8B'  # 4/5")],
    [fenced("vllm serve Qwen/Qwen3-8B --port 8000", "shell")],
    [fenced("python demo.py --model=Qwen/Qwen3-8B")],
    [fenced("cd code && python demo.py -m Qwen/Qwen3-8B")],
    [fenced('curl http://localhost -d \'{"model": "Qwen/Qwen3-8B"}\'')],
    [fenced("model: Qwen/Qwen3-8B", "yaml")],
    [fenced("docker run --gpus all qwen/qwen:1 \\\n  --model Qwen/Qwen3-8B")],
    ["~~~\n```\nload('Qwen/Qwen3-8B')\n~~~"],
    ["- step\n\n  ```\n  load('Qwen/Qwen3-8B')\n  ```"],
    ["    load('Qwen/Qwen3-8B')"],
    ["<pre>\nvllm serve Qwen/Qwen3-8B\n</pre>"],
    ["```\nvllm serve Qwen/Qwen3-8B"],
    ["`Qwen/Qwen3-8B` https://huggingface.co/spaces/Qwen/Qwen3-8B"],
  ])("%j", (text) => {
    expect(idsIn(text)).toEqual(["code huggingface Qwen/Qwen3-8B"]);
  });

  test.each([
    ["prose", "We thank Qwen/Qwen3-8B."],
    ["of somebody else", "`meta-llama/Llama-3-8B`"],
    ["path", "`./Qwen/Qwen3-8B`"],
    ["longer path", "`models/Qwen/Qwen3-8B`"],
    ["folder", "`Qwen/Qwen3-8B/config.json`"],
    ["address", "`github.com/OpenGVLab/InternVL`"],
    ["address for git", "`git@github.com:OpenGVLab/InternVL-1`"],
    ["file", "`Qwen/finetune.py`"],
    ["page", "`Qwen/README.md`"],
    ["image", fenced("docker pull qwen/qwen3-8b")],
    ["image with a tag", "`qwen/qwen3:latest`"],
    ["image that runs", fenced("docker run -it --gpus all qwen/qwen3-8b bash")],
    ["image in the next line", fenced("docker run --gpus all \\\n  qwen/qwen3-8b \\\n  bash")],
    ["repository", fenced("gh repo clone OpenGVLab/InternVL-1")],
    ["model of Ollama", fenced("ollama pull internlm/interns1")],
    ["package", fenced("pip install git+https://github.com/OpenGVLab/InternVL-1")],
    ["folder of a repository", fenced("cd InternLM/internlm-7b")],
    ["workflow", fenced("uses: OpenBMB/some-action@v1")],
    ["template", fenced('f"Qwen/Qwen3-{size}"')],
    ["template without a hyphen", fenced("f'Qwen/Qwen{version}'")],
    ["variable", fenced('"Qwen/Qwen3-$SIZE"')],
    ["your own", "`Qwen/your-model`"],
    ["data set", fenced('load_dataset("Qwen/P-MMEval")')],
    ["data set by its type", fenced('snapshot_download("Qwen/P-MMEval", repo_type="dataset")')],
    ["data set that is linked", "`Qwen/P-MMEval` https://huggingface.co/datasets/Qwen/P-MMEval"],
    ["two names in a comment", fenced("x = 1  # Qwen/InternLM")],
    ["closed code", "`a` Qwen/Qwen3-8B `b`"],
    ["behind a code block", `${fenced("a")}\nQwen/Qwen3-8B`],
  ])("but not: %s", (_what, text) => {
    expect(idsIn(text)).toEqual([]);
  });
});

describe("what stands in a comment of HTML, which nobody sees, names nothing", () => {
  const link = "https://hf.co/Qwen/Qwen3-8B";
  const seen = "https://hf.co/Qwen/Qwen3-4B";

  test.each([
    ["a comment", `<!-- ${link} --> ${seen}`],
    ["a comment behind text", `${seen} <!-- ${link} -->`],
    ["two comments", `<!-- ${link} -->${seen}<!-- ${link} -->`],
    ["code in a comment", `<!-- \`Qwen/Qwen3-8B\` --> ${seen}`],
    ["lines", `<!--\n${link}\n\n${fenced("Qwen/Qwen3-8B")}\n-->\n${seen}`],
    ["lines with a fence that nothing closes", `<!--\n\`\`\`\n${link}\n--> ${seen}\nQwen/Qwen3-2B`],
    ["lines with <pre>", `<!-- <pre> -->\n${seen}\nQwen/Qwen3-2B`],
    ["lines in a paragraph", `${seen} <!-- a\n${link}\nb --> c`],
    ["lines in HTML", `<div>\n${seen} <!-- a\n\n${link}\n\n--></div>`],
    ["indented lines in HTML", `<table>\n     <tr>\n     <!-- ${link}\n -->${seen}`],
    ["<pre>", `<pre>\n<!-- ${link} -->\n</pre>\n${seen}`],
    ["a list", `- <!-- a\n\n  ${link}\n  -->\n- ${seen}`],
    ["what nothing closes", `${seen}\n\n<!-- a\n\n${link}\n\`Qwen/Qwen3-8B\``],
    ["what nothing closes in HTML", `${seen}\n\n<p>a\n<!--\n\n${link}`],
    ["what is closed as browsers do", `<!-- ${link} --!>\n${seen}`],
    ["what begins where another seems to", `<!-- <!-- ${link} --> ${seen}`],
    ["what comes before a fence in its line", `<!-- ${link} -->\`\`\`\n${seen}\nQwen/Qwen3-2B`],
  ])("%s", (_what, text) => {
    expect(idsIn(text)).toEqual(["link huggingface Qwen/Qwen3-4B"]);
  });

  test.each([
    ["between backticks", `\`<!--\` ${link}`],
    ["between backticks at the start of HTML", `<b>Use</b> \`<!--\`\n\n${link}`],
    ["in a code block", fenced(`<!-- ${link} -->`, "html")],
    ["in a code block, open", `${fenced("<!-- a", "html")}\n${link}`],
    ["behind a backslash", `\\<!-- ${link}`],
    ["in a paragraph, open", `a <!-- b\n\n${link}`],
    ["in a paragraph, closed behind a blank line", `a <!-- b\n\n${link}\n\nc -->`],
    ["in indented code, open", `a\n\n    <!-- b\n\n${link}`],
    ["empty", `<!--> ${link} <!--->`],
    ["closed", `<!-- a --> ${link}`],
    ["closed in an earlier line", `<!-- a\nb --> ${link}`],
    ["no beginning", `--> ${link} <!- -->`],
  ])("but a link is read where the mark is text or closed: %s", (_what, text) => {
    expect(idsIn(text)).toEqual(["link huggingface Qwen/Qwen3-8B"]);
  });

  test("and the lines behind it keep their numbers and their text", () => {
    const text = `<!--\r\na\r\n-->\r\n${link} <!-- new -->`;
    expect(read(text).models[0]?.at).toEqual(place(4, `${link} <!-- new -->`));
  });
});

test("a model is named once, at its first place, and by its link where it has one", () => {
  const text = [
    "`Qwen/Qwen3-8B` and `Qwen/Qwen3-4B`",
    "  [a](https://hf.co/Qwen/Qwen3-8B)\t 和  more ",
    "https://huggingface.co/qwen/qwen3-8b",
    "https://modelscope.cn/models/Qwen/Qwen3-8B `Qwen/Qwen3-4B`",
  ].join("\r\n");
  expect(read(text).models).toEqual([
    {
      model: { hub: "huggingface", id: "Qwen/Qwen3-4B" },
      form: "code",
      at: place(1, "`Qwen/Qwen3-8B` and `Qwen/Qwen3-4B`"),
    },
    {
      model: { hub: "huggingface", id: "Qwen/Qwen3-8B" },
      form: "link",
      at: place(2, "[a](https://hf.co/Qwen/Qwen3-8B) 和 more"),
    },
    {
      model: { hub: "modelscope", id: "Qwen/Qwen3-8B" },
      form: "link",
      at: place(4, "https://modelscope.cn/models/Qwen/Qwen3-8B `Qwen/Qwen3-4B`"),
    },
  ]);
});

const place = (line: number, text: string) => ({ path: "README.md", line, text });

test("a line is quoted up to 300 characters, and never half of one", () => {
  const link = "https://hf.co/Qwen/Qwen3-8B ";
  const quoted = (text: string): string | undefined => read(text).models[0]?.at.text;
  expect(quoted(link + "a".repeat(300 - link.length))).toHaveLength(300);
  expect(quoted(link + "a".repeat(301 - link.length))).toHaveLength(300);
  expect(quoted(`${link}${"a".repeat(299 - link.length)}😀`)).toBe(link + "a".repeat(299 - link.length));
  expect(quoted(`${link}${"a".repeat(298 - link.length)}😀a`)).toBe(`${link}${"a".repeat(298 - link.length)}😀`);
});

test("collections of own organisations are found, each once", () => {
  const slug = "qwen3-67dd247413f0e2e4f653967f";
  const text = `[a](https://huggingface.co/collections/Qwen/${slug}) https://hf.co/collections/qwen/${slug}。
https://huggingface.co/collections/google/${slug} [b](https://huggingface.co/collections/Qwen/qwen35)
https://modelscope.cn/collections/OpenBMB/MiniCPM4-ab12`;
  expect(read(text).collections.map(({ hub, collection }) => ({ hub, ...collection }))).toEqual([
    { hub: "huggingface", organization: "Qwen", slug },
    { hub: "huggingface", organization: "Qwen", slug: "qwen35" },
    { hub: "modelscope", organization: "OpenBMB", slug: "MiniCPM4-ab12" },
  ]);
});

describe("READMEs of real projects", async () => {
  const { watch } = await readCatalog("catalog");
  const same = sameOrganization(watch);

  test.each(projects.map((project) => [project.repository, project] as const))("%s", (_name, project) => {
    const own = new Set(project.hubOrgs.flatMap(same).map((name) => name.toLowerCase()));
    const isOwn = ({ id }: NamedFact): boolean => own.has(id.slice(0, id.indexOf("/")).toLowerCase());
    const named = new Map<string, NamedFact[]>();
    for (const [at, { readmes }] of readmeRevisions(project).entries()) {
      for (const [path, facts] of Object.entries(project.newlyNamed[at]?.files ?? {}))
        named.set(path, [...(named.get(path) ?? []), ...facts]);
      for (const { path, text } of readmes) {
        const facts = (named.get(path) ?? []).filter((fact) => isOwn(fact) && fact.hub !== "wisemodel");
        const ids = (form: NamedFact["form"][]): string[] =>
          [...new Set(facts.filter((fact) => form.includes(fact.form)).map(({ id }) => id.toLowerCase()))].toSorted();
        const { models, collections } = namedIn({ path, text }, own);
        expect([...new Set(models.map(({ model }) => model.id.toLowerCase()))].toSorted()).toEqual(
          ids(["link", "code"]),
        );
        const slugs = collections.map(({ collection: { organization, slug } }) =>
          `${organization}/${slug}`.toLowerCase(),
        );
        expect(slugs.toSorted()).toEqual(ids(["collection"]));
      }
    }
  });
});

describe("hostile text", () => {
  const megabyte = (piece: string): string => piece.repeat(Math.ceil(1_000_000 / piece.length));
  test.each([
    ["["],
    ["`"],
    ["` `` ``` "],
    ["/"],
    ["a/"],
    ["Qwen/"],
    ["huggingface.co/"],
    ["https://huggingface.co/Qwen/a "],
    ["Qwen/Qwen3-8B "],
    [`${"a".repeat(119)}/`],
    ["<code>"],
    ["<code "],
    ["<pre>"],
    ["docker  "],
    ["\\"],
    [" "],
    ["> "],
    ["\n"],
    ["```\n"],
    ["_https://"],
    ["<!--"],
    ["<!-- \n"],
    ["<!-- -->"],
    ["a <!-- `\n"],
    ["` <!-- `` "],
    ["-"],
    ["\\<!--"],
    ["modelscope.cn/models/Qwen/"],
  ])("a megabyte of %j is read", (piece) => {
    const { models } = read(fenced(megabyte(piece)));
    expect(models.length).toBeLessThan(3);
    expect(read(megabyte(piece)).models.length).toBeLessThan(3);
    expect(read(`\`${megabyte(piece)}\``).models.length).toBeLessThan(3);
  });

  test("any text gives models of own organisations only, at lines that are there", () => {
    const word = fc.constantFrom(
      ..."https://huggingface.co/ Qwen/ openbmb/ Qwen3-8B ` ``` \n ~~~ [ ]( ) \\ _ . {x} <pre> <code> <!-- --> docker git 😀 。".split(
        " ",
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        const text = words.join("");
        const { models } = read(text);
        for (const { model, at } of models) {
          expect(model.id).toMatch(/^(?:Qwen|openbmb)\/[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?$/);
          expect(at.text).toBe(text.split("\n")[at.line - 1]?.replace(/\s+/g, " ").trim().slice(0, 300));
        }
      }),
    );
  });
});
