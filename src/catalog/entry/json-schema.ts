import { z } from "zod";
import { entrySchema } from "./schema.ts";

/** `catalog/schema.json`: the schema of an entry's file as JSON Schema, for editors. */
export function renderJsonSchema(): string {
  const schema = z.toJSONSchema(entrySchema, { io: "input", unrepresentable: "any" });
  return `${JSON.stringify({ ...schema, title: "Mulu catalog entry" }, undefined, 2)}\n`;
}
