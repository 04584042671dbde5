import { CORE_SCHEMA, load } from "js-yaml";
import type { z } from "zod";
import { lazyPositions } from "./lazy-positions.ts";
import { ENTRY_ID } from "./patterns.ts";
import type { FieldPath, Position, YamlPositions } from "./positions.ts";
import { brokenRule, type Problem } from "./problem.ts";
import { type Entry, entrySchema, FIELD_NAMES } from "./schema.ts";

export type ParsedEntry = {
  file: string;
  /** Absent when the file has an error. */
  entry?: Entry;
  problems: Problem[];
  /** Where a field of the file stands; the nearest parent where the field is missing. */
  locate: (path: FieldPath) => Position;
};

/** The id that a file name gives its entry, or undefined where the name is none (`ChatGLM.yaml`, `x.yml`). */
function idOfFile(file: string): string | undefined {
  const id = /^(.+)\.yaml$/.exec(file)?.[1];
  return id !== undefined && ENTRY_ID.test(id) ? id : undefined;
}

/** Compiling the schema to code pays from some thousand entries on; a start reads a few hundred. */
const CHECK = { reportInput: true, jitless: true } as const;

/**
 * Reads one entry's YAML text. Unknown keys are warnings, and left out of the entry, so that a running bot can read
 * a catalog newer than itself; everything else that breaks the schema is an error.
 */
export function parseEntry(file: string, text: string): ParsedEntry {
  const positions = lazyPositions(text);
  const locate = (path: FieldPath): Position => positions().locate(path);
  const fail = (issue: z.core.$ZodIssue, at = locate(issue.path)): Problem => ({
    file,
    ...at,
    severity: "error",
    issue,
  });

  const id = idOfFile(file);
  if (id === undefined) return { file, locate, problems: [fail(brokenRule("fileName"), {})] };
  let data = readPlain(text);
  if (data === undefined) {
    const { errors } = positions();
    if (errors.length > 0)
      return { file, locate, problems: errors.map((error) => fail(syntaxIssue(error), error.position)) };
    try {
      data = positions().data();
    } catch {
      return { file, locate, problems: [fail(brokenRule("yamlAlias"))] };
    }
  }

  const parsed = entrySchema.safeParse(data, CHECK);
  if (parsed.success) return { file, locate, entry: { id, ...parsed.data }, problems: [] };
  const unknownKeys = parsed.error.issues.filter((issue) => issue.code === "unrecognized_keys");
  const problems = parsed.error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map(
          (key): Problem => ({
            file,
            ...locate([...issue.path, key]),
            severity: "warning",
            issue: { ...issue, keys: [key] },
            known: FIELD_NAMES,
          }),
        )
      : [fail(issue)],
  );
  if (unknownKeys.length < parsed.error.issues.length) return { file, locate, problems };
  const known = entrySchema.safeParse(withoutKeys(data, unknownKeys));
  return known.success ? { file, locate, entry: { id, ...known.data }, problems } : { file, locate, problems };
}

/**
 * The data of a text that js-yaml accepts, else undefined. js-yaml takes 150 ms of processor time to load and to read
 * the 170 entries where `yaml` takes 500 (medians of five runs), and a start reads every entry; it knows no positions,
 * so `yaml` is loaded only where a person must be told what is wrong.
 */
function readPlain(text: string): unknown {
  try {
    return load(text, { schema: CORE_SCHEMA, maxAliases: 0 });
  } catch {
    return undefined;
  }
}

function withoutKeys(data: unknown, issues: z.core.$ZodIssueUnrecognizedKeys[]): unknown {
  const copy: unknown = structuredClone(data);
  for (const issue of issues) {
    let target: unknown = copy;
    for (const step of issue.path) target = isRecord(target) ? target[String(step)] : undefined;
    if (isRecord(target)) for (const key of issue.keys) delete target[key];
  }
  return copy;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function syntaxIssue({ code, message }: YamlPositions["errors"][number]): z.core.$ZodIssue {
  if (code === "TAB_AS_INDENT") return brokenRule("tabs");
  if (code === "DUPLICATE_KEY") return brokenRule("duplicateKey");
  if (code === "MULTIPLE_DOCS") return brokenRule("multipleDocuments");
  return brokenRule("yaml", [], { detail: message });
}
