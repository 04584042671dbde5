import { parseArgs } from "node:util";
import { type Text, textIn } from "#src/base/locale.ts";
import { createLog } from "#src/base/log.ts";
import { readCatalog } from "#src/catalog/entry/load.ts";
import { indexNames } from "#src/catalog/search/names.ts";
import type { Config } from "#src/config.ts";
import { explainGithubError } from "#src/sync/github/failure.ts";
import { SyncBusy } from "#src/sync/lock.ts";
import { recordedSync } from "#src/sync/recorded-sync.ts";
import { reportLines } from "#src/sync/report-text.ts";
import { type SyncMode, SyncRefused } from "#src/sync/run.ts";
import { run } from "./run.ts";

const NEAR = 3;

/** `npm run -s sync`: one run of the sync; the exit code is 1 where it could not run or a step of it failed. */
await run(async (config) => {
  const text = textIn(config.locale);
  const given = argumentsOf(process.argv.slice(2));
  if (given === undefined) {
    process.stderr.write(`${text("sync.usage")}\n`);
    return 1;
  }
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  const progress = progressLine(text);
  try {
    const report = await recordedSync({
      ...config,
      mode: given.mode,
      only: given.only,
      text,
      log: createLog(config.logLevel === "info" ? { ...config, logLevel: "warn" } : config),
      signal: stop.signal,
      onProgress: progress.show,
    });
    progress.clear();
    process.stdout.write(
      given.json
        ? `${JSON.stringify(report, undefined, 2)}\n`
        : `${reportLines(report, given.mode, text).join("\n")}\n`,
    );
    return report.done.some(({ outcome }) => outcome === "failed") || report.desired.uneditable.length > 0 ? 1 : 0;
  } catch (error) {
    progress.clear();
    const line = stop.signal.aborted ? text("sync.interrupted") : await explain(error, config, text);
    if (line === undefined) throw error;
    process.stderr.write(`${line}\n`);
    return 1;
  }
});

type Given = { mode: SyncMode; only: string[] | undefined; json: boolean };

/** Undefined where they are not what the usage says: exactly one mode, and no empty `--only`. */
function argumentsOf(args: string[]): Given | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: {
        "dry-run": { type: "boolean", default: false },
        write: { type: "boolean", default: false },
        pr: { type: "boolean", default: false },
        only: { type: "string" },
        json: { type: "boolean", default: false },
      },
    });
    const modes = (["dry-run", "write", "pr"] as const).filter((mode) => values[mode]);
    const only = values.only?.split(",").map((id) => id.trim());
    const [mode] = modes;
    if (mode === undefined || modes.length > 1 || only?.some((id) => id === "")) return undefined;
    return { mode, only, json: values.json };
  } catch {
    return undefined;
  }
}

/** One line on a terminal that is written over; nothing in a pipe. */
function progressLine(text: Text): { show: (seen: number, of: number) => void; clear: () => void } {
  const visible = process.stderr.isTTY;
  return {
    show: (seen, of) => {
      if (visible) process.stderr.write(`\r\u001b[2K${text("sync.progress", { seen, of })}`);
    },
    clear: () => {
      if (visible) process.stderr.write("\r\u001b[2K");
    },
  };
}

async function explain(error: unknown, { catalogDir }: Config, text: Text): Promise<string | undefined> {
  if (error instanceof SyncBusy) return text("sync.busy");
  if (error instanceof SyncRefused) {
    if (error.reason !== "unknownEntries") return text(`sync.${error.reason}`);
    const names = indexNames((await readCatalog(catalogDir)).entries);
    const lines = error.ids.map((id) => {
      const near = names.near(id, NEAR).map((entry) => entry.id);
      return [
        text("sync.unknownEntry", { id }),
        ...(near.length > 0 ? [text("sync.near", { names: near.join(", ") })] : []),
      ].join(" ");
    });
    return lines.join("\n");
  }
  const failure = explainGithubError(error);
  return failure && text(`github.${failure.kind}`, { host: failure.host });
}
