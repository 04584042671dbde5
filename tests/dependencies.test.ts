import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** What `du -sm node_modules` may say after `npm ci --omit=dev`. */
const LIMIT_MIB = 105;
/** What a file or a folder takes up on most disks is a multiple of this, in bytes. */
const BLOCK = 4096;

const lock: { packages: Record<string, Locked> } = JSON.parse(readFileSync("package-lock.json", "utf8"));

type Locked = { dev?: boolean; version?: string };

/** What a package takes up on a disk, in bytes, without the packages in its own `node_modules`: those are named apart. */
function bytesOnDisk(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, item) => {
    const path = join(folder, item.name);
    if (item.isDirectory()) return item.name === "node_modules" ? sum : sum + bytesOnDisk(path);
    return sum + Math.ceil(statSync(path).size / BLOCK) * BLOCK;
  }, BLOCK);
}

test(`what an installation without development needs takes at most ${LIMIT_MIB} MB`, () => {
  // npm marks what only development needs; an optional package of another system is in the lock and not on the disk.
  const packages = Object.entries(lock.packages).filter(
    ([path, { dev = false }]) => path !== "" && !dev && existsSync(path),
  );
  const sizes = packages.map(([path]) => ({ path, mib: bytesOnDisk(path) / 2 ** 20 }));
  const largest = sizes.toSorted((a, b) => b.mib - a.mib).slice(0, 10);
  expect(sizes.length).toBeGreaterThan(100);
  expect(
    sizes.reduce((sum, { mib }) => sum + mib, 0),
    largest.map(({ path, mib }) => `${path}: ${mib.toFixed(1)} MB`).join("\n"),
  ).toBeLessThanOrEqual(LIMIT_MIB);
});
