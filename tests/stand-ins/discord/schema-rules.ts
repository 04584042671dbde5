import type { ZodMiniType } from "zod/mini";

/** `enforce_nonce`: discord.js sends it with every message, Discord passes over it. `files`: what was uploaded beside the JSON. */
const HARMLESS = new Set(["enforce_nonce", "files"]);

/** How a body breaks a schema of the published API; a field that the schema does not know breaks it too. */
export function schemaFaults(schema: ZodMiniType, body: unknown): string[] {
  const parsed = schema.safeParse(body);
  if (!parsed.success) return parsed.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`);
  return unknownFields(body, parsed.data, "");
}

function unknownFields(given: unknown, known: unknown, path: string): string[] {
  if (typeof given !== "object" || given === null || typeof known !== "object" || known === null) return [];
  const fields = new Map(Object.entries(known));
  return Object.entries(given).flatMap(([name, value]) =>
    fields.has(name) || HARMLESS.has(name) || value === undefined
      ? unknownFields(value, fields.get(name), `${path}${name}.`)
      : [`unknown field ${path}${name}`],
  );
}
