// Plain JavaScript, because it runs on the very versions that cannot run TypeScript.
import * as module from "node:module";

const NEEDED = 24;
const found = Number.parseInt(process.versions.node, 10);
if (found < NEEDED) {
  console.error(
    `Mulu 需要 Node.js ${NEEDED} 或更新的版本，现在是 ${process.versions.node}。\n` +
      `Mulu needs Node.js ${NEEDED} or newer; this is ${process.versions.node}.\n` +
      "npm ci 会装好 npm 包 node，npm 脚本用它运行；如果安装脚本被禁用，请运行 npm rebuild node，或自行安装新版 Node.js。\n" +
      "npm ci installs one (the npm package `node`) for the npm scripts; where install scripts are off, run `npm rebuild node` or install a newer Node.js.",
  );
  process.exit(1);
}

// Keeps compiled and type-stripped code between starts (in the system's temporary folder): the second start takes half
// the time and needs no type stripper in memory. The catalog's entries are kept beside it (src/catalog/entry/cache.ts).
// Where the folder cannot be written nothing is kept.
module.enableCompileCache?.();
