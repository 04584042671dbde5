import { type Text, textIn } from "#src/base/locale.ts";
import { createLog } from "#src/base/log.ts";
import { createUpstream } from "#src/base/upstream.ts";
import { readCatalog } from "#src/catalog/entry/load.ts";
import { indexNames } from "#src/catalog/search/names.ts";
import { problemText } from "#src/chat/explain-issue.ts";
import type { Config } from "#src/config.ts";
import type { ClientOptions } from "#src/sync/github/client.ts";
import { explainGithubError } from "#src/sync/github/failure.ts";
import { hubUpstreams } from "#src/sync/hubs/upstreams.ts";
import { SyncBusy } from "#src/sync/lock.ts";
import { recordedSync } from "#src/sync/recorded-sync.ts";
import { ArchiveRefused } from "#src/sync/refresh/archive.ts";
import { reportLines } from "#src/sync/report-text.ts";
import { type SyncMode, SyncRefused } from "#src/sync/run.ts";
import { readArguments } from "./arguments.ts";
import { WRONG_SETTING } from "./run.ts";

const NEAR = 3;
/** One of them must be given. */
const MODES = ["dry-run", "write", "pr"] as const satisfies readonly SyncMode[];

/** Where the command writes: a terminal, a pipe, or a test. */
type Output = { write: (text: string) => unknown; isTTY?: boolean };
export type SyncStreams = { stdout: Output; stderr: Output };

/**
 * Runs the sync once as its arguments say. Gives the exit code: 78 where it lacks a setting, 1 where it could not run for another
 * reason or a step of it failed. Throws only what nobody expects.
 */
export async function runSyncCommand(
  args: string[],
  config: Config,
  { stdout, stderr }: SyncStreams,
  { signal, pace }: { signal: AbortSignal; pace?: ClientOptions["pace"] },
): Promise<number> {
  const text = textIn(config.locale);
  const { values } = readArguments("sync", args);
  const mode = MODES.find((name) => values[name]) ?? "dry-run";
  const only = values.only?.split(",").map((id) => id.trim());
  const log = createLog(config.logLevel === "info" ? { ...config, logLevel: "warn" } : config);
  const progress = progressLine(stderr, text);
  try {
    const report = await recordedSync({
      ...config,
      mode,
      only,
      log,
      upstream: createUpstream("GitHub", config.github.apiUrl, config.proxies, log),
      hubUpstreams: hubUpstreams(config, log),
      signal,
      onProgress: progress.show,
      ...(pace && { pace }),
    });
    progress.clear();
    const lines = values.json ? JSON.stringify(report, undefined, 2) : reportLines(report, mode, text).join("\n");
    stdout.write(`${lines}\n`);
    return report.done.some(({ outcome }) => outcome === "failed") || report.desired.uneditable.length > 0 ? 1 : 0;
  } catch (error) {
    progress.clear();
    const line = signal.aborted ? text("sync.interrupted") : await explain(error, config, text);
    if (line === undefined) throw error;
    stderr.write(`${line}\n`);
    return error instanceof SyncRefused && error.reason !== "unknownEntries" ? WRONG_SETTING : 1;
  }
}

/** One line on a terminal that is written over; nothing in a pipe. */
function progressLine(output: Output, text: Text): { show: (seen: number, of: number) => void; clear: () => void } {
  return {
    show: (seen, of) => {
      if (output.isTTY) output.write(`\r\u001b[2K${text("sync.progress", { seen, of })}`);
    },
    clear: () => {
      if (output.isTTY) output.write("\r\u001b[2K");
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
  if (error instanceof ArchiveRefused) return problemText(error.problem, text);
  const failure = explainGithubError(error);
  return failure && text(`github.${failure.kind}`, { host: failure.host, detail: failure.detail });
}
