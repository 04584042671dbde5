import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { LRUCache } from "lru-cache";

const TIMEOUT_MS = 30_000;
const MAX_ARCHIVE_BYTES = 256 * 2 ** 20;

/** What `git init --bare` makes, without a process. */
export function initBare(gitDir: string, defaultBranch: string): void {
  for (const folder of ["objects/info", "objects/pack", "refs/heads", "refs/tags"]) {
    mkdirSync(path.join(gitDir, folder), { recursive: true });
  }
  writeFileSync(path.join(gitDir, "HEAD"), `ref: refs/heads/${defaultBranch}\n`);
  writeFileSync(path.join(gitDir, "config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n");
}

/** The merged tree's object id, which is then in the repository; undefined on a conflict. */
export type Merge = (ours: string, theirs: string) => Promise<string | undefined>;

type Asked = { ours: string; theirs: string; answer: PromiseWithResolvers<string | undefined> };

/** Merges in memory, as git does; what is asked at the same time is one process. */
export function createMerge(gitDir: string): Merge {
  let waiting: Asked[] = [];
  const run = async (asked: Asked[]): Promise<void> => {
    try {
      const input = asked.map(({ ours, theirs }) => `${ours} ${theirs}\n`).join("");
      const stdout = await git(
        gitDir,
        ["merge-tree", "--write-tree", "--stdin", "--name-only", "--no-messages"],
        input,
      );
      // For each: 1 or 0 (a conflict), the tree, the files in conflict, nothing; all of them ended by a NUL.
      const results = [...stdout.toString("utf8").matchAll(/([01])\0([0-9a-f]{40})\0(?:[^\0]+\0)*\0/g)];
      if (results.length !== asked.length)
        throw new Error(`git merge-tree answered ${results.length} of ${asked.length}`);
      for (const [at, [, isClean, tree]] of results.entries()) {
        asked[at]?.answer.resolve(isClean === "1" ? tree : undefined);
      }
    } catch (error) {
      for (const { answer } of asked) answer.reject(error);
    }
  };
  const runWaiting = (): void => {
    const asked = waiting;
    waiting = [];
    void run(asked);
  };
  return (ours, theirs) => {
    if (waiting.length === 0) setImmediate(runWaiting);
    const answer = Promise.withResolvers<string | undefined>();
    waiting.push({ ours, theirs, answer });
    return answer.promise;
  };
}

/** A commit's name says what is in it, whichever repository has it. */
const archives = new LRUCache<string, Promise<Buffer>>({ max: 50 });

/** A `.tar.gz` of a commit's files below a folder, made by git once. */
export function archive(gitDir: string, commit: string, folder: string): Promise<Buffer> {
  const key = `${commit} ${folder}`;
  const made = archives.get(key) ?? git(gitDir, ["archive", "--format=tar.gz", `--prefix=${folder}/`, commit]);
  archives.set(key, made);
  made.catch(() => archives.delete(key));
  return made;
}

/** What git says on stdout; throws what it says on stderr unless it ends well. */
function git(gitDir: string, args: string[], input = ""): Promise<Buffer> {
  // Inside a git hook the environment names another repository.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_")));
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const child = execFile(
    "git",
    ["--git-dir", gitDir, ...args],
    { encoding: "buffer", env, timeout: TIMEOUT_MS, maxBuffer: MAX_ARCHIVE_BYTES },
    (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`git ${args[0]}: ${stderr.toString("utf8")}`, { cause: error }));
    },
  );
  // Git may be gone before it has read everything; how it ended says why.
  child.stdin?.on("error", () => undefined).end(input);
  return promise;
}
