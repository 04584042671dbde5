import { z } from "zod";
import { textIn } from "#src/base/locale.ts";
import { code, plain } from "#src/base/markdown.ts";
import { UserError } from "#src/base/user-error.ts";
import { everyWeights } from "#src/catalog/entry/editions.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { formatGb } from "#src/catalog/entry/units.ts";
import { MAX_TYPED_NAME } from "#src/catalog/search/written-name.ts";
import { type Context, defineCommand, flag, text } from "#src/chat/command.ts";
import { entryLine, openMenu } from "#src/chat/model/list.ts";
import { RefusedWithView } from "#src/chat/refused-with-view.ts";
import { suggestTryModels } from "#src/chat/suggest/models.ts";
import { ANSWER_FILE, answerFile, wholeText } from "#src/chat/try/answer-file.ts";
import { button, buttonRow, container, customId, fileDisplay, LIMITS, textDisplay, type View } from "#src/chat/view.ts";
import { checkDecisions } from "#src/tries/admission.ts";
import { continued } from "#src/tries/conversation.ts";
import { modelReference } from "#src/tries/model-reference.ts";
import type { TryRecord } from "#src/tries/records.ts";
import type { Resolution } from "#src/tries/resolve.ts";
import type { Try } from "#src/tries/try.ts";

const MAX_PROMPT = 6000;
/** Characters for a model beside `ollama:pull:` in a custom id. */
const MAX_REFERENCE = LIMITS.customId - "ollama:pull:".length;

type Ask = Pick<Try, "targets" | "prompt" | "think"> &
  Partial<Pick<Try, "history" | "leftOutTurns" | "tokenRatio">> & { hidden: boolean };

async function submit({ hidden, ...asked }: Ask, context: Context): Promise<void> {
  const { tries, community, person, locale, begin, fleet } = context;
  const { privateChannels } = await community.decisions();
  const isPrivate = hidden || person.channels.some((id) => privateChannels.has(id));
  const here = new Set(fleet.installed().map(({ name }) => name));
  // It would wait for the next poll of a host that may be back.
  if (asked.targets.some(({ model }) => !here.has(fleet.backend.normalName(model)))) await fleet.lookAgain();
  await tries.submit({
    ...asked,
    person,
    locale,
    begin: (accept) => begin({ private: isPrivate, accept }),
  });
}

/** Which model answers for a name. Before a person is refused the hosts are asked again: one may be back, or have more models. */
async function resolved(name: string, { fleet, resolve }: Context): Promise<Resolution> {
  const known = resolve(name);
  if (known.kind === "ready") return known;
  await fleet.lookAgain();
  return resolve(name);
}

/** What to say where no model answers. */
function unable(name: string, resolution: Exclude<Resolution, { kind: "ready" }>, context: Context): View {
  const { text: say, fleet } = context;
  if (fleet.remote && fleet.hosts.length === 0) throw new UserError("tryNoWorkers");
  if (!fleet.hosts.some(({ up }) => up))
    throw new UserError("tryNoOllama", { hosts: fleet.hosts.map(({ label }) => label) });
  if (resolution.kind === "pullable") return pullable(resolution, context);
  if (resolution.kind === "impossible") return impossible(resolution, context);
  if (resolution.near.length === 0) throw new UserError("unknownModel", { name });
  const lines = resolution.near.map((entry) => entryLine(entry, context));
  return {
    components: [
      container([
        textDisplay([say("model.unknown", { name: plain(name) }), say("list.nearest"), ...lines].join("\n")),
        ...openMenu(resolution.near, context),
      ]),
    ],
  };
}

function pullable(
  { entry, model: { model, sizeGb, exact }, wanted = entry.name }: Extract<Resolution, { kind: "pullable" }>,
  { text: say, person }: Context,
): View {
  const lines = [
    say("try.pullable", { name: plain(wanted) }),
    `${code(`ollama pull ${model}`)}${sizeGb === undefined ? "" : ` (${formatGb(sizeGb)})`}`,
    ...(exact ? [] : [`-# ${say("try.standIn", { wanted: plain(wanted), model: code(model) })}`]),
  ];
  const pull = buttonRow([
    button(say("pull.button", { model }), customId("ollama", "pull", modelReference(model, MAX_REFERENCE))),
  ]);
  return { components: [container([textDisplay(lines.join("\n")), ...(person.admin ? [pull] : [])])] };
}

function impossible(
  { entry, relatives, wanted = entry.name }: Extract<Resolution, { kind: "impossible" }>,
  context: Context,
): View {
  const { text: say } = context;
  const hasGguf = everyWeights(entry).some(({ row }) => row.precision === "gguf");
  const lines = [
    say(isLookedUp(entry) ? "try.impossible" : "try.notInCatalog", { name: plain(wanted), id: entry.id }),
    ...(hasGguf ? [say("try.import", { id: entry.id })] : []),
    ...(relatives.length > 0 ? [say("try.relatives"), ...relatives.map((item) => entryLine(item, context))] : []),
  ];
  return {
    components: [container([textDisplay(lines.join("\n")), ...openMenu([entry, ...relatives], context)])],
  };
}

/** A draft of the sync says nothing of Ollama, which is not the same as that there is nothing. */
const isLookedUp = ({ ollama, variants = [] }: Entry): boolean =>
  [ollama, ...variants.map((variant) => variant.ollama)].some((rows) => rows !== undefined);

async function stored(id: string, { tries }: Context): Promise<TryRecord> {
  const found = await tries.find(id);
  if (found === undefined) throw new UserError("tryGone");
  return found;
}

async function owned(id: string, context: Context): Promise<TryRecord> {
  const found = await stored(id, context);
  if (found.try.person !== context.person.id) throw new UserError("tryNotYours");
  return found;
}

/** What is asked to have a try again. */
const askedBy = ({ targets, prompt, history, leftOutTurns, tokenRatio, think, delivery }: Try): Ask => ({
  ...{ targets, prompt, history, leftOutTurns, tokenRatio, think },
  hidden: delivery.private,
});

/** How a try ended, as it would have been shown. */
async function lastView({ try: attempt, progress }: TryRecord, { room, catalog }: Context): Promise<View> {
  // Loaded when it is needed, as below.
  const { tryView } = await import("#src/chat/try/view.ts");
  return tryView(attempt, progress, { text: textIn(attempt.locale), room, entryOf: (id) => catalog.entry(id) });
}

/** A long text as its beginning and a file with all of it. */
async function longText(whole: string, { room }: Context): Promise<View> {
  // Loaded when it is needed: it brings a Markdown parser that a start should not wait for.
  const { modelText } = await import("#src/chat/try/model-text.ts");
  const { markdown, complete } = modelText(whole, Math.min(room.characters, 1e6) - 100);
  return {
    private: true,
    components: [container([textDisplay(markdown), ...(complete ? [] : [fileDisplay(ANSWER_FILE)])])],
    ...(!complete && { files: [answerFile(whole)] }),
  };
}

const tryId = z.string().regex(/^[0-9a-f]{16}$/);

export const try_ = defineCommand({
  name: "try",
  options: {
    model: text({ required: true, maxLength: MAX_TYPED_NAME, autocomplete: suggestTryModels }),
    prompt: text({ required: true, maxLength: MAX_PROMPT }),
    think: flag(),
    private: flag(),
  },
  examples: ["chatglm 写一封邮件", 'model:"qwen3 8b" 你好'],
  needs: "runtime",
  acknowledge: "answer",
  async execute({ model, prompt, think, private: hidden = false }, context) {
    await context.tries.available();
    await context.fleet.ready();
    const resolution = await resolved(model, context);
    if (resolution.kind !== "ready") throw new RefusedWithView("tryUnable", {}, unable(model, resolution, context));
    await submit({ targets: [resolution.target], prompt, think, hidden }, context);
  },
  components: {
    stop: {
      answer: "update",
      shared: true,
      async execute(state, _chosen, context) {
        const { outcome, record } = await context.tries.stop(tryId.parse(state), context.person);
        if (outcome === "forbidden") throw new UserError("tryNotYours");
        if (outcome === "stopped") {
          const whom = record?.try.person;
          const isOthers = whom !== undefined && whom !== context.person.id;
          if (isOthers) context.community.audit(context.person, { what: "stop", whom, from: state });
          return;
        }
        // Whoever should have shown the end could not: the message must not stay open.
        if (record === undefined) await context.seal(context.text("try.sealed"));
        else await context.reply(await lastView(record, context));
      },
    },
    again: {
      answer: "reply",
      shared: true,
      async execute(state, _chosen, context) {
        await submit(askedBy((await stored(tryId.parse(state), context)).try), context);
      },
    },
    /** The same, without thinking. */
    skip: {
      answer: "reply",
      shared: true,
      async execute(state, _chosen, context) {
        await submit({ ...askedBy((await stored(tryId.parse(state), context)).try), think: false }, context);
      },
    },
    /** Asks for the next message; what is written comes to `more`. */
    continue: {
      answer: "reply",
      shared: true,
      async execute(state, _chosen, context) {
        const { id } = (await owned(tryId.parse(state), context)).try;
        // Nobody shall write a message first that is refused then.
        checkDecisions(await context.community.decisions(), context.person);
        await context.ask({
          customId: customId("try", "more", id),
          title: context.text("try.continueTitle"),
          label: context.text("try.continueLabel"),
          maxLength: 4000,
        });
      },
    },
    more: {
      answer: "reply",
      shared: true,
      async execute(state, [prompt = ""], context) {
        const { try: earlier, progress } = await owned(tryId.parse(state), context);
        // What began for one person alone goes on for that person alone.
        const { targets, ...asked } = askedBy(earlier);
        await submit({ ...asked, ...continued(earlier, progress.runs[0]), targets: [targets[0]], prompt }, context);
      },
    },
    thinking: {
      answer: "reply",
      shared: true,
      async execute(state, _chosen, context) {
        const { try: attempt, progress } = await stored(tryId.parse(state), context);
        await context.reply(await longText(wholeText(attempt, progress, "thinking"), context));
      },
    },
    full: {
      answer: "reply",
      shared: true,
      async execute(state, _chosen, context) {
        const { try: attempt, progress } = await stored(tryId.parse(state), context);
        await context.reply(await longText(wholeText(attempt, progress, "text"), context));
      },
    },
  },
});
