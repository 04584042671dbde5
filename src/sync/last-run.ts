import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writePrivateFile } from "#src/base/write-file.ts";

const shape = z.object({
  /** ISO 8601. */
  at: z.iso.datetime(),
  ok: z.boolean(),
  /** Repositories looked at, and those that were not reached. */
  seen: z.int(),
  unreached: z.int(),
  /** Proposals opened or renewed. */
  proposed: z.int(),
  /** In one line, where it failed. */
  detail: z.string().optional(),
});
export type LastRun = z.infer<typeof shape>;

const fileIn = (dataDir: string): string => join(dataDir, "sync.json");

/** How the last run went; undefined where there is no record, or none that can be read. */
export async function readLastRun(dataDir: string): Promise<LastRun | undefined> {
  try {
    return shape.safeParse(JSON.parse(await readFile(fileIn(dataDir), "utf8"))).data;
  } catch {
    return undefined;
  }
}

/** Rejects where the disk refuses it. */
export async function writeLastRun(dataDir: string, run: LastRun): Promise<void> {
  await writePrivateFile(fileIn(dataDir), `${JSON.stringify(run)}\n`);
}
