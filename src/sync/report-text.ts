import type { Text } from "#src/base/locale.ts";
import { titleOfAction } from "#src/sync/propose/action.ts";
import { noticeText } from "#src/sync/propose/proposal-text.ts";
import type { Proposal } from "#src/sync/propose/propose.ts";
import type { SyncMode, SyncReport } from "./run.ts";

const NAMES_SHOWN = 10;

/** A run's report as lines for a terminal. Text from outside loses what a terminal would obey. */
export function reportLines(report: SyncReport, mode: SyncMode, text: Text): string[] {
  const { desired, unreached, cost, seen } = report;
  const names = unreached.slice(0, NAMES_SHOWN).map(({ name }) => name);
  const more = unreached.length > NAMES_SHOWN ? " …" : "";
  return [
    text("sync.seen", { seen, requests: cost.requests, points: cost.points }),
    ...(unreached.length > 0
      ? [text("sync.unreached", { count: unreached.length, names: names.join(", ") + more })]
      : []),
    ...(unreached.some(({ reason }) => reason === "quota") ? [text("sync.quota")] : []),
    ...(report.problems.length > 0 ? [text("sync.problems", { count: report.problems.length })] : []),
    ...desired.uneditable.map(({ entry, detail }) => text("sync.uneditable", { entry, detail })),
    ...(mode === "pr" ? [] : proposalLines(desired.proposals, text)),
    ...actionLines(report, mode, text),
    ...(report.written.length > 0
      ? [text("sync.written", { count: report.written.length, files: report.written.join(", ") })]
      : []),
    ...(desired.notices.length > 0 ? [text("sync.notices")] : []),
    ...desired.notices.map(({ repository, notice }) => `  ${repository}: ${noticeText(notice, text)}`),
  ].map((line) => line.replace(/[^\P{C}\u200b]/gu, " "));
}

function proposalLines(proposals: readonly Proposal[], text: Text): string[] {
  if (proposals.length === 0) return [text("sync.nothing")];
  return [
    text("sync.wouldPropose"),
    ...proposals.flatMap(({ title, changes }) => [
      `- ${title}`,
      ...changes.map(({ entry, field, before, after }) =>
        field === ""
          ? `    ${entry}: ${text("sync.newFile")}`
          : `    ${entry}: ${field}: ${before === undefined ? "" : `${before} → `}${after}`,
      ),
    ]),
  ];
}

function actionLines({ plan, done }: SyncReport, mode: SyncMode, text: Text): string[] {
  if (plan === undefined) return [];
  if (plan.actions.length === 0 && plan.waiting.length === 0) return [text("sync.nothingToDo")];
  return [
    text("sync.actions"),
    ...plan.actions.map((action, index) => {
      const result = mode === "pr" ? done[index] : undefined;
      const outcome = result ? text(`sync.outcome.${result.outcome}`, { detail: result.detail ?? "" }) : "";
      return `- ${text(`sync.action.${action.kind}`)}: ${titleOfAction(action)}${result?.url === undefined ? "" : ` ${result.url}`}${outcome}`;
    }),
    ...plan.waiting.map(({ proposal, reason }) => `- ${text(`sync.waiting.${reason}`)}: ${proposal.title}`),
  ];
}
