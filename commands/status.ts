import { createHash } from "node:crypto";
import type { Text } from "#src/base/locale.ts";
import { code, plain } from "#src/base/markdown.ts";
import { minuteOf } from "#src/base/minute.ts";
import { type Context, defineCommand } from "#src/chat/command.ts";
import { problemText } from "#src/chat/explain-issue.ts";
import { hostFaultText, hostSaidLines } from "#src/chat/host-fault.ts";
import { hostText } from "#src/chat/host-text.ts";
import { memoryText } from "#src/chat/loaded-model.ts";
import { container, textDisplay } from "#src/chat/view.ts";
import { listedName } from "#src/inference/backend.ts";
import type { Host } from "#src/inference/fleet.ts";

/** The same entries have the same version, wherever they were read: the beginning of their hash. */
const versionOf = ({ entries }: Context["catalog"]): string =>
  createHash("sha256").update(JSON.stringify(entries)).digest("hex").slice(0, 7);

const shortCommit = (commit: string): string => code(commit.slice(0, 7));

function catalogLines({ catalogInUse: { catalog, origin, refused }, text }: Context): string[] {
  const figures = { count: catalog.entries.length, version: versionOf(catalog) };
  const [problem, ...others] = refused?.problems ?? [];
  return [
    origin === undefined
      ? text("status.catalog", figures)
      : text("status.catalogFrom", {
          ...figures,
          repository: plain(origin.repository),
          commit: shortCommit(origin.commit),
          when: minuteOf(origin.fetchedAt),
        }),
    ...(refused === undefined || problem === undefined
      ? []
      : [
          `⚠ ${text("status.refused", {
            commit: shortCommit(refused.commit),
            count: others.length + 1,
            problem: plain(problemText(problem, text)),
          })}`,
        ]),
  ];
}

async function syncLines({ lastSync, text }: Context): Promise<string[]> {
  const last = await lastSync();
  if (last === undefined) return [];
  const when = minuteOf(last.at);
  return last.ok
    ? [text("status.sync", { when, seen: last.seen, unreached: last.unreached, proposed: last.proposed })]
    : [`⚠ ${text("status.syncFailed", { when, detail: plain(last.detail ?? "?") })}`];
}

/** A line for each host, and beneath it what it said of its faults. */
function hostLines({ fleet, person, text }: Context): string[] {
  return fleet.hosts.flatMap((host) => {
    const said = hostSaidLines(host, { person, text });
    return [`- ${hostLine(host, hostText(host, person), text)}`, ...said.map((item) => `  - ${item}`)];
  });
}

/** A host with what it has in memory, and whether that runs on the CPU; or why it is out. */
function hostLine(host: Host, label: string, text: Text): string {
  const { up, version = "?", installed, loaded } = host;
  if (!up) return text("status.ollamaDown", { label, fault: hostFaultText(host, text) });
  const inMemory = installed.flatMap((model) => {
    const memory = loaded.get(model.name);
    return memory === undefined
      ? []
      : text("facts.withRemark", { value: code(listedName(model)), remark: memoryText(memory, text) });
  });
  const line = text("status.ollamaUp", { label, version: plain(version), count: installed.length });
  return [line, ...(inMemory.length === 0 ? [] : [text("status.loadedModels", { models: inMemory.join(" · ") })])].join(
    " · ",
  );
}

async function otherLines(context: Context): Promise<string[]> {
  const { tries, text } = context;
  const counts = await tries.counts();
  const queue = counts === undefined ? `⚠ ${text("status.queueAway")}` : text("status.queue", counts);
  const fault = context.diskFault();
  const disk = fault === undefined ? [] : [`⚠ ${text("status.diskAway", { fault: plain(fault) })}`];
  return [queue, ...disk, ...catalogLines(context), ...(await syncLines(context))].map((line) => `- ${line}`);
}

export const status = defineCommand({
  name: "status",
  options: {},
  examples: [""],
  needs: "runtime",
  acknowledge: "answer",
  async execute(_values, context) {
    await context.fleet.ready();
    const heading = `### ${context.text("status.heading")}`;
    const lines = [heading, ...hostLines(context), ...(await otherLines(context))];
    await context.reply({
      // Administrators are shown addresses and what hosts say, which others in a channel are not to see.
      ...(context.person.admin && { private: true }),
      components: [container([textDisplay(lines.join("\n"))])],
    });
  },
});
