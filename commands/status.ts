import { createHash } from "node:crypto";
import type { Text } from "#src/base/locale.ts";
import { code, plain } from "#src/base/markdown.ts";
import { type Context, defineCommand } from "#src/chat/command.ts";
import { problemText } from "#src/chat/explain-issue.ts";
import { memoryText } from "#src/chat/loaded-model.ts";
import { container, textDisplay } from "#src/chat/view.ts";
import { listedName } from "#src/inference/backend.ts";
import type { Host } from "#src/inference/fleet.ts";

/** The same entries have the same version, wherever they were read: the beginning of their hash. */
const versionOf = ({ entries }: Context["catalog"]): string =>
  createHash("sha256").update(JSON.stringify(entries)).digest("hex").slice(0, 7);

const shortCommit = (commit: string): string => code(commit.slice(0, 7));

/** `2026-11-23 08:40 UTC`; the people of one channel live in many time zones. */
const minuteOf = (iso: string): string => `${iso.slice(0, 16).replace("T", " ")} UTC`;

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

/** A host with what it has in memory, and whether that runs on the CPU. */
function hostLine({ label, up, version = "?", installed, loaded }: Host, text: Text): string {
  if (!up) return text("status.ollamaDown", { label: plain(label) });
  const inMemory = installed.flatMap((model) => {
    const memory = loaded.get(model.name);
    return memory === undefined ? [] : `${code(listedName(model))} (${memoryText(memory, text)})`;
  });
  const line = text("status.ollamaUp", { label: plain(label), version: plain(version), count: installed.length });
  return [line, ...(inMemory.length === 0 ? [] : [text("status.loadedModels", { models: inMemory.join(" · ") })])].join(
    " · ",
  );
}

async function lines(context: Context): Promise<string[]> {
  const { fleet, tries, text } = context;
  const hosts = fleet.hosts.map((host) => hostLine(host, text));
  const counts = await tries.counts();
  const queue = counts === undefined ? `⚠ ${text("status.queueAway")}` : text("status.queue", counts);
  return [...hosts, queue, ...catalogLines(context), ...(await syncLines(context))];
}

export const status = defineCommand({
  name: "status",
  options: {},
  examples: [""],
  needs: "runtime",
  acknowledge: "answer",
  async execute(_values, context) {
    await context.fleet.ready();
    const list = (await lines(context)).map((line) => `- ${line}`);
    await context.reply({
      components: [container([textDisplay([`### ${context.text("status.heading")}`, ...list].join("\n"))])],
    });
  },
});
