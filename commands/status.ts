import { createHash } from "node:crypto";
import { type Context, defineCommand } from "#src/chat/command.ts";
import { plain } from "#src/chat/markdown.ts";
import { container, textDisplay } from "#src/chat/view.ts";

/** The same entries have the same version, wherever they were read: the beginning of their hash. */
const versionOf = ({ entries }: Context["catalog"]): string =>
  createHash("sha256").update(JSON.stringify(entries)).digest("hex").slice(0, 7);

function lines({ fleet, tries, catalog, text }: Context): string[] {
  const hosts = fleet.hosts.map(({ label, up, version, installed }) =>
    up
      ? text("status.ollamaUp", { label: plain(label), version: plain(version ?? "?"), count: installed.length })
      : text("status.ollamaDown", { label: plain(label) }),
  );
  return [
    ...hosts,
    text("status.queue", tries.counts()),
    text("status.catalog", { count: catalog.entries.length, version: versionOf(catalog) }),
  ];
}

export const status = defineCommand({
  name: "status",
  options: {},
  examples: [""],
  acknowledge: "answer",
  async execute(_values, context) {
    await context.fleet.ready();
    const list = lines(context).map((line) => `- ${line}`);
    await context.reply({
      components: [container([textDisplay([`### ${context.text("status.heading")}`, ...list].join("\n"))])],
    });
  },
});
