import { type Context, defineCommand } from "#src/chat/command.ts";
import { plain } from "#src/chat/markdown.ts";
import { container, textDisplay } from "#src/chat/view.ts";

function lines({ fleet, tries, catalog, text }: Context): string[] {
  const hosts = fleet.hosts.map(({ label, up, version, installed }) =>
    up
      ? text("status.ollamaUp", { label: plain(label), version: plain(version ?? "?"), count: installed.length })
      : text("status.ollamaDown", { label: plain(label) }),
  );
  return [...hosts, text("status.queue", tries.counts()), text("status.catalog", { count: catalog.entries.length })];
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
