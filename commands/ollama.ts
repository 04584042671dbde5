import { createLive } from "#src/base/live.ts";
import { code, plain } from "#src/base/markdown.ts";
import { UserError } from "#src/base/user-error.ts";
import { formatGb } from "#src/catalog/entry/units.ts";
import { type Context, choice, defineCommand, text } from "#src/chat/command.ts";
import { hostFaultText, hostSaidLines, minuteOf } from "#src/chat/host-fault.ts";
import { hostText } from "#src/chat/host-text.ts";
import { ButtonStyle, button, buttonRow, container, customId, textDisplay, type View } from "#src/chat/view.ts";
import type { Failure, FailureReason } from "#src/inference/backend.ts";
import type { Host } from "#src/inference/fleet.ts";
import { type Pull, type PullProgress, RemovalFailed } from "#src/inference/pulls.ts";

const GAP_MS = 1500;
/** A Discord token dies after 15 minutes; a pull that lasts longer goes on unseen. */
const SHOW_MS = 13.5 * 60_000;
const MAX_MODEL = 80;

function requireAdmin({ person }: Context): void {
  if (!person.admin) throw new UserError("adminsOnly");
}

/** Hosts that only workers reach are theirs to change. */
function requireHostsHere(action: "pull" | "rm", model: string, { fleet }: Context): void {
  if (fleet.remote) throw new UserError("modelsElsewhere", { action, model });
}

const gb = (bytes: number): string => formatGb(Math.round(bytes / 1e8) / 10);

function hostLines(host: Host, context: Context): string[] {
  const { text: say, person, pulls } = context;
  const label = hostText(host, person);
  const { up, version = "?", installed, loaded, busy } = host;
  const lastPull = pulls.lastFailure(host);
  const said = [
    ...hostSaidLines(host, context),
    ...(lastPull
      ? [
          say("ollamaHosts.lastPullFailure", {
            when: minuteOf(new Date(lastPull.at).toISOString()),
            model: code(lastPull.model),
            said: plain(lastPull.failure.message),
          }),
        ]
      : []),
  ].map((line) => `-# ${line}`);
  if (!up) return [`**${label}** · ${hostFaultText(host, say)}`, ...said];
  const models = installed.map((model) => {
    const inMemory = loaded.get(model.name);
    const notes = [
      gb(model.sizeBytes),
      model.parameterSize ?? "",
      model.quantization ?? "",
      inMemory === undefined ? "" : say("ollamaHosts.loaded", { size: gb(inMemory.vramBytes) }),
    ];
    return `- ${code(model.name)} · ${notes.filter((note) => note !== "").join(" · ")}`;
  });
  return [
    `**${label}** · Ollama ${plain(version)} · ${say("ollamaHosts.busy", { count: busy })}`,
    ...(models.length > 0 ? models : [`- ${say("ollamaHosts.empty")}`]),
    ...said,
  ];
}

async function hostsView(context: Context): Promise<View> {
  const { fleet, pulls, tries, text: say } = context;
  const counts = await tries.counts();
  const running = pulls.running().map((progress) => `- ${pullLine(progress, context)}`);
  const lines = [
    `### Ollama`,
    ...fleet.hosts.flatMap((host) => hostLines(host, context)),
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
  if (host === undefined)
    throw new UserError("tryNoOllama", { hosts: context.fleet.hosts.map(({ label }) => label).join(", ") });
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

/** The hosts that have a model. */
const holdersOf = (name: string, { fleet }: Context): Host[] =>
  fleet.hosts.filter(({ installed }) => installed.some((item) => item.name === name));

async function confirmRemoval(model: string, context: Context): Promise<View> {
  requireHostsHere("rm", model, context);
  const name = context.fleet.backend.normalName(model);
  if (holdersOf(name, context).length === 0) await context.fleet.lookAgain();
  if (holdersOf(name, context).length === 0) throw new UserError("notInstalled", { model });
  const confirm = button(context.text("pull.remove"), customId("ollama", "remove", name), {
    style: ButtonStyle.Danger,
  });
  return {
    private: true,
    components: [container([textDisplay(context.text("pull.confirm", { model: code(name) })), buttonRow([confirm])])],
  };
}

async function removeModel(name: string, context: Context): Promise<void> {
  requireAdmin(context);
  requireHostsHere("rm", name, context);
  const lines: string[] = [];
  for (const host of holdersOf(name, context)) {
    const failure = await removalFault(context.pulls.remove(name, host));
    if (failure === undefined) {
      context.community.audit(context.person, { what: "remove model", where: host.label, from: name });
      continue;
    }
    const why = whyFailed(failure, host.label, context);
    lines.push(context.text("pull.notRemoved", { model: code(name), host: plain(host.label), why }));
  }
  if (lines.length === 0) lines.push(context.text("pull.removed", { model: code(name) }));
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
    model: text({ required: false, maxLength: MAX_MODEL }),
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
    pull: { answer: "reply", shared: true, execute: (model, _chosen, context) => pullModel(model, context) },
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
