import type { Text } from "#src/base/locale.ts";
import type { HubName } from "#src/sync/hubs/hub.ts";
import { titleOfAction } from "#src/sync/propose/action.ts";
import { noticeText } from "#src/sync/propose/proposal-text.ts";
import type { Proposal } from "#src/sync/propose/propose.ts";
import type { ActionResult } from "#src/sync/publish/publish.ts";
import type { SyncMode, SyncReport } from "./run.ts";

const NAMES_SHOWN = 10;

/** A run's report as lines for a terminal. Text from outside loses what a terminal would obey. */
export function reportLines(report: SyncReport, mode: SyncMode, text: Text): string[] {
  const { desired, problems, written } = report;
  return [
    ...githubLines(report, text),
    ...hubLines(report, text),
    ...notProposedLines(report, text),
    ...(problems.length > 0 ? [text("sync.problems", { count: problems.length })] : []),
    ...desired.uneditable.map(({ entry, detail }) => text("sync.uneditable", { entry, detail })),
    ...(mode === "pr" ? [] : proposalLines(desired.proposals, text)),
    ...actionLines(report, mode, text),
    ...dashboardLine(report, text),
    ...(written.length > 0 ? [text("sync.written", { count: written.length, files: written.join(", ") })] : []),
    ...(desired.notices.length > 0 ? [text("sync.notices")] : []),
    ...desired.notices.map(({ repository, notice }) => `  ${repository}: ${noticeText(notice, text)}`),
  ].map((line) => line.replace(/[^\P{C}\u200b]/gu, " "));
}

function githubLines({ seen, cost, unreached, owners, newRepositories }: SyncReport, text: Text): string[] {
  const isUsedUp = [...unreached, ...owners.unreached].some(({ reason }) => reason === "quota");
  return [
    text("sync.seen", { seen, requests: cost.requests, points: cost.points }),
    ...listLine(
      "sync.unreached",
      unreached.map(({ name }) => name),
      text,
    ),
    ...listLine(
      "sync.unseenOwners",
      owners.unreached.map(({ name }) => name),
      text,
    ),
    ...(isUsedUp ? [text(owners.anonymous ? "sync.needsToken" : "sync.quota")] : []),
    ...(newRepositories.length > 0 ? [text("sync.newRepositories", { names: someOf(newRepositories) })] : []),
  ];
}

/** Organisations that share a reason are one line: where a hub is away these are all of them. */
function hubLines({ listed, silent, hubsOn, cost }: SyncReport, text: Text): string[] {
  if (!hubsOn) return [text("sync.hubsOff")];
  const groups = Map.groupBy(silent, ({ hub, silence }) => `${hub} ${silence.reason} ${silence.detail}`);
  return [
    text("sync.listed", { count: listed, requests: cost.hubRequests }),
    ...[...groups.values()].flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const { hub, silence } = first;
      const names = someOf(group.map(({ organization }) => organization));
      const reason = text(`dashboard.silence.${silence.reason}`);
      return [text("sync.silent", { hub: HUB_NAMES[hub], reason, count: group.length, names, detail: silence.detail })];
    }),
  ];
}

const HUB_NAMES: Readonly<Record<HubName, string>> = { huggingface: "Hugging Face", modelscope: "ModelScope" };

function notProposedLines({ models, leftOutRepositories }: SyncReport, text: Text): string[] {
  const byRule = <Item extends { rule: string }>(
    key: "sync.leftOut" | "sync.leftOutRepositories",
    items: readonly Item[],
    nameOf: (item: Item) => string,
  ): string[] =>
    [...Map.groupBy(items, ({ rule }) => rule)].map(([rule, group]) =>
      text(key, { rule, count: group.length, names: someOf(group.map(nameOf)) }),
    );
  return [
    ...byRule("sync.leftOutRepositories", leftOutRepositories, ({ name }) => name),
    ...byRule("sync.leftOut", models.leftOut, ({ model }) => model),
    ...listLine("sync.older", models.older, text),
    ...listLine("sync.declined", models.declined, text),
  ];
}

type ListKey = "sync.unreached" | "sync.unseenOwners" | "sync.older" | "sync.declined";
const listLine = (key: ListKey, names: readonly string[], text: Text): string[] =>
  names.length > 0 ? [text(key, { count: names.length, names: someOf(names) })] : [];

function dashboardLine({ dashboard }: SyncReport, text: Text): string[] {
  if (dashboard === undefined) return [];
  if (dashboard.outcome === "done") return [text("sync.dashboard.done", { url: dashboard.url })];
  return [text(`sync.dashboard.${dashboard.outcome}`)];
}

const someOf = (names: readonly string[]): string =>
  names.slice(0, NAMES_SHOWN).join(", ") + (names.length > NAMES_SHOWN ? " …" : "");

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
      const address = result?.url === undefined ? "" : ` ${result.url}`;
      return `- ${text(`sync.action.${action.kind}`)}: ${titleOfAction(action)}${address}${outcomeText(result, text)}`;
    }),
    ...plan.waiting.map(({ proposal, reason }) => `- ${text(`sync.waiting.${reason}`)}: ${proposal.title}`),
  ];
}

function outcomeText(result: ActionResult | undefined, text: Text): string {
  if (result === undefined || result.outcome === "done") return "";
  return text(`sync.outcome.${result.outcome}`, { detail: result.detail ?? "" });
}
