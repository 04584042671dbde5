import { z } from "zod";
import { plain } from "#src/base/markdown.ts";
import { UserError } from "#src/base/user-error.ts";
import { LEAST_GB, MOST_GB, readCards, totalGb } from "#src/catalog/memory/machine.ts";
import {
  isSameSubject,
  type NamedSubject,
  type Subject,
  subjectName,
  subjectNamed,
} from "#src/catalog/search/subject.ts";
import { MAX_TYPED_NAME } from "#src/catalog/search/written-name.ts";
import { barsOf } from "#src/chart/memory-chart.ts";
import { type Context, defineCommand, text } from "#src/chat/command.ts";
import { memoryChart } from "#src/chat/compare/chart.ts";
import { compareView } from "#src/chat/compare/view.ts";
import { about, unknownView } from "#src/chat/model/list.ts";
import { takenText } from "#src/chat/model/subject-lines.ts";
import { RefusedWithView } from "#src/chat/refused-with-view.ts";
import { suggestCards } from "#src/chat/suggest/cards.ts";
import { suggestSubjects } from "#src/chat/suggest/models.ts";
import { type ActionRow, customId, LIMITS, selectRow } from "#src/chat/view.ts";

const NEAR = 10;
/** Between the names in a custom id; no name of the catalog has it. */
const BETWEEN = "|";

/** Which name was unknown, the memory, the names. */
const againState = z.tuple([z.coerce.number().int().nonnegative(), z.string(), z.string()]);

/** What is asked: names as they were typed, and the person's graphics memory. */
type Question = { names: readonly string[]; vram: string | undefined };

/** Typed in order, the memory or the card stands where other models could: `/compare chatglm-6b qwen3 3060 12g`. */
function withVram({ names, vram }: Question, { catalog }: Context): Question {
  for (let from = 2; from < names.length; from++) {
    const rest = names.slice(from);
    const given = vram === undefined ? [] : [vram];
    const cards = [
      [...rest, ...given],
      [...given, ...rest],
    ]
      .map((words) => words.join(" "))
      .find((typed) => readCards(typed, catalog.cards, { onlySold: true }) !== undefined);
    if (cards !== undefined && !rest.some((name) => subjectNamed(name, catalog)))
      return { names: names.slice(0, from), vram: cards };
  }
  return { names, vram };
}

function readVram(typed: string | undefined, { catalog }: Context): number | undefined {
  if (typed === undefined) return undefined;
  const cards = readCards(typed, catalog.cards);
  if (cards === undefined) throw new UserError("invalidCards", { given: typed, least: LEAST_GB, most: MOST_GB });
  return totalGb(cards);
}

function findAll({ names, vram }: Question, context: Context): NamedSubject[] {
  return names.map((name, at) => {
    const found = subjectNamed(name, context.catalog);
    if (found === undefined) throw unknown(name, at, { names, vram }, context);
    return found;
  });
}

/** The nearest names, each of which compares again with itself in the place of the unknown one. */
function unknown(name: string, at: number, question: Question, context: Context): UserError {
  const near = context.catalog.names.near(name, NEAR);
  if (near.length === 0) return new UserError("unknownModel", { name });
  const menu = againMenu(name, at, question, near, context);
  return new RefusedWithView("unknownModel", { name }, unknownView(name, near, context, menu));
}

/** Undefined where the question is too long for a custom id. */
function againMenu(
  name: string,
  at: number,
  { names, vram }: Question,
  near: readonly Subject["entry"][],
  { text: say, catalog }: Context,
): ActionRow[] | undefined {
  const others = names.map((item, place) => (place === at ? "" : shortestName(item, catalog)));
  const state = [at, vram ?? "", others.join(BETWEEN)];
  const length = ["compare", "with", ...state].join(":").length;
  if (length > LIMITS.customId || [...others, vram ?? ""].some((item) => /[|:]/.test(item))) return undefined;
  const options = near.map((entry) => ({
    label: entry.name,
    value: entry.id,
    description: about(entry, { text: say }),
  }));
  return [selectRow(customId("compare", "with", ...state), say("compare.instead", { name }), options)];
}

/** The name of the catalog for what was typed: shorter than an address, and without its colons. */
function shortestName(typed: string, catalog: Context["catalog"]): string {
  const found = subjectNamed(typed, catalog);
  if (found === undefined || !/[|:]/.test(typed)) return typed;
  return found.subject.variant?.name ?? found.subject.entry.id;
}

function refuseSameTwice(subjects: readonly Subject[], names: readonly string[]): void {
  for (const [second, subject] of subjects.entries()) {
    const first = subjects.findIndex((other) => isSameSubject(other, subject));
    if (first === second) continue;
    throw new UserError("compareSame", {
      first: names[first] ?? "",
      second: names[second] ?? "",
      model: subjectName(subject),
    });
  }
}

/** Which of several a name was taken for. */
function readingOf(name: string, found: NamedSubject, { text: say }: Context): string[] {
  if (found.kind !== "family") return takenText(name, found, say);
  return [say("compare.newestOf", { name: plain(name), model: plain(subjectName(found.subject)) })];
}

async function compareModels(question: Question, context: Context): Promise<void> {
  const { room, pictures } = context;
  const vramGb = readVram(question.vram, context);
  const found = findAll(question, context);
  const subjects = found.map(({ subject }) => subject);
  refuseSameTwice(subjects, question.names);
  const { chart, more } = memoryChart(subjects, vramGb, context);
  const remarks = found.flatMap((item, at) => readingOf(question.names[at] ?? "", item, context));
  const draws = room.pictures && barsOf(chart).length > 0;
  // A drawing takes a part of a second, and in a queue more than Discord waits.
  if (draws) await context.begin();
  const png = draws ? await pictures.draw(chart) : undefined;
  await context.reply(compareView({ subjects, chart, more, png, remarks }, context));
}

const named = <const R extends boolean>(required: R) =>
  text({ required, maxLength: MAX_TYPED_NAME, autocomplete: suggestSubjects });

export const compare = defineCommand({
  name: "compare",
  options: {
    model1: named(true),
    model2: named(true),
    model3: named(false),
    model4: named(false),
    vram: text({ required: false, maxLength: 50, autocomplete: suggestCards }),
  },
  examples: ["chatglm-6b qwen3 vram:8", "qwen3-8b glm-4-9b"],
  needs: "runtime",
  acknowledge: "answer",
  async execute({ model1, model2, model3, model4, vram }, context) {
    const names = [model1, model2, model3, model4].filter((name) => name !== undefined);
    await compareModels(withVram({ names, vram }, context), context);
  },
  components: {
    /** A menu of what to take in the place of an unknown name. */
    with: {
      answer: "reply",
      async execute(state, [id = ""], context) {
        const [at, vram, names] = againState.parse(state.split(":"));
        const chosen = names.split(BETWEEN).map((name, place) => (place === at ? id : name));
        await compareModels({ names: chosen, vram: vram === "" ? undefined : vram }, context);
      },
    },
  },
});
