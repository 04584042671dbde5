import { kindOfId } from "#src/sync/sources/signal.ts";
import { declinedIn, splitMarker } from "./marker.ts";
import { LABELS } from "./proposal-text.ts";
import { rulesOf } from "./signal-kinds.ts";

/** Every branch of ours begins like this. */
export const BRANCH_PREFIX = "mulu/sync/";

export type PullRequest = {
  number: number;
  url: string;
  state: "open" | "closed" | "merged";
  /** Name of its branch in the catalog's repository. */
  branch: string;
  base: string;
  title: string;
  body: string;
  labels: readonly string[];
  createdAt: string;
  updatedAt: string;
  /** We have said already that we leave it to whoever pushed to it. */
  explained: boolean;
};

/** A branch of the catalog's repository that bears our prefix. */
export type Branch = {
  name: string;
  oid: string;
  /** The digest of the files it was made for, where its head is ours; absent: somebody else's work. */
  digest: string | undefined;
};

/** The catalog's repository as a run finds it. */
export type RepositoryState = {
  /** `owner/name` as it is called now. */
  repository: string;
  /** GraphQL's id of it; absent where there is no GraphQL. */
  nodeId: string | undefined;
  branch: string;
  /** Head of that branch, and its tree. */
  base: { commit: string; tree: string };
  branches: readonly Branch[];
  pulls: readonly PullRequest[];
};

/** Ids of the signals that people have decided on: merged, declined by their boxes, or closed and not wanted again. */
export function settledSignals(pulls: readonly PullRequest[]): Set<string> {
  return new Set(
    pulls.flatMap((pull) => {
      const { state, body, labels } = pull;
      if (state !== "open" && labels.includes(LABELS.again)) return [];
      const { marker } = splitMarker(body);
      if (marker === undefined) return [];
      const declined = [...declinedIn(body)];
      if (state === "open" || marker.closed === true) return declined;
      const settled = state === "closed" ? marker.signals : marker.signals.filter(isSettledByMerge);
      return [...settled, ...declined];
    }),
  );
}

function isSettledByMerge(id: string): boolean {
  const kind = kindOfId(id);
  return kind !== undefined && rulesOf(kind).settledByMerge;
}

/** Hidden in the remark by which we leave a branch to whoever pushed to it. */
export const EXPLAINED = "<!-- mulu:edited -->";
