import { kindOfId } from "#src/sync/sources/signal.ts";
import type { Action, CloseReason } from "./action.ts";
import { declinedIn, type Marker, shortHash, splitMarker } from "./marker.ts";
import { asksRebase, LABELS } from "./proposal-text.ts";
import type { Proposal } from "./propose.ts";
import { BRANCH_PREFIX, type Branch, type PullRequest, type RepositoryState } from "./repository-state.ts";
import { rulesOf } from "./signal-kinds.ts";

export type Plan = {
  actions: Action[];
  /** Wanted, but not now: too many are open, the branch holds a person's work without a pull request, or a hub is to be asked first. */
  waiting: { proposal: Proposal; reason: "limit" | "branchTaken" | "held" | "facts" }[];
};

export type Limits = { open: number; perRun: number };
/** A maintainer reads so many at a time. */
export const LIMITS: Limits = { open: 10, perRun: 5 };

export type DesiredState = {
  proposals: readonly Proposal[];
  /** Branches of which this run knows nothing: their repositories were not reached or not asked about. */
  unknown: (branch: string) => boolean;
  /** Ids of signals of which it is known that what they are about is there no more. */
  gone?: ReadonlySet<string> | undefined;
};

/**
 * Works out what to do: proposals as they should be against what there is. Where more are new than people can read, what came
 * about last goes first. Pure; with nothing to do the list is empty.
 */
export function plan(
  { proposals, unknown, gone }: DesiredState,
  observed: RepositoryState,
  limits: Limits = LIMITS,
): Plan {
  const branches = new Map(observed.branches.map((branch) => [branch.name, branch]));
  const open = new Map(observed.pulls.filter(({ state }) => state === "open").map((pull) => [pull.branch, pull]));
  const actions: Action[] = [];
  const waiting: Plan["waiting"] = [];
  const fresh: Proposal[] = [];
  const kept = new Set<string>();
  for (const proposal of proposals) {
    const elsewhere = heldElsewhere(proposal, open);
    for (const { branch } of elsewhere) kept.add(branch);
    const step =
      elsewhere.length > 0
        ? "facts"
        : stepFor(proposal, open.get(proposal.branch), branches.get(proposal.branch), {
            unknown,
            base: observed.branch,
          });
    if (step === "open") fresh.push(proposal);
    else if (typeof step === "string") waiting.push({ proposal, reason: step });
    else actions.push(...step);
  }

  const wanted = new Set(proposals.map(({ branch }) => branch));
  const closing = [...open.values()].filter(
    ({ branch }) => !wanted.has(branch) && !kept.has(branch) && !unknown(branch),
  );
  actions.push(...closing.flatMap((pull) => closeActions(pull, branches.get(pull.branch), { proposals, gone })));

  const closed = actions.filter(({ kind }) => kind === "close").length;
  const room = Math.max(0, Math.min(limits.perRun, limits.open - open.size + closed));
  const inTurn = fresh.toSorted((a, b) => (b.newest ?? "").localeCompare(a.newest ?? "", "en"));
  actions.push(...inTurn.slice(0, room).map((proposal) => openAction(proposal, branches.get(proposal.branch))));
  waiting.push(...inTurn.slice(room).map((proposal) => ({ proposal, reason: "limit" as const })));
  actions.push(...discardActions(observed, wanted, unknown));
  return { actions, waiting };
}

/**
 * Open pull requests of other branches that hold a signal of a proposal to which hubs did not say all. Where a model belongs
 * may follow from what its hub says of it: until that is known again it stays where it is.
 */
const heldElsewhere = (
  { branch, facts, signals }: Proposal,
  open: ReadonlyMap<string, PullRequest>,
): readonly PullRequest[] =>
  facts === "complete" || open.has(branch)
    ? []
    : [...open.values()].filter(({ body }) => {
        const held = splitMarker(body).marker?.signals ?? [];
        return signals.some(({ id }) => held.includes(id));
      });

/** What a proposal needs: a pull request of its own, changes of the one that it has, or time. */
function stepFor(
  proposal: Proposal,
  pull: PullRequest | undefined,
  branch: Branch | undefined,
  { unknown, base }: { unknown: DesiredState["unknown"]; base: string },
): "open" | Plan["waiting"][number]["reason"] | Action[] {
  const isUnknown = unknown(proposal.branch);
  if (pull === undefined) {
    if (isUnknown) return [];
    if (branch !== undefined && branch.digest === undefined) return "branchTaken";
    return proposal.facts === "notAsked" ? "facts" : "open";
  }
  if (pull.base !== base || pull.labels.includes(LABELS.hold)) return "held";
  return branch === undefined || isUnknown || wouldLose(proposal, pull) ? [] : updateActions(proposal, pull, branch);
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
  const sameText = marker !== undefined && sameContent(marker, markerOf(proposal, pull));
  const unlabelled = pull.labels.length === 0 && pull.updatedAt === pull.createdAt && marker?.unlabelled !== true;
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

/** Whether a pull request holds what the hubs said, and they say it no more. Where they have nothing to say, other news goes on. */
function wouldLose({ facts, signals }: Proposal, { body }: PullRequest): boolean {
  const { marker } = splitMarker(body);
  if (facts === "complete" || marker?.lacksFacts === true) return false;
  return facts !== "lacking" || signals.every(({ id }) => marker?.signals.includes(id));
}

const explainActions = (pull: PullRequest): Action[] =>
  pull.explained ? [] : [{ kind: "explain", pull, reason: "edited" }];

/** What the pull request of a proposal remembers. Links name the newest commit of a project, and a line in it: no news alone. */
export function markerOf(
  { signals, digest, title, body, content = body, facts }: Proposal,
  pull?: PullRequest,
): Marker {
  const ids = new Set(signals.map(({ id }) => id));
  // What is proposed nevertheless is wanted again.
  const declined = [...(pull ? declinedIn(pull.body) : [])].filter((id) => !ids.has(id)).toSorted();
  return {
    v: 1,
    signals: [...ids].toSorted(),
    digest,
    title,
    body: shortHash(content.replace(/[0-9a-f]{40}|#L\d+/g, "")),
    ...(declined.length > 0 && { declined }),
    ...(facts !== "complete" && { lacksFacts: true }),
  };
}

const sameContent = (a: Marker, b: Marker): boolean =>
  a.digest === b.digest &&
  a.title === b.title &&
  a.body === b.body &&
  a.lacksFacts === b.lacksFacts &&
  a.signals.join("\n") === b.signals.join("\n") &&
  a.declined?.join("\n") === b.declined?.join("\n");

function closeActions(
  pull: PullRequest,
  branch: Branch | undefined,
  { proposals, gone }: Pick<DesiredState, "proposals" | "gone">,
): Action[] {
  if (pull.labels.includes(LABELS.hold)) return [];
  // Somebody else's work is theirs to close.
  if (branch !== undefined && branch.digest === undefined) return explainActions(pull);
  const signals = splitMarker(pull.body).marker?.signals ?? [];
  const successor = proposals.find((proposal) => proposal.signals.some(({ id }) => signals.includes(id)));
  const reason = successor ? "superseded" : reasonWithout(signals, gone);
  return [{ kind: "close", pull, branch, reason, successor: successor?.branch }];
}

/** Why a pull request goes whose signals are observed no more. */
function reasonWithout(signals: readonly string[], gone: DesiredState["gone"]): CloseReason {
  if (signals.length === 0 || signals.some((id) => gone?.has(id))) return "outdated";
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
    if (last === undefined) return unknown(name) ? [] : [{ kind: "discard", branch, reason: "unused" }];
    if (last.state === "merged") return [{ kind: "discard", branch, reason: "merged" }];
    return splitMarker(last.body).marker?.closed === true ? [{ kind: "discard", branch, reason: "closed" }] : [];
  });
}
