import type { z } from "zod";
import type { Text } from "#src/base/locale.ts";
import type zhCN from "#src/base/locales/zh-CN.json";
import type { Problem } from "#src/catalog/entry/problem.ts";
import { nearestOf } from "./nearest.ts";

type RuleName = keyof (typeof zhCN)["problems"]["rules"];
type TypeName = keyof (typeof zhCN)["problems"]["types"];

/** One line for a person: where it is, which field, what was expected. */
export function problemText({ file, line, column, issue, known }: Problem, text: Text): string {
  const place = line === undefined ? file : text("problems.at", { file, line, column: column ?? 1 });
  const field = fieldName(issue.path);
  const message = issueText(issue, text, known);
  return field === "" ? text("problems.file", { place, message }) : text("problems.field", { place, field, message });
}

/** What a value should have been. `known` are the names among which an unknown key is looked for. */
export function issueText(issue: z.core.$ZodIssue, text: Text, known: readonly string[] = []): string {
  const rule = /^rule:(\w+)$/.exec(issue.message)?.[1];
  // The names of rules and of locale keys are compared by a test.
  if (rule !== undefined)
    return text(`problems.rules.${rule as RuleName}`, "params" in issue ? (issue.params ?? {}) : {});
  switch (issue.code) {
    case "invalid_type": {
      const expected = typeName(issue.expected, text);
      return issue.input === undefined
        ? text("problems.missing", { expected })
        : text("problems.type", { expected, actual: typeName(kindOf(issue.input), text) });
    }
    case "unrecognized_keys": {
      const key = issue.keys.join(", ");
      const [name] = nearestOf(key, known);
      return text("problems.unknownKey", { key, near: name === undefined ? "" : text("problems.nearKey", { name }) });
    }
    case "invalid_value":
      return text("problems.oneOf", { values: issue.values.join(", ") });
    case "too_small":
      return text(issue.origin === "array" || issue.origin === "string" ? "problems.tooShort" : "problems.tooSmall", {
        limit: String(issue.minimum),
      });
    case "too_big":
      return text("problems.tooBig", { limit: String(issue.maximum) });
    default:
      return text("problems.other", { message: issue.message });
  }
}

const fieldName = (path: readonly PropertyKey[]): string =>
  path
    .map((step, at) => (typeof step === "number" ? `[${step + 1}]` : `${at === 0 ? "" : "."}${String(step)}`))
    .join("");

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

const TYPES: readonly TypeName[] = ["string", "number", "int", "boolean", "array", "object", "null", "undefined"];
const typeName = (name: string, text: Text): string =>
  text(`problems.types.${TYPES.find((type) => type === name) ?? "other"}`);
