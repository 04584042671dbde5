import { kindOfId } from "#src/sync/sources/signal.ts";
import type { Action, CloseReason } from "./action.ts";
import { type Marker, shortHash, splitMarker } from "./marker.ts";
import { asksRebase, LABELS } from "./proposal-text.ts";
import { BASELINE_BRANCH, type Proposal } from "./propose.ts";
import { BRANCH_PREFIX, type Branch, type PullRequest, type RepositoryState } from "./repository-state.ts";
import { rulesOf } from "./signal-kinds.ts";

export type Plan = {
  actions: Action[];
  /** Wanted, but not now: too many are open, or the branch holds a person's work without a pull request. */
  waiting: { proposal: Proposal; reason: "limit" | "branchTaken" | "held" }[];
};

export type Limits = { open: number; perRun: number };
/** A maintainer reads so many at a time. */
const LIMITS: Limits = { open: 10, perRun: 5 };

export type DesiredState = {
  proposals: readonly Proposal[];
  /** Branches of which this run knows nothing: their repositories were not reached or not asked about. */
  unknown: (branch: string) => boolean;
};

/** Works out what to do: proposals as they should be against what there is. Pure; with nothing to do the list is empty. */
export function plan({ proposals, unknown }: DesiredState, observed: RepositoryState, limits: Limits = LIMITS): Plan {
  const branches = new Map(observed.branches.map((branch) => [branch.name, branch]));
  const open = new Map(observed.pulls.filter(({ state }) => state === "open").map((pull) => [pull.branch, pull]));
  const actions: Action[] = [];
  const waiting: Plan["waiting"] = [];
  const fresh: Proposal[] = [];
  for (const proposal of proposals) {
    const pull = open.get(proposal.branch);
    const branch = branches.get(proposal.branch);
    if (pull === undefined) {
      if (unknown(proposal.branch)) continue;
      if (branch !== undefined && branch.digest === undefined) waiting.push({ proposal, reason: "branchTaken" });
      else fresh.push(proposal);
    } else if (pull.base !== observed.branch || pull.labels.includes(LABELS.hold))
      waiting.push({ proposal, reason: "held" });
    else if (branch !== undefined && !unknown(proposal.branch)) actions.push(...updateActions(proposal, pull, branch));
  }

  const wanted = new Set(proposals.map(({ branch }) => branch));
  const closing = [...open.values()].filter(({ branch }) => !wanted.has(branch) && !unknown(branch));
  actions.push(...closing.flatMap((pull) => closeActions(pull, branches.get(pull.branch), proposals)));

  const closed = actions.filter(({ kind }) => kind === "close").length;
  const room = Math.max(0, Math.min(limits.perRun, limits.open - open.size + closed));
  actions.push(...fresh.slice(0, room).map((proposal) => openAction(proposal, branches.get(proposal.branch))));
  waiting.push(...fresh.slice(room).map((proposal) => ({ proposal, reason: "limit" as const })));
  actions.push(...discardActions(observed, wanted, unknown));
  return { actions, waiting };
}

const openAction = (proposal: Proposal, branch: Branch | undefined): Action => ({
  kind: "open",
  proposal,
  branch,
  reason: branch === undefined ? "new" : "leftover",
});

function updateActions(proposal: Proposal, pull: PullRequest, branch: Branch): Action[] {
  if (branch.digest === undefined) return explainActions(pull);
  const { marker } = splitMarker(pull.body);
  const hasOtherFiles = branch.digest !== proposal.digest;
  const rebuild = hasOtherFiles || asksRebase(pull.body);
  // A title that a person gave stays; without a marker nobody knows whose it is.
  const title = marker !== undefined && pull.title === marker.title ? proposal.title : pull.title;
  const sameText = marker !== undefined && sameContent(marker, markerOf(proposal));
  const unlabelled = pull.labels.length === 0 && pull.updatedAt === pull.createdAt;
  return [
    ...(rebuild || !sameText || title !== pull.title
      ? [
          {
            ...{ kind: "update" as const, proposal, pull, branch, rebuild, title },
            reason: hasOtherFiles ? ("files" as const) : rebuild ? ("asked" as const) : ("text" as const),
          },
        ]
      : []),
    ...(unlabelled ? [{ kind: "label" as const, pull, labels: proposal.labels, reason: "unlabelled" as const }] : []),
  ];
}

const explainActions = (pull: PullRequest): Action[] =>
  pull.explained ? [] : [{ kind: "explain", pull, reason: "edited" }];

/** What the pull request of a proposal remembers. Links name the newest commit of a project, which alone is no news. */
export const markerOf = ({ signals, digest, title, body }: Proposal): Marker => ({
  v: 1,
  signals: [...new Set(signals.map(({ id }) => id))].toSorted(),
  digest,
  title,
  body: shortHash(body.replace(/[0-9a-f]{40}/g, "")),
});

const sameContent = (a: Marker, b: Marker): boolean =>
  a.digest === b.digest && a.title === b.title && a.body === b.body && a.signals.join("\n") === b.signals.join("\n");

function closeActions(pull: PullRequest, branch: Branch | undefined, proposals: readonly Proposal[]): Action[] {
  if (pull.labels.includes(LABELS.hold)) return [];
  // Somebody else's work is theirs to close.
  if (branch !== undefined && branch.digest === undefined) return explainActions(pull);
  const signals = splitMarker(pull.body).marker?.signals ?? [];
  const successor = proposals.find((proposal) => proposal.signals.some(({ id }) => signals.includes(id)));
  const reason = successor ? "superseded" : reasonWithout(signals);
  return [{ kind: "close", pull, branch, reason, successor: successor?.branch }];
}

/** Why a pull request goes whose signals are observed no more. */
function reasonWithout(signals: readonly string[]): CloseReason {
  if (signals.length === 0) return "outdated";
  const kinds = signals.flatMap((id) => kindOfId(id) ?? []);
  return kinds.some((kind) => rulesOf(kind).closedBecause === "returned") ? "returned" : "done";
}

/** Deletes branches of ours that nothing needs: their pull request was merged or closed by us, or never came to be. */
function discardActions(
  { branches, pulls }: RepositoryState,
  wanted: ReadonlySet<string>,
  unknown: (branch: string) => boolean,
): Action[] {
  return branches.flatMap((branch): Action[] => {
    const { name, digest } = branch;
    if (digest === undefined || wanted.has(name) || !name.startsWith(BRANCH_PREFIX)) return [];
    const own = pulls.filter((pull) => pull.branch === name);
    if (own.some(({ state }) => state === "open")) return [];
    const last = own.toSorted((a, b) => b.number - a.number)[0];
    if (last === undefined)
      return unknown(name) || name === BASELINE_BRANCH ? [] : [{ kind: "discard", branch, reason: "unused" }];
    if (last.state === "merged") return [{ kind: "discard", branch, reason: "merged" }];
    return splitMarker(last.body).marker?.closed === true ? [{ kind: "discard", branch, reason: "closed" }] : [];
  });
}
