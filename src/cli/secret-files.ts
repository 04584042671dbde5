import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import type { z } from "zod";
import { homePath } from "#src/base/home-path.ts";
import { brokenRule } from "#src/catalog/entry/problem.ts";
import { decodeText } from "./decode-text.ts";

/** Settings that hold secrets, or may: each can stand in a file that `<name>_FILE` names, as Docker and systemd hand them over. */
const SECRETS = [
  "DISCORD_TOKEN",
  "DISCORD_PUBLIC_KEY",
  "OLLAMA_HOSTS",
  "REDIS_URL",
  "GITHUB_TOKEN",
  "GITHUB_APP_PRIVATE_KEY",
  "HF_TOKEN",
  "HTTPS_PROXY",
  "HTTP_PROXY",
  "ALL_PROXY",
] as const;
export const SECRET_FILES: readonly string[] = SECRETS.map((name) => `${name}_FILE`);

type Variables = Record<string, string | undefined>;
type Issue = z.core.$ZodIssue;

const MAX_BYTES = 65_536;

/** The variables with what the files say that some of them name. Each mistake is an issue; neither path nor content is in it. */
export function withSecretFiles(variables: Variables): { variables: Variables; issues: Issue[] } {
  const issues: Issue[] = [];
  const read: Variables = {};
  for (const name of SECRETS) {
    const path = variables[`${name}_FILE`]?.trim();
    if (!path) continue;
    const found = variables[name]?.trim() ? { rule: "secretTwice" } : readSecret(homePath(path));
    if ("text" in found) read[name] = found.text;
    else issues.push(brokenRule(found.rule, [`${name}_FILE`], { name, code: found.code ?? "" }));
  }
  return { variables: { ...variables, ...read }, issues };
}

type Found = { text: string } | { rule: string; code?: string };

function readSecret(path: string): Found {
  try {
    const file = openSync(path, "r");
    try {
      const stat = fstatSync(file);
      if (!stat.isFile()) return { rule: stat.isDirectory() ? "secretFolder" : "secretNoFile" };
      if (stat.size > MAX_BYTES) return { rule: "secretTooLarge" };
      const { text, isClean } = decodeText(readFileSync(file));
      if (!isClean || text.includes("\u0000")) return { rule: "secretNoText" };
      return text.trim() === "" ? { rule: "secretEmpty" } : { text: text.trim() };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "?";
    return { rule: RULES.get(code) ?? "secretUnreadable", code };
  }
}

const RULES = new Map([
  ["ENOENT", "secretMissing"],
  ["ENOTDIR", "secretMissing"],
  ["ENAMETOOLONG", "secretMissing"],
  ["EACCES", "secretForbidden"],
  ["EPERM", "secretForbidden"],
]);
