import type { Proposal } from "./propose.ts";
import type { Branch, PullRequest } from "./repository-state.ts";

/** One thing to do to GitHub, and why. */
export type Action =
  /** `leftover`: the branch is there already, from a run that died or a pull request that was closed. */
  | { kind: "open"; proposal: Proposal; branch: Branch | undefined; reason: "new" | "leftover" }
  | {
      kind: "update";
      proposal: Proposal;
      pull: PullRequest;
      branch: Branch;
      rebuild: boolean;
      title: string;
      /** `asked`: a person ticked the box. */
      reason: "files" | "asked" | "text";
    }
  /** A run died between opening it and labelling it. */
  | { kind: "label"; pull: PullRequest; labels: string[]; reason: "unlabelled" }
  /** Somebody else pushed: say once that it is theirs. */
  | { kind: "explain"; pull: PullRequest; reason: "edited" }
  | { kind: "close"; pull: PullRequest; branch: Branch | undefined; reason: CloseReason; successor: string | undefined }
  /** `unused`: its pull request never came to be. */
  | { kind: "discard"; branch: Branch; reason: "merged" | "closed" | "unused" };

export type CloseReason = "done" | "superseded" | "returned" | "outdated";

export type ActionKind = Action["kind"];
export type ActionOf<Kind extends ActionKind> = Extract<Action, { kind: Kind }>;

/** Whether an action of that kind puts a proposal before people, anew or renewed. */
const PROPOSES: { readonly [Kind in ActionKind]: boolean } = {
  open: true,
  update: true,
  label: false,
  explain: false,
  close: false,
  discard: false,
};

/** How many pull requests a list of actions opens or renews. */
export const countProposed = (actions: readonly Action[]): number =>
  actions.filter(({ kind }) => PROPOSES[kind]).length;

/** The branch that an action is about. */
export const branchOfAction = (action: Action): string =>
  "proposal" in action ? action.proposal.branch : "pull" in action ? action.pull.branch : action.branch.name;

/** The title that people know it by, or the branch where there is none. */
export const titleOfAction = (action: Action): string =>
  "proposal" in action ? action.proposal.title : "pull" in action ? action.pull.title : action.branch.name;
