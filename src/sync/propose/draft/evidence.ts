import type { Text } from "#src/base/locale.ts";
import { link } from "#src/base/markdown.ts";
import { weightsUrl } from "#src/catalog/entry/urls.ts";
import { quoted } from "#src/sync/github/quoted.ts";
import type { HubName } from "#src/sync/hubs/hub.ts";
import { fileUrl } from "#src/sync/propose/kinds/kind.ts";
import type { Naming, PlacedModel } from "#src/sync/sources/candidate.ts";

/** What is quoted at most; a README names a hundred models on as many lines. */
const MOST_LINES = 10;
const MOST_CHARACTERS = 300;

const HUB_NAMES: Record<HubName, string> = { huggingface: "Hugging Face", modelscope: "ModelScope" };

/**
 * Where the models of a draft were seen, as Markdown for a pull request's text: the lines of READMEs with links to them,
 * and pages of hubs. Everything from outside is inside code, so that nobody is pinged and nothing is linked or drawn.
 */
export function evidenceText(models: readonly PlacedModel[], text: Text): string {
  const lines = linesOf(models.flatMap(({ candidate }) => candidate.named));
  const listed = models.filter(({ candidate }) => candidate.named.length === 0);
  const items = [
    ...lines.slice(0, MOST_LINES).map((naming) => quotation(naming, text)),
    ...more(lines.length, text),
    ...listed.slice(0, MOST_LINES).map((model) => listing(model, text)),
    ...more(listed.length, text),
  ];
  return items.length === 0 ? "" : `### ${text("proposal.evidence.heading")}\n\n${items.join("\n")}`;
}

/** Where models are named, whatever line it is, and those that only a hub lists; sorted. */
export const evidenceFiles = (models: readonly PlacedModel[]): string[] =>
  [
    ...new Set(
      models.flatMap(({ candidate: { model, named } }) =>
        named.length === 0 ? [model.id] : named.map(({ repository, at }) => `${repository.name}/${at.path}`),
      ),
    ),
  ].toSorted();

const more = (count: number, text: Text): string[] =>
  count > MOST_LINES ? [`- ${text("proposal.evidence.more", { count: count - MOST_LINES })}`] : [];

/** Each line once, whatever number of models it names; those of a file in its order. */
function linesOf(named: readonly Naming[]): Naming[] {
  const lines = new Map<string, Naming>();
  for (const naming of named) {
    const key = `${naming.repository.id} ${naming.at.path} ${naming.at.line}`;
    if (!lines.has(key)) lines.set(key, naming);
  }
  const files = [...Map.groupBy(lines.values(), ({ repository, at }) => `${repository.id} ${at.path}`).values()];
  return files.flatMap((own) => own.toSorted((a, b) => a.at.line - b.at.line));
}

function quotation({ repository, at }: Naming, text: Text): string {
  const line = link(text("proposal.evidence.line", { line: at.line }), lineUrl({ repository, at }));
  return `- ${quote(`${repository.name}/${at.path}`)} ${line}: ${quote(at.text)}`;
}

/** A line of a README at the commit that was read, for ever; on the branch where the commit is not known. */
export function lineUrl({ repository, at }: Pick<Naming, "repository" | "at">): string {
  const commit = repository.head ?? repository.defaultBranch ?? "HEAD";
  return `${fileUrl(repository.name, commit, at.path)}?plain=1#L${at.line}`;
}

function listing({ candidate: { model, listed }, facts }: PlacedModel, text: Text): string {
  const createdAt = listed?.createdAt ?? (facts.state === "found" ? facts.facts.createdAt : undefined);
  const about = { model: quote(model.id), hub: HUB_NAMES[model.hub] };
  const said =
    createdAt === undefined
      ? text("proposal.evidence.listedUndated", about)
      : text("proposal.evidence.listed", { ...about, date: quote(createdAt.slice(0, "YYYY-MM-DD".length)) });
  const url = weightsUrl(model);
  return `- ${said}${url === undefined ? "" : ` ${link(text("proposal.evidence.page"), url)}`}`;
}

const quote = (outside: string): string => quoted(outside, MOST_CHARACTERS);
