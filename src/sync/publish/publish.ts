import { explainGithubError, oneLine } from "#src/sync/github/failure.ts";
import { type Action, type ActionKind, type ActionOf, branchOfAction } from "#src/sync/propose/action.ts";
import { LABELS } from "#src/sync/propose/proposal-text.ts";
import { EXPLAINED } from "#src/sync/propose/repository-state.ts";
import { deleteBranch, writeBranch } from "./branches.ts";
import { addComment } from "./comments.ts";
import type { PublishContext } from "./context.ts";
import { addLabels, closePull, openPull, updatePull } from "./pull-requests.ts";
import { withdrawFacts } from "./withdraw-facts.ts";

/** What came of an action. */
export type ActionResult = {
  action: ActionKind;
  branch: string;
  url?: string;
  /** `changed`: somebody was quicker; the next run looks again. */
  outcome: "done" | "changed" | "failed";
  detail?: string;
};

/**
 * Does what was planned, one after the other. Every step may be the last: what a dead run left is found and finished by
 * the next one. Throws what ends the whole run (a refused token, a limit); anything else fails its own action only.
 */
export async function publish(
  actions: readonly Action[],
  parts: Omit<PublishContext, "warnOnce">,
): Promise<ActionResult[]> {
  const results: ActionResult[] = [];
  const warned = new Set<string>();
  const warnOnce = (why: string, message: string): void => {
    if (!warned.has(message)) parts.log.warn({ reason: why }, message);
    warned.add(message);
  };
  const context: PublishContext = { ...parts, warnOnce };
  for (const action of actions) {
    const { kind, reason } = action;
    const branch = branchOfAction(action);
    try {
      const url = await perform(action, context);
      context.log.info({ branch, action: kind, reason }, "a proposal was carried out");
      results.push({ action: kind, branch, ...(url !== undefined && { url }), outcome: "done" });
    } catch (error) {
      if (endsTheRun(error)) throw error;
      const outcome = isConflict(error) ? "changed" : "failed";
      const detail = explainGithubError(error)?.message ?? (error instanceof Error ? error.message : String(error));
      context.log.warn({ branch, action: kind, reason, ...causeOf(error) }, "a proposal could not be carried out");
      results.push({ action: kind, branch, outcome, detail });
    }
  }
  return results;
}

/** After these nothing else will succeed either. */
const endsTheRun = (error: unknown): boolean =>
  ["token", "limit", "offline"].includes(explainGithubError(error)?.kind ?? "") ||
  (error instanceof Error && error.name === "AbortError");

/** What GitHub said is a line; only what nobody expects shows where it came from. */
function causeOf(error: unknown): { detail: string } | { err: unknown } {
  const refusal = explainGithubError(error) ?? (error instanceof Error && isGraphqlRefusal(error) ? error : undefined);
  return refusal === undefined ? { err: error } : { detail: oneLine(refusal.message) };
}

const isGraphqlRefusal = ({ name }: Error): boolean => name === "GraphqlResponseError";

/** The branch was not where it was seen, or is there already: a person, or an earlier run whose answer was lost. */
const isConflict = (error: unknown): boolean =>
  error instanceof Error &&
  /reference already exists|not a fast.forward|GraphqlResponseError|no commits between/i.test(
    `${error.name} ${error.message}`,
  );

/** How each kind of action is done; gives the pull request's address where there is one. */
const PERFORM: {
  readonly [Kind in ActionKind]: (action: ActionOf<Kind>, context: PublishContext) => Promise<string | undefined>;
} = {
  open: async ({ proposal, branch }, context) => {
    if (branch?.digest !== proposal.digest) await writeBranch(proposal, branch, context);
    const pull = await openPull(proposal, context);
    await addLabels(pull, proposal.labels, context);
    return pull.url;
  },
  update: async (action, context) => {
    await withdrawFacts(action, context);
    if (action.rebuild) await writeBranch(action.proposal, action.branch, context);
    await updatePull(action, context);
    return action.pull.url;
  },
  label: async ({ pull, labels }, context) => {
    await addLabels(pull, labels, context);
    return pull.url;
  },
  explain: async ({ pull }, { client, repository, text }) => {
    const body = `${text("proposal.edited", { label: LABELS.again })}\n\n${EXPLAINED}`;
    await addComment(client, repository.repository, pull.number, body);
    return pull.url;
  },
  close: async (action, context) => {
    await closePull(action, context);
    if (action.branch !== undefined) await deleteBranch(action.branch, context);
    return action.pull.url;
  },
  discard: async ({ branch }, context) => {
    await deleteBranch(branch, context);
    return undefined;
  },
};

const perform = <Kind extends ActionKind>(
  action: ActionOf<Kind>,
  context: PublishContext,
): Promise<string | undefined> => {
  const act: (action: ActionOf<Kind>, context: PublishContext) => Promise<string | undefined> = PERFORM[action.kind];
  return act(action, context);
};
