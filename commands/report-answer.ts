import { code, link } from "#src/base/markdown.ts";
import { UserError } from "#src/base/user-error.ts";
import type { ChosenMessage, Context, MessageCommand } from "#src/chat/command.ts";
import { ANSWER_FILE, wholeText } from "#src/chat/try/answer-file.ts";
import { answerIn, messageLink } from "#src/chat/try/chosen-answer.ts";
import { promptLine } from "#src/chat/try/prompt-line.ts";
import {
  ButtonStyle,
  button,
  buttonRow,
  container,
  customId,
  fileDisplay,
  separator,
  textDisplay,
  type View,
} from "#src/chat/view.ts";
import type { TryRecord } from "#src/tries/records.ts";
import { shownModel } from "#src/tries/try.ts";

/** Characters of the prompt and of the answer that are shown; all of both is in a file where that is not enough. */
const PROMPT_SHOWN = 600;
const ANSWER_SHOWN = 1500;

/** Sends an answer to whom administrators have named: the prompt, the answer, and what can be done about it. */
export const reportAnswer: MessageCommand = {
  key: "report",
  async execute(message, context) {
    const id = answerIn(message);
    const { community, channels, person, tries, text: say, reply } = context;
    const record = await tries.find(id);
    if (record === undefined) throw new UserError("tryGone");
    const report = { whom: record.try.person, where: messageLink(message), from: id };
    const { reportChannel } = await community.decisions();
    if (reportChannel === undefined || channels === undefined) {
      community.audit(person, { what: "report", ...report, to: "nowhere: no channel for reports is set" });
      throw new UserError("reportNowhere");
    }
    const taken = await community.takeReport(person.id, id);
    if (taken === "twice") throw new UserError("reportTwice");
    if (taken === "tooMany") throw new UserError("reportTooMany");
    const view = await reportView(record, message, context);
    const refused = await channels.post(reportChannel, view, `${id}${person.id.slice(-9)}`);
    community.audit(person, { what: "report", ...report, to: refused ?? reportChannel });
    if (refused) {
      await community.returnReport(person.id, id);
      throw new UserError("reportFailed", { why: say(`channels.${refused}`) });
    }
    await reply({ private: true, components: [container([textDisplay(say("report.thanks"))])] });
  },
};

async function reportView(
  { try: attempt, progress }: TryRecord,
  message: ChosenMessage,
  { person, text: say }: Context,
): Promise<View> {
  // Loaded when it is needed: it brings a Markdown parser that a start should not wait for.
  const { modelText } = await import("#src/chat/try/model-text.ts");
  const answer = wholeText(attempt, progress, "text");
  const { markdown, complete } = modelText(answer, ANSWER_SHOWN);
  const isWhole = complete && attempt.prompt.length <= PROMPT_SHOWN;
  const lines = [
    `### ${say("report.heading")}`,
    say("report.by", { name: `<@${person.id}>` }),
    say("report.asked", {
      name: `<@${attempt.person}>`,
      models: attempt.targets.map((target) => code(shownModel(target))).join(" "),
    }),
    link(say("report.open"), messageLink(message)),
  ];
  const buttons = [
    button(say("report.block"), customId("admin", "block", attempt.person), { style: ButtonStyle.Danger }),
    button(say("report.remove"), customId("admin", "remove", attempt.id, message.channel, message.id)),
  ];
  return {
    components: [
      container([
        textDisplay(lines.join("\n")),
        separator(),
        textDisplay(promptLine(attempt.prompt, PROMPT_SHOWN)),
        textDisplay(markdown.trim() === "" ? say("report.noAnswer") : markdown),
        ...(isWhole ? [] : [fileDisplay(ANSWER_FILE)]),
        buttonRow(buttons),
      ]),
    ],
    ...(!isWhole && { files: [{ name: ANSWER_FILE, text: `${attempt.prompt}\n\n---\n\n${answer}\n` }] }),
  };
}
