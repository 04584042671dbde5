import { z } from "zod";
import { texts, word } from "./shapes.ts";

/** Times larger than that are milliseconds: as seconds they would be in the year 33658. */
const MS_FROM = 1e12;

/** Seconds or milliseconds since 1970, or ISO 8601: the hub writes all of them. */
const date = z
  .union([z.number().positive(), z.string()])
  .optional()
  .catch(undefined)
  .transform((value) => {
    const time = new Date(value === undefined ? Number.NaN : msOf(value));
    return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
  });

function msOf(value: number | string): number {
  if (typeof value === "string" && !/^\d+$/.test(value)) return Date.parse(value);
  return Number(value) > MS_FROM ? Number(value) : Number(value) * 1000;
}

const yes = z.boolean().optional().catch(undefined);

/** A row of `/openapi/v1/models`: of its fields only `id` is sure to be there. */
export const openRow = z.object({
  id: z.string(),
  created_at: date,
  last_modified: date,
  license: word,
  tasks: texts,
  tags: texts,
  private: yes,
  gated: yes,
});

export const openListing = z.object({
  data: z.object({
    models: z.array(z.unknown()),
    total_count: z.number().int().nonnegative().optional().catch(undefined),
  }),
});

const named = z.object({ Name: z.string() });
/** Words, or objects with names. */
const names = z
  .array(z.unknown())
  .optional()
  .catch(undefined)
  .transform((items) =>
    texts.parse((items ?? []).map((item) => (typeof item === "string" ? item : named.safeParse(item).data?.Name))),
  );

/** 5: everybody sees it; 3: organisations; 1: its owner. */
const PUBLIC = 5;

/** `/api/v1/models/ID`. */
export const oldModel = z.object({
  Data: z.object({
    Path: z.string(),
    Name: z.string(),
    CreatedTime: date,
    LastUpdatedTime: date,
    License: word,
    Tasks: names,
    Tags: names,
    Libraries: names,
    Architectures: names,
    Language: names,
    BaseModel: texts,
    BaseModelRelation: word,
    Visibility: z
      .number()
      .optional()
      .catch(undefined)
      .transform((value) => value === undefined || value === PUBLIC),
    Gated: yes,
  }),
});

const file = z.object({
  Path: z.string().max(500),
  Size: z.number().nonnegative().optional().catch(undefined),
  Type: word,
});

/** `/api/v1/models/ID/repo/files`. */
export const oldFiles = z.object({
  Data: z.object({
    Files: z.array(z.unknown()).transform((rows) => rows.flatMap((row) => file.safeParse(row).data ?? [])),
  }),
});

/** What stands in an answer 200 that is none: `{success:false, code, message}` or `{Code:404, Message}`. */
export const refusedInside = z.union([
  z.object({
    success: z.literal(false),
    code: z.union([z.string(), z.number()]).optional(),
    message: z.string().optional(),
    msg: z.string().optional(),
  }),
  z.object({
    Code: z.number().refine((code) => code !== 200),
    Message: z.string().optional(),
  }),
]);
