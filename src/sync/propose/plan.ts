import { type Marker, shortHash, splitMarker } from "./marker.ts";
import { asksRebase, LABELS } from "./proposal-text.ts";
import { BASELINE_BRANCH, type Proposal } from "./propose.ts";
import { BRANCH_PREFIX, type Branch, type PullRequest, type Target } from "./target.ts";

/** What to do to GitHub. */
export type Action =
  | { kind: "open"; proposal: Proposal; branch: Branch | undefined }
  | { kind: "update"; proposal: Proposal; pull: PullRequest; branch: Branch; rebuild: boolean; title: string }
  /** A run died between opening it and labelling it. */
  | { kind: "label"; pull: PullRequest; labels: string[] }
  /** Somebody else pushed: say once that it is theirs. */
  | { kind: "explain"; pull: PullRequest }
  | { kind: "close"; pull: PullRequest; branch: Branch | undefined; reason: CloseReason; successor: string | undefined }
  | { kind: "discard"; branch: Branch };
type CloseReason = "done" | "superseded" | "returned" | "outdated";

export type Plan = {
  actions: Action[];
  /** Wanted, but not now: too many are open, or the branch holds a person's work without a pull request. */
  waiting: { proposal: Proposal; reason: "limit" | "branchTaken" | "held" }[];
};

export type Limits = { open: number; perRun: number };
/** A maintainer reads so many at a time. */
const LIMITS: Limits = { open: 10, perRun: 5 };

export type Wanted = {
  proposals: readonly Proposal[];
  /** Branches of which this run knows nothing: their repositories were not reached or not asked about. */
  unknown: (branch: string) => boolean;
};

/** Proposals as they should be and as they are → what to do. Pure; with nothing to do the list is empty. */
export function plan({ proposals, unknown }: Wanted, target: Target, limits: Limits = LIMITS): Plan {
  const branches = new Map(target.branches.map((branch) => [branch.name, branch]));
  const open = new Map(target.pulls.filter(({ state }) => state === "open").map((pull) => [pull.branch, pull]));
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
    } else if (pull.base !== target.branch || pull.labels.includes(LABELS.hold))
      waiting.push({ proposal, reason: "held" });
    else if (branch !== undefined && !unknown(proposal.branch)) actions.push(...keepUp(proposal, pull, branch));
  }

  const wanted = new Set(proposals.map(({ branch }) => branch));
  const closing = [...open.values()].filter(({ branch }) => !wanted.has(branch) && !unknown(branch));
  actions.push(...closing.flatMap((pull) => close(pull, branches.get(pull.branch), proposals)));

  const closed = actions.filter(({ kind }) => kind === "close").length;
  const room = Math.max(0, Math.min(limits.perRun, limits.open - open.size + closed));
  actions.push(
    ...fresh
      .slice(0, room)
      .map((proposal): Action => ({ kind: "open", proposal, branch: branches.get(proposal.branch) })),
  );
  waiting.push(...fresh.slice(room).map((proposal) => ({ proposal, reason: "limit" as const })));
  actions.push(...leftovers(target, wanted, unknown).map((branch): Action => ({ kind: "discard", branch })));
  return { actions, waiting };
}

function keepUp(proposal: Proposal, pull: PullRequest, branch: Branch): Action[] {
  if (branch.digest === undefined) return pull.explained ? [] : [{ kind: "explain", pull }];
  const { marker } = splitMarker(pull.body);
  const rebuild = branch.digest !== proposal.digest || asksRebase(pull.body);
  // A title that a person gave stays; without a marker nobody knows whose it is.
  const title = marker !== undefined && pull.title === marker.title ? proposal.title : pull.title;
  const sameText = marker !== undefined && sameContent(marker, markerOf(proposal));
  const unlabelled = pull.labels.length === 0 && pull.updatedAt === pull.createdAt;
  return [
    ...(rebuild || !sameText || title !== pull.title
      ? [{ kind: "update" as const, proposal, pull, branch, rebuild, title }]
      : []),
    ...(unlabelled ? [{ kind: "label" as const, pull, labels: proposal.labels }] : []),
  ];
}

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

function close(pull: PullRequest, branch: Branch | undefined, proposals: readonly Proposal[]): Action[] {
  if (pull.labels.includes(LABELS.hold)) return [];
  // Somebody else's work is theirs to close.
  if (branch !== undefined && branch.digest === undefined) return pull.explained ? [] : [{ kind: "explain", pull }];
  const signals = splitMarker(pull.body).marker?.signals ?? [];
  const successor = proposals.find((proposal) => proposal.signals.some(({ id }) => signals.includes(id)));
  const missing = signals.some((id) => id.startsWith("missing:"));
  const reason = successor ? "superseded" : missing ? "returned" : signals.length > 0 ? "done" : "outdated";
  return [{ kind: "close", pull, branch, reason, successor: successor?.branch }];
}

/** Branches of ours that nothing needs: their pull request was merged or closed by us, or never came to be. */
function leftovers(target: Target, wanted: ReadonlySet<string>, unknown: (branch: string) => boolean): Branch[] {
  return target.branches.filter(({ name, digest }) => {
    if (digest === undefined || wanted.has(name) || !name.startsWith(BRANCH_PREFIX)) return false;
    const own = target.pulls.filter((pull) => pull.branch === name);
    if (own.some(({ state }) => state === "open")) return false;
    const last = own.toSorted((a, b) => b.number - a.number)[0];
    if (last === undefined) return !unknown(name) && name !== BASELINE_BRANCH;
    return last.state === "merged" || splitMarker(last.body).marker?.closed === true;
  });
}
