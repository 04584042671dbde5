import { z } from "zod";
import type { Text } from "#src/base/locale.ts";
import type { Log } from "#src/base/log.ts";
import { splitDashboard } from "#src/sync/dashboard/dashboard-marker.ts";
import type { DashboardPlan, ObservedDashboard } from "#src/sync/dashboard/dashboard-plan.ts";
import type { Client } from "#src/sync/github/client.ts";
import { explainGithubError } from "#src/sync/github/failure.ts";
import { ownerAndRepo } from "#src/sync/github/owner-and-repo.ts";
import { LABELS } from "#src/sync/propose/proposal-text.ts";

const labelShape = z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]);
const issueShape = z.object({
  number: z.int(),
  html_url: z.string(),
  state: z.enum(["open", "closed"]),
  body: z.string().nullish(),
  labels: z.array(labelShape),
  pull_request: z.unknown().optional(),
  user: z.object({ type: z.string().optional() }).nullish(),
  author_association: z.string().optional(),
});
type Issue = z.infer<typeof issueShape>;

/** Issues that bear the label, at most; more than one is a mistake. */
const PER_PAGE = 10;
const COLOR = "5319e7";

/**
 * The dashboard: the oldest open issue with its label, else the newest closed one; undefined where there is none. The label is
 * what is believed, as only people with write access can set it; whoever opens an issue writes its text. `unavailable` where
 * the repository has no issues. Throws what GitHub refuses otherwise.
 */
export async function readDashboard(
  { octokit }: Client,
  repository: string,
): Promise<ObservedDashboard | "unavailable" | undefined> {
  try {
    const { data } = await octokit.request("GET /repos/{owner}/{repo}/issues", {
      ...ownerAndRepo(repository),
      labels: LABELS.dashboard,
      state: "all",
      per_page: PER_PAGE,
    });
    const issues = z
      .array(issueShape)
      .parse(data)
      // Servers that do not know the filter answer with every issue.
      .filter((issue) => hasLabel(issue) && (issue.pull_request ?? undefined) === undefined)
      .toSorted((a, b) => a.number - b.number);
    const found = issues.find(({ state }) => state === "open") ?? issues.at(-1);
    return found && { number: found.number, url: found.html_url, state: found.state, body: found.body ?? "" };
  } catch (error) {
    if (explainGithubError(error)?.kind === "notFound") return "unavailable";
    throw error;
  }
}

const hasLabel = ({ labels }: Issue): boolean => labels.includes(LABELS.dashboard);

export type DashboardContext = { client: Client; repository: string; text: Text; log: Log };

/** `changed`: somebody ticked a box meanwhile, which the next run reads; `refused`: labels or issues may not be written. */
export type DashboardResult = { outcome: "done"; url: string } | { outcome: "changed" } | { outcome: "refused" };

/**
 * Writes what was planned. What GitHub forbids costs the dashboard alone, with one warning; throws what ends the whole run
 * (a refused token, a limit).
 */
export async function publishDashboard(plan: DashboardPlan, context: DashboardContext): Promise<DashboardResult> {
  try {
    return plan.kind === "create" ? await create(plan, context) : await update(plan, context);
  } catch (error) {
    const kind = explainGithubError(error)?.kind;
    if (kind !== "forbidden" && kind !== "notFound") throw error;
    context.log.warn({ err: error }, "the dashboard could not be written");
    return { outcome: "refused" };
  }
}

async function create(
  { title, body }: DashboardPlan & { kind: "create" },
  { client: { octokit }, repository, text, log }: DashboardContext,
): Promise<DashboardResult> {
  const at = ownerAndRepo(repository);
  // An issue without the label is not found again, and every run would open one more.
  const unlabelled = await withoutLabel({ octokit }, at);
  if (unlabelled !== undefined) {
    log.warn({ url: unlabelled.html_url }, `the dashboard lacks its label ${LABELS.dashboard}, so it is not written`);
    return { outcome: "refused" };
  }
  try {
    await octokit.request("POST /repos/{owner}/{repo}/labels", {
      ...at,
      name: LABELS.dashboard,
      color: COLOR,
      description: text("dashboard.labelDescription").slice(0, 100),
    });
  } catch (error) {
    if (!isThere(error)) throw error;
  }
  const { data } = await octokit.request("POST /repos/{owner}/{repo}/issues", {
    ...at,
    title,
    body,
    labels: [LABELS.dashboard],
  });
  const issue = issueShape.parse(data);
  if (hasLabel(issue)) return { outcome: "done", url: issue.html_url };
  // GitHub drops labels in silence where they may not be set.
  log.warn({ url: issue.html_url }, "the dashboard did not get its label, so it is closed again");
  await octokit.request("PATCH /repos/{owner}/{repo}/issues/{issue_number}", {
    ...at,
    issue_number: issue.number,
    state: "closed",
  });
  return { outcome: "refused" };
}

/** Issues that are looked through for a dashboard without its label: the newest. */
const LOOKED_THROUGH = 100;
/** Whose issues may keep a dashboard from being made: an outsider's text is nobody's decision. */
const TRUSTED = ["OWNER", "MEMBER", "COLLABORATOR"];

async function withoutLabel(
  { octokit }: Pick<Client, "octokit">,
  at: ReturnType<typeof ownerAndRepo>,
): Promise<Issue | undefined> {
  const { data } = await octokit.request("GET /repos/{owner}/{repo}/issues", {
    ...at,
    state: "all",
    per_page: LOOKED_THROUGH,
  });
  return z
    .array(issueShape)
    .parse(data)
    .find((issue) => {
      const { user, author_association: association } = issue;
      const isTrusted = association === undefined || TRUSTED.includes(association) || user?.type === "Bot";
      return isTrusted && !hasLabel(issue) && splitDashboard(issue.body ?? "").marker !== undefined;
    });
}

/** Of a label that is to be made: it is there already. */
const isThere = (error: unknown): boolean =>
  error instanceof Error && /already_exists|already exists/i.test(error.message);

async function update(
  { number, url, body, before }: DashboardPlan & { kind: "update" },
  { client: { octokit }, repository }: DashboardContext,
): Promise<DashboardResult> {
  const issue = { ...ownerAndRepo(repository), issue_number: number };
  const { data } = await octokit.request("GET /repos/{owner}/{repo}/issues/{issue_number}", issue);
  const now = issueShape.parse(data);
  if ((now.body ?? "") !== before || now.state !== "open" || !hasLabel(now)) return { outcome: "changed" };
  await octokit.request("PATCH /repos/{owner}/{repo}/issues/{issue_number}", { ...issue, body });
  return { outcome: "done", url };
}
