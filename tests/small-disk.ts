import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

const run = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0;

function mountOn(folder: string, kilobytes: number): boolean {
  return run("mount", "-t", "tmpfs", "-o", `size=${kilobytes}k,mode=700`, "tmpfs", folder);
}

/** Why no disk can be mounted here, which only root may; undefined where it can. */
export const WITHOUT_MOUNT: string | undefined = (() => {
  const folder = mkdtempSync(join(tmpdir(), "mulu-mount-"));
  try {
    if (!mountOn(folder, 64)) return "no disk can be mounted: the tests are not root's";
    run("umount", folder);
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
})();

/** A disk of its own for one test, in memory, that can be filled and written to no more. */
export function smallDisk(kilobytes = 2048) {
  const folder = mkdtempSync(join(tmpdir(), "mulu-disk-"));
  if (!mountOn(folder, kilobytes)) throw new Error("the disk could not be mounted");
  onTestFinished(async () => {
    run("umount", "--lazy", folder);
    await rm(folder, { recursive: true, force: true });
  });
  const filler = join(folder, "filler");
  return {
    folder,
    /** Fills it to the last byte. */
    fill: async (): Promise<void> => {
      await writeFile(filler, Buffer.alloc(kilobytes * 1024)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOSPC") throw error;
      });
    },
    free: (): Promise<void> => rm(filler),
  };
}

/** From here on nothing can be written to a disk that `smallDisk` made. */
export function remountReadOnly(folder: string): void {
  if (!run("mount", "-o", "remount,ro", folder)) throw new Error("the disk could not be mounted anew");
}
