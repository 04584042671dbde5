import { expect } from "vitest";
import { textIn } from "#src/base/locale.ts";
import { type DashboardPlan, type ObservedDashboard, planDashboard } from "#src/sync/dashboard/dashboard-plan.ts";
import type { DashboardInput } from "#src/sync/dashboard/dashboard-text.ts";
import { decisionsIn } from "#src/sync/dashboard/decisions.ts";
import type { PullRequest } from "#src/sync/propose/repository-state.ts";

export const text = textIn("en-US");

type Sample = { noticed?: string[]; declined?: string[]; today?: string } & Partial<
  Omit<DashboardInput, "noticed" | "declined">
>;
export type SampleState = { input: DashboardInput; today: string };

/** A run with little to tell; noticed and declined are given by their ids. */
export const input = ({ noticed = [], declined = [], today = "2026-11-28", ...fields }: Sample = {}): SampleState => ({
  today,
  input: {
    ...{ open: [], waiting: [], leftOut: [], older: { since: "2026-06-01", byOrganization: [] }, failed: [] },
    cost: { requests: 12, points: 8, hubRequests: 40, pointsLeft: 4992 },
    noticed: noticed.map((id) => ({ id, name: `name of ${id}`, propose: true })),
    declined: declined.map((id) => ({ id, name: `name of ${id}` })),
    ...fields,
  },
});

export const plan = (
  state: SampleState,
  observed: ObservedDashboard | undefined,
  pulls: readonly PullRequest[] = [],
): DashboardPlan | undefined => planDashboard({ ...state, decisions: decisionsIn(pulls, observed) }, observed, text);

/** The dashboard as it is once a plan is carried out. */
export function observe(planned: DashboardPlan | undefined, before?: ObservedDashboard): ObservedDashboard {
  expect(planned).toBeDefined();
  return { number: 1, url: "https://github.com/o/r/issues/1", state: "open", ...before, body: planned?.body ?? "" };
}

/** The dashboard after a person ticked a box. */
export function tickIn(observed: ObservedDashboard, verb: string, id?: string): ObservedDashboard {
  const comment = `<!-- mulu:${verb}${id === undefined ? "" : ` ${id}`} -->`;
  const body = observed.body.replace(`- [ ] ${comment}`, `- [x] ${comment}`);
  expect(body).not.toBe(observed.body);
  return { ...observed, body };
}
