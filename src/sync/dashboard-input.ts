import type { Locale, Text } from "#src/base/locale.ts";
import { repositoryUrl } from "#src/catalog/entry/urls.ts";
import type { Watch } from "#src/catalog/entry/watch.ts";
import type { NamedSignal } from "#src/sync/dashboard/dashboard-groups.ts";
import type { DashboardInput } from "#src/sync/dashboard/dashboard-text.ts";
import type { Decisions } from "#src/sync/dashboard/decisions.ts";
import { addressKey, organizationOf } from "#src/sync/hubs/hub.ts";
import type { Cost } from "#src/sync/observe/observe.ts";
import { isSignalId } from "#src/sync/propose/boxes.ts";
import { shortHash } from "#src/sync/propose/marker.ts";
import type { Plan } from "#src/sync/propose/plan.ts";
import { noticeText } from "#src/sync/propose/proposal-text.ts";
import type { DesiredProposals } from "#src/sync/propose/propose.ts";
import type { PullRequest } from "#src/sync/propose/repository-state.ts";
import type { ActionResult } from "#src/sync/publish/publish.ts";
import type { Candidate } from "#src/sync/sources/candidate.ts";
import type { PlacedNotice } from "#src/sync/sources/signal.ts";
import type { FoundModels } from "./find-models.ts";
import type { NewRepository, Surroundings } from "./look-around.ts";

export type DashboardSources = {
  seen: Surroundings;
  models: FoundModels;
  desired: DesiredProposals;
  plan: Plan;
  done: readonly ActionResult[];
  pulls: readonly PullRequest[];
  decisions: Decisions;
  cost: Cost & { hubRequests: number };
  watch: Watch;
  locale: Locale;
  text: Text;
};

/** What the dashboard shows of a run. */
export function dashboardInput(sources: DashboardSources): DashboardInput {
  const { seen, models, plan, decisions, cost, watch, locale, text } = sources;
  const { requests, points, hubRequests, remaining } = cost;
  const mentioned = [
    ...seen.newRepositories.filter((repository) => !isProposed(repository, models)).map((item) => newRepository(item)),
    ...seen.owners.flatMap((owner) =>
      owner.state === "seen" && owner.more ? [manyRepositories(owner.login, text)] : [],
    ),
    ...sources.desired.notices.map((notice) => noticed(notice, text)),
  ];
  return {
    open: openProposals(sources),
    waiting: plan.waiting.map(({ proposal, reason }) => ({
      title: proposal.title,
      reason,
      url: sources.pulls.find(({ state, branch }) => state === "open" && branch === proposal.branch)?.url,
    })),
    noticed: mentioned.filter(({ id }) => !decisions.declined.has(id)),
    leftOut: [
      ...[...Map.groupBy(models.leftOut, ({ rule }) => rule)].map(([rule, items]) => ({
        rule: rule.id,
        what: locale === "en-US" ? rule.en : rule.zh,
        models: newestFirst(items.map(({ candidate }) => candidate)).map(named),
        propose: true,
      })),
      ...[...Map.groupBy(seen.leftOutRepositories, ({ rule }) => rule)].map(([id, items]) => {
        const rule = watch.leaveOutRepositories.find((item) => item.id === id);
        return {
          rule: id,
          what: (locale === "en-US" ? rule?.en : rule?.zh) ?? id,
          models: items.map(({ owned }) => ({ id: `repository:${owned.id}`, name: owned.name })),
          propose: false,
        };
      }),
    ],
    older: {
      since: watch.since ?? "",
      byOrganization: [...Map.groupBy(models.older, ({ model }) => organizationOf(model.id))].map(
        ([organization, items]) => ({ organization, models: newestFirst(items).map(named) }),
      ),
    },
    declined: declinedOf(sources),
    failed: [
      ...seen.hubs.silent.map(({ organization, silence }) => ({ name: organization, reason: silence.reason })),
      ...seen.observations.flatMap((item) =>
        item.state === "unreached" ? [{ name: item.asked, reason: item.reason }] : [],
      ),
      ...seen.owners.flatMap((item) => (item.state === "unreached" ? [{ name: item.asked, reason: item.reason }] : [])),
    ],
    cost: { requests, points, hubRequests, ...(remaining !== undefined && { pointsLeft: remaining }) },
  };
}

/** Those that were open and are not closed now, with the titles that they have now, and those that this run opened. */
function openProposals({ pulls, plan, done }: DashboardSources): { title: string; url: string }[] {
  const gone = new Set(
    done.flatMap(({ action, branch, outcome }) => (action === "close" && outcome === "done" ? [branch] : [])),
  );
  const opened = plan.actions.flatMap((action, index) => {
    const url = done[index]?.url;
    return action.kind === "open" && url !== undefined ? [{ title: action.proposal.title, url }] : [];
  });
  const renamed = new Map(
    plan.actions.flatMap((action, index) =>
      action.kind === "update" && done[index]?.outcome === "done" ? [[action.pull.number, action.title] as const] : [],
    ),
  );
  const before = pulls.filter(({ state, branch }) => state === "open" && !gone.has(branch));
  return [...before.map(({ title, url, number }) => ({ title: renamed.get(number) ?? title, url })), ...opened];
}

const named = ({ model }: Candidate): NamedSignal => ({ id: `weights:${addressKey(model)}`, name: model.id });

const newestFirst = (candidates: readonly Candidate[]): Candidate[] =>
  candidates.toSorted((a, b) => (b.listed?.createdAt ?? "").localeCompare(a.listed?.createdAt ?? "", "en"));

/** Models, and whatever else people ticked: what this run knows of these, or an earlier one knew. */
function declinedOf({ models, decisions, seen }: DashboardSources): NamedSignal[] {
  const shown = new Map(models.declined.map((candidate) => [named(candidate).id, named(candidate)]));
  const others = [...decisions.declined].filter((id) => !shown.has(id));
  const remembered = new Map(decisions.memory.names);
  const repositories = repositoryNames(seen);
  const nameOf = (id: string): string | undefined => {
    const [, kind, number, rest] = /^([A-Za-z]+):(\d+)(:.*)?$/s.exec(id) ?? [];
    const name = repositories.get(Number(number));
    return name !== undefined && rest !== undefined ? `${name} ${kind}${rest}` : name;
  };
  return [...shown.values(), ...others.map((id) => ({ id, name: nameOf(id) ?? remembered.get(id) ?? id }))];
}

/** Names of the repositories that were seen, by their numbers. */
const repositoryNames = ({ observations, owners, newRepositories }: Surroundings): Map<number, string> =>
  new Map([
    ...owners.flatMap((owner) => (owner.state === "seen" ? owner.repositories : [])).map(numbered),
    ...newRepositories.map(({ owned }) => numbered(owned)),
    ...observations.flatMap((item) => (item.state === "found" ? [numbered(item.repository)] : [])),
  ]);

const numbered = ({ id, name }: { id: number; name: string }): [number, string] => [id, name];

/** Whether a model that a repository's README names is proposed. */
const isProposed = ({ owned }: NewRepository, { placed }: FoundModels): boolean =>
  placed.some(({ candidate }) => candidate.named.some(({ repository }) => repository.id === owned.id));

const newRepository = ({
  owned: { id, name, description, createdAt },
}: NewRepository): DashboardInput["noticed"][number] => ({
  id: `repository:${id}`,
  name,
  about: description ?? createdAt.slice(0, "YYYY-MM-DD".length),
  url: repositoryUrl(name),
  propose: false,
});

/** An owner that made more repositories than a run looks at. */
const manyRepositories = (login: string, text: Text): DashboardInput["noticed"][number] => ({
  id: `owner:${login.toLowerCase()}`,
  name: login,
  remark: text("dashboard.manyRepositories"),
  url: `https://github.com/${login}?tab=repositories`,
  propose: false,
});

function noticed({ repository, notice }: PlacedNotice, text: Text): DashboardInput["noticed"][number] {
  const { kind, ...facts } = notice;
  // The text of a rule is another one in another language.
  const told = "rule" in facts ? { ...facts, rule: "" } : facts;
  return {
    id: noticeId([kind, repository.toLowerCase(), ...Object.values(told)].join(":")),
    name: repository,
    remark: noticeText(notice, text),
    url: repositoryUrl(repository),
    propose: false,
  };
}

/** A tag may be long, and hold what no id may: its digest stands for it then, so that a person can still tick it. */
function noticeId(key: string): string {
  const id = `notice:${key.replace(/\s+/g, "_")}`;
  return isSignalId(id) ? id : `notice:${shortHash(key)}`;
}
