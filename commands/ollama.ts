import { createLive } from "#src/base/live.ts";
import { code, plain } from "#src/base/markdown.ts";
import { minuteOf } from "#src/base/minute.ts";
import { UserError } from "#src/base/user-error.ts";
import { everyOllamaModel } from "#src/catalog/entry/editions.ts";
import { type Context, choice, defineCommand, text } from "#src/chat/command.ts";
import { hostFaultText, hostSaidLines, saidText } from "#src/chat/host-fault.ts";
import { hostText } from "#src/chat/host-text.ts";
import { gb, memoryText } from "#src/chat/loaded-model.ts";
import { paginate } from "#src/chat/pages.ts";
import { ButtonStyle, button, buttonRow, container, customId, LIMITS, textDisplay, type View } from "#src/chat/view.ts";
import { type Failure, type FailureReason, type InstalledModel, listedName } from "#src/inference/backend.ts";
import type { Host } from "#src/inference/fleet.ts";
import { type Pull, type PullProgress, RemovalFailed } from "#src/inference/pulls.ts";
import { MAX_MODEL_NAME, modelReference, referencedModel } from "#src/tries/model-reference.ts";

const GAP_MS = 1500;
/** A Discord token dies after 15 minutes; a pull that lasts longer goes on unseen. */
const SHOW_MS = 13.5 * 60_000;
/** Characters for a model beside `ollama:remove:` in a custom id. */
const MAX_REFERENCE = LIMITS.customId - "ollama:remove:".length;

function requireAdmin({ person }: Context): void {
  if (!person.admin) throw new UserError("adminsOnly");
}

/** Hosts that only workers reach are theirs to change. */
function requireHostsHere(action: "pull" | "rm", model: string, { fleet }: Context): void {
  if (fleet.remote) throw new UserError("modelsElsewhere", { action, model });
}

/** Characters kept free for the queue and for pulls. */
const FRAME = 600;

/** A host in so many characters: of many models those in memory, then the newest. */
function hostLines(host: Host, room: number, context: Context): string[] {
  const { text: say, person, pulls } = context;
  const label = hostText(host, person);
  const { up, version = "?", installed, loaded, busy } = host;
  const lastPull = pulls.lastFailure(host);
  const said = [
    ...hostSaidLines(host, context),
    ...(lastPull
      ? [
          say("ollamaHosts.lastPullFailure", {
            when: minuteOf(lastPull.at),
            model: code(lastPull.model),
            said: saidText(lastPull.failure.message),
          }),
        ]
      : []),
  ].map((line) => `-# ${line}`);
  if (!up) return [`**${label}** · ${hostFaultText(host, say)}`, ...said];
  const heading = `**${label}** · Ollama ${plain(version)} · ${say("ollamaHosts.busy", { count: busy })}`;
  const isLoaded = ({ name }: InstalledModel): number => Number(loaded.has(name));
  const models = installed
    .toSorted((a, b) => isLoaded(b) - isLoaded(a))
    .map((model) => {
      const inMemory = loaded.get(model.name);
      const notes = [
        gb(model.sizeBytes),
        model.parameterSize ?? "",
        model.quantization ?? "",
        inMemory === undefined ? "" : memoryText(inMemory, say),
      ];
      return `- ${code(listedName(model))} · ${notes.filter((note) => note !== "").join(" · ")}`;
    });
  const left = room - [heading, ...said].join("\n").length - MORE;
  const [shown = []] = paginate(models, (line) => line.length + 1, { items: models.length, characters: left });
  const more = models.length - shown.length;
  return [
    heading,
    ...(models.length > 0 ? shown : [`- ${say("ollamaHosts.empty")}`]),
    ...(more > 0 ? [`- ${say("ollamaHosts.more", { count: more })}`] : []),
    ...said,
  ];
}

/** Characters of the line that says how many more there are. */
const MORE = 60;

async function hostsView(context: Context): Promise<View> {
  const { fleet, pulls, tries, room, text: say } = context;
  const each = Math.floor((Math.min(room.characters, 1e6) - FRAME) / fleet.hosts.length);
  const counts = await tries.counts();
  const running = pulls.running().map((progress) => `- ${pullLine(progress, context)}`);
  const lines = [
    `### Ollama`,
    ...fleet.hosts.flatMap((host) => hostLines(host, each, context)),
    `-# ${counts === undefined ? say("status.queueAway") : say("status.queue", counts)}`,
    ...running,
  ];
  return { private: true, components: [container([textDisplay(lines.join("\n"))])] };
}

/** What an administrator can do about a pull or a removal that failed; what the host said is in `/ollama` and the log. */
function whyFailed({ reason, params }: Failure, host: string, { text: say, fleet }: Context): string {
  const version = fleet.hosts.find(({ label }) => label === host)?.version ?? "?";
  const cause = params?.["cause"];
  const known = CAUSES.find((item) => item === cause);
  if (known !== undefined) return say(`pull.why.${known}`, { host: plain(host), version });
  return say(`pull.why.${REASONS[reason] ?? "other"}`, { host: plain(host) });
}

const CAUSES = ["diskFull", "noSuchModel", "noRegistry", "denied", "tooNew"] as const;
const REASONS: Partial<Record<FailureReason, "unreachable" | "notBackend" | "endedEarly" | "gone">> = {
  unreachable: "unreachable",
  stalled: "unreachable",
  notBackend: "notBackend",
  interrupted: "endedEarly",
  repeated: "endedEarly",
  modelMissing: "gone",
};

function pullLine(
  { model, host, phase, completedBytes, totalBytes, bytesPerSecond, failure }: PullProgress,
  context: Context,
): string {
  const { text: say } = context;
  if (failure) return say("pull.failed", { model: code(model), why: whyFailed(failure, host, context) });
  if (phase !== "running") return say(`pull.${phase}`, { model: code(model), host: plain(host) });
  const share = totalBytes === 0 ? 0 : completedBytes / totalBytes;
  const bar = "█".repeat(Math.round(share * 20)).padEnd(20, "░");
  const left = bytesPerSecond > 0 ? Math.ceil((totalBytes - completedBytes) / bytesPerSecond) : undefined;
  const figures = say("pull.figures", {
    done: gb(completedBytes),
    total: gb(totalBytes),
    speed: (bytesPerSecond / 1e6).toFixed(1),
    left: left === undefined ? "–" : `${left} s`,
  });
  return `${code(model)} → ${plain(host)}\n${bar} ${Math.floor(share * 100)}%\n-# ${figures}`;
}

function pullView(pull: Pull, context: Context): View {
  const progress = pull.progress();
  const cancel = buttonRow([
    button(context.text("pull.cancel"), customId("ollama", "cancel", pull.id), { style: ButtonStyle.Danger }),
  ]);
  return {
    components: [
      container([textDisplay(pullLine(progress, context)), ...(progress.phase === "running" ? [cancel] : [])]),
    ],
  };
}

/** Pulls to the first host that is up, and shows it as it goes. */
async function pullModel(model: string, context: Context): Promise<void> {
  requireAdmin(context);
  requireHostsHere("pull", model, context);
  await context.fleet.ready();
  const firstUp = (): Host | undefined => context.fleet.hosts.find(({ up }) => up);
  if (firstUp() === undefined) await context.fleet.lookAgain();
  const host = firstUp();
  if (host === undefined) throw new UserError("tryNoOllama", { hosts: context.fleet.hosts.map(({ label }) => label) });
  await context.begin();
  const pull = context.pulls.start(model, host);
  context.community.audit(context.person, { what: "pull model", where: host.label, to: model });
  const live = createLive({ show: context.reply, gapMs: GAP_MS, again: () => false });
  if (context.room.live) pull.onChange(() => live.update(() => pullView(pull, context)));
  const shown = Promise.withResolvers<void>();
  const timer = setTimeout(shown.resolve, SHOW_MS);
  await Promise.race([pull.ended, shown.promise]);
  clearTimeout(timer);
  await live.close();
  await context.reply(pullView(pull, context));
}

/** The hosts that have a model, each with how it lists it. */
const holdersOf = (name: string, { fleet }: Context): { host: Host; model: InstalledModel }[] =>
  fleet.hosts.flatMap((host) => {
    const model = host.installed.find((item) => item.name === name);
    return model === undefined ? [] : [{ host, model }];
  });

async function confirmRemoval(model: string, context: Context): Promise<View> {
  requireHostsHere("rm", model, context);
  const name = context.fleet.backend.normalName(model);
  if (holdersOf(name, context).length === 0) await context.fleet.lookAgain();
  const [holder] = holdersOf(name, context);
  if (holder === undefined) throw new UserError("notInstalled", { model });
  const listed = listedName(holder.model);
  const confirm = button(
    context.text("pull.remove"),
    customId("ollama", "remove", modelReference(listed, MAX_REFERENCE)),
    { style: ButtonStyle.Danger },
  );
  return {
    private: true,
    components: [container([textDisplay(context.text("pull.confirm", { model: code(listed) })), buttonRow([confirm])])],
  };
}

async function removeModel(reference: string, context: Context): Promise<void> {
  requireAdmin(context);
  requireHostsHere("rm", reference, context);
  const installed = context.fleet.hosts.flatMap((host) => host.installed);
  const listed = referencedModel(reference, installed.map(listedName));
  const lines: string[] = [];
  for (const { host, model } of holdersOf(context.fleet.backend.normalName(listed), context)) {
    const failure = await removalFault(context.pulls.remove(listedName(model), host));
    if (failure === undefined) {
      context.community.audit(context.person, { what: "remove model", where: host.label, from: listed });
      continue;
    }
    const why = whyFailed(failure, host.label, context);
    lines.push(context.text("pull.notRemoved", { model: code(listed), host: plain(host.label), why }));
  }
  if (lines.length === 0) lines.push(context.text("pull.removed", { model: code(listed) }));
  await context.reply({ private: true, components: [container([textDisplay(lines.join("\n"))])] });
}

/** Undefined where it was removed. */
async function removalFault(work: Promise<void>): Promise<Failure | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof RemovalFailed) return error.failure;
    throw error;
  }
}

export const ollama = defineCommand({
  name: "ollama",
  options: {
    action: choice(["hosts", "pull", "remove"]),
    model: text({ required: false, maxLength: MAX_MODEL_NAME }),
  },
  slashOnly: true,
  examples: ["", "action:pull model:qwen3:8b"],
  needs: "runtime",
  acknowledge: "answer",
  async execute({ action = "hosts", model }, context) {
    requireAdmin(context);
    await context.fleet.ready();
    if (action === "hosts") return context.reply(await hostsView(context));
    if (model === undefined) throw new UserError("missingOption", { option: "model" });
    if (action === "remove") return context.reply(await confirmRemoval(model, context));
    await pullModel(model, context);
  },
  components: {
    /** What the button under a model that is not installed names is in the catalog. */
    pull: {
      answer: "reply",
      shared: true,
      async execute(reference, _chosen, context) {
        const offered = context.catalog.entries.flatMap((entry) => everyOllamaModel(entry).map(({ row }) => row.model));
        await pullModel(referencedModel(reference, offered), context);
      },
    },
    cancel: {
      answer: "update",
      shared: true,
      async execute(id, _chosen, context) {
        requireAdmin(context);
        const pull = context.pulls.find(id);
        if (pull === undefined) throw new UserError("tryEnded");
        pull.cancel();
        context.community.audit(context.person, { what: "cancel pull", from: pull.progress().model });
      },
    },
    remove: { answer: "reply", execute: (name, _chosen, context) => removeModel(name, context) },
  },
});
