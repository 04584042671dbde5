import type { CodePart } from "./code-parts.ts";
import { modelNameFrom, partAt, partBefore } from "./id-text.ts";

/** Commands whose words are files, images or repositories, and no models of the hubs. */
const OTHER_COMMAND =
  /^[\s$>#!%]*(?:sudo\s+)?(?:cd|cp|mv|ls|rm|mkdir|cat|tar|unzip|docker\s+(?:pull|push|tag|build)|ollama\s+\w+|git\s+(?:clone|remote|submodule)|gh\s+repo|(?:uv\s+)?pip3?\s+install|npm\s+i(?:nstall)?|brew\s+install)\s/;
const DOCKER_RUN = /^[\s$>#!%]*(?:sudo\s+)?(?:docker|podman|nerdctl)\s+run\s/;
/** Where a model stands among the words of such a command. */
const MODEL_OPTION = /(?:--?[\w-]*(?:model|path|repo|tokenizer|name)[\w-]*(?:=|\s+)|\bserve\s+|[=:]\s*)["']?$/;
const DATASET = /dataset/i;
/** Characters before an id that make it part of a path or of an address. */
const PATH_BEFORE = "/\\.@:~$%}";
/** Looked at before and behind an id: a function's name, an option. */
const NEAR = 60;

/**
 * `Org/Name` in code, as an id of a model of an own organisation, in lines that are given in their order: no paths, files,
 * images, repositories and datasets. `own`: names of organisations in lower case.
 */
export function codeIdReader(own: ReadonlySet<string>): (part: CodePart) => string[] {
  /** A shell's command goes on after a line that ends with a backslash. */
  let continued: Command;
  return ({ text, kind }) => {
    let command = continued;
    const ids = text.split(/&&|[;|]/).flatMap((piece, at) => {
      command = at === 0 && continued !== undefined ? continued : commandOf(piece);
      return idsIn(piece, { own, kind, command });
    });
    continued = kind === "block" && /\\\s?$/.test(text) ? command : undefined;
    return ids;
  };
}

type Command = "run" | "other" | undefined;

function commandOf(text: string): Command {
  if (DOCKER_RUN.test(text)) return "run";
  return OTHER_COMMAND.test(text) ? "other" : undefined;
}

type Context = { own: ReadonlySet<string>; kind: CodePart["kind"]; command: Command };

function idsIn(text: string, context: Context): string[] {
  const ids: string[] = [];
  if (context.command === "other") return ids;
  for (let slash = text.indexOf("/"); slash >= 0; slash = text.indexOf("/", slash + 1)) {
    const id = idAround(text, slash, context);
    if (id !== undefined) ids.push(id);
  }
  return ids;
}

/** The id whose slash stands at an index. */
function idAround(text: string, slash: number, { own, kind, command }: Context): string | undefined {
  const organization = partBefore(text, slash);
  if (organization === undefined || !own.has(organization.text.toLowerCase())) return undefined;
  const part = partAt(text, slash + 1);
  if (part === undefined) return undefined;
  const before = text.charAt(organization.start - 1);
  const behind = text.slice(part.end, part.end + 3);
  const isQuoted = /["'`]/.test(before) && behind.startsWith(before);
  if (isPathLike(before, behind) || (kind === "quoted" && !isQuoted)) return undefined;
  const near = text.slice(Math.max(0, organization.start - NEAR), organization.start);
  if (command === "run" && !MODEL_OPTION.test(near)) return undefined;
  if (DATASET.test(near) || /repo.type\W{1,4}dataset/i.test(text.slice(part.end, part.end + NEAR))) return undefined;
  const name = modelNameFrom(part.text, behind);
  // A comment may set two names apart with a slash; what names a model says which one.
  if (name === undefined || (!isQuoted && isComment(near) && !/[\d-]/.test(name))) return undefined;
  return `${organization.text}/${name}`;
}

const isPathLike = (before: string, behind: string): boolean =>
  (before !== "" && PATH_BEFORE.includes(before)) || /^(?:[/\\@]|:\w)/.test(behind);

const isComment = (near: string): boolean => /(?:^|\s)(?:#|\/\/)/.test(near);
