import { CORE_SCHEMA, load } from "js-yaml";
import type { z } from "zod";
import { lazyPositions } from "./lazy-positions.ts";
import { ENTRY_ID } from "./patterns.ts";
import type { FieldPath, Position, YamlPositions } from "./positions.ts";
import { brokenRule, type Problem } from "./problem.ts";
import { REFERENCE_FILES, type Reference, type ReferenceFile } from "./reference.ts";
import { REFERENCE_SCHEMAS } from "./reference-schemas.ts";
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
 * Reads one entry's YAML text. What only a newer version knows is a warning and left out of the entry (`knownOf`);
 * everything else that breaks the schema is an error.
 */
export function parseEntry(file: string, text: string): ParsedEntry {
  const positions = lazyPositions(text);
  const locate = (path: FieldPath): Position => positions().locate(path);
  const id = idOfFile(file);
  if (id === undefined) return { file, locate, problems: [{ file, severity: "error", issue: brokenRule("fileName") }] };
  const read = readYaml(file, text, positions);
  if ("problems" in read) return { file, locate, problems: read.problems };
  const { data } = read;

  const { value, issues } = knownOf(entrySchema, data);
  const problems = issues.map(({ issue, severity }): Problem => problemAt(file, locate, issue, severity));
  return value === undefined ? { file, locate, problems } : { file, locate, entry: { id, ...value }, problems };
}

function problemAt(
  file: string,
  locate: ParsedEntry["locate"],
  issue: z.core.$ZodIssue,
  severity: Problem["severity"],
): Problem {
  if (issue.code !== "unrecognized_keys") return { file, ...locate(issue.path), severity, issue };
  return { file, ...locate([...issue.path, ...issue.keys]), severity, issue, known: FIELD_NAMES };
}

type Judged = { issue: z.core.$ZodIssue; severity: Problem["severity"] };

/**
 * What a schema knows of some data: without unknown keys and, where they may be missing, without values that are none of
 * its choices. Those are warnings, so that a running bot can read a catalog newer than itself; anything else is an error,
 * and gives no value.
 */
function knownOf<Schema extends z.ZodType>(
  schema: Schema,
  data: unknown,
): { value: z.output<Schema> | undefined; issues: Judged[] } {
  const parsed = schema.safeParse(data, CHECK);
  if (parsed.success) return { value: parsed.data, issues: [] };
  const issues = parsed.error.issues.flatMap((issue): z.core.$ZodIssue[] =>
    issue.code === "unrecognized_keys" ? issue.keys.map((key) => ({ ...issue, keys: [key] })) : [issue],
  );
  const known = issues.every(isOfNewer) ? schema.safeParse(withoutUnknown(data, issues), CHECK) : undefined;
  const isLeftOut = (issue: z.core.$ZodIssue): boolean => known?.success === true || issue.code === "unrecognized_keys";
  return {
    value: known?.success ? known.data : undefined,
    issues: issues.map((issue) => ({ issue, severity: isLeftOut(issue) ? "warning" : "error" })),
  };
}

/** Whether a newer version may have written it: a key or a choice that this one does not know. */
const isOfNewer = ({ code }: z.core.$ZodIssue): boolean =>
  code === "unrecognized_keys" || code === "invalid_value" || code === "invalid_key";

/** The data of a YAML text, or what keeps it from being YAML. */
function readYaml(
  file: string,
  text: string,
  positions: () => YamlPositions,
): { data: unknown } | { problems: Problem[] } {
  const data = readPlain(text);
  if (data !== undefined) return { data };
  const fail = (issue: z.core.$ZodIssue, at: Position): Problem => ({ file, ...at, severity: "error", issue });
  const { errors } = positions();
  if (errors.length > 0) return { problems: errors.map((error) => fail(syntaxIssue(error), error.position)) };
  try {
    return { data: positions().data() };
  } catch {
    return { problems: [fail(brokenRule("yamlAlias"), positions().locate([]))] };
  }
}

/** What a reference file gives; nothing where it has an error. */
export type ParsedReference = { values: Partial<Reference>; problems: Problem[] };

/** Reads one of `REFERENCE_FILES`. Unknown keys are warnings as in `parseEntry`. */
export function parseReference(kind: ReferenceFile, text: string): ParsedReference {
  const file = REFERENCE_FILES[kind];
  const positions = lazyPositions(text);
  const read = readYaml(file, text, positions);
  if ("problems" in read) return { values: {}, problems: read.problems };
  const { value, issues } = knownOf<z.ZodType>(REFERENCE_SCHEMAS[kind], read.data);
  const locate = (path: FieldPath): Position => positions().locate(path);
  const problems = issues.map(({ issue, severity }) => problemAt(file, locate, issue, severity));
  return { values: value === undefined ? {} : { [kind]: value }, problems };
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

/** The data without the keys and values that the issues name; of a list only the values. */
function withoutUnknown(data: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  const copy: unknown = structuredClone(data);
  const paths = new Map(issues.map(unknownPath).map((path) => [JSON.stringify(path), path]));
  // From the back, so that what is left of a list keeps its places.
  for (const path of [...paths.values()].toReversed()) remove(copy, path);
  return copy;
}

/** What the other fields beside it mean depends on these, so that without them all of the object is unknown. */
const DISCRIMINATORS: readonly PropertyKey[] = ["kind", "unified"];

function unknownPath(issue: z.core.$ZodIssue): PropertyKey[] {
  if (issue.code === "unrecognized_keys") return [...issue.path, ...issue.keys];
  return DISCRIMINATORS.includes(issue.path.at(-1) ?? "") ? issue.path.slice(0, -1) : issue.path;
}

/** Takes what a path leads to out of some data, and a list that it was the only item of. */
function remove(data: unknown, path: readonly PropertyKey[]): void {
  let target: unknown = data;
  for (const step of path.slice(0, -1)) target = isRecord(target) ? target[String(step)] : undefined;
  const last = path.at(-1);
  if (Array.isArray(target) && typeof last === "number") {
    target.splice(last, 1);
    if (target.length === 0) remove(data, path.slice(0, -1));
  } else if (isRecord(target) && last !== undefined) delete target[String(last)];
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function syntaxIssue({ code, message }: YamlPositions["errors"][number]): z.core.$ZodIssue {
  if (code === "TAB_AS_INDENT") return brokenRule("tabs");
  if (code === "DUPLICATE_KEY") return brokenRule("duplicateKey");
  if (code === "MULTIPLE_DOCS") return brokenRule("multipleDocuments");
  return brokenRule("yaml", [], { detail: message });
}
