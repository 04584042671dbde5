import { splitMarker } from "#src/sync/propose/marker.ts";
import { LABELS } from "#src/sync/propose/proposal-text.ts";
import type { Upstream } from "#tests/stand-ins/github.ts";
import { NOW, openPulls, type World } from "./world.ts";

export const PROJECTS = ["Model-0", "Model-1", "Model-2"];
/** Their organisations on the hubs: the last one is on ModelScope alone. */
export const ORGANIZATIONS = ["Org", "Org", "OrgMs"];
export const WATCH = `since: 2026-11-01
organizations:
  - modelscope: [OrgMs]
leaveOut:
  - { id: embeddings, zh: 向量, en: embeddings, names: ["*-Embedding*"] }
`;
const DAY = 86_400_000;

export type Mind = {
  world: World;
  upstreams: Upstream[];
  /** Models on the hubs: `huggingface:Org/Name`. */
  published: Set<string>;
  /** Commits that a person made on branches, with the branch, until the person deletes it. */
  theirs: Map<string, string>;
  /** Signals of pull requests that a person closed. */
  declined: Map<number, readonly string[]>;
  /** Signals that a person ticked to be left out. */
  ticked: Set<string>;
  /** What was declined at any time, and what was wished for at any time. */
  everDeclined: Set<string>;
  everWished: Set<string>;
  /** Counts what happened, for names that are new. */
  release: number;
  /** Milliseconds. */
  now: number;
};

export const syncNow = ({ world, now }: Mind) => world.sync({ now });

/** What may happen between two runs; `pick` chooses a project or pull request. */
export const EVENTS: Record<string, (mind: Mind, pick: number) => Promise<void>> = {
  sync: async (mind) => {
    await syncNow(mind).catch(() => {});
  },
  tomorrow: async (mind) => {
    mind.now += DAY;
    await syncNow(mind).catch(() => {});
  },
  release: async (mind, pick) => {
    mind.release += 1;
    const publishedAt = new Date(NOW - 30 * 86_400_000 + mind.release * 60_000).toISOString();
    projectOf(mind, pick).release({ tag: `v${mind.release}`, publishedAt });
  },
  readme: async (mind, pick) => {
    mind.release += 1;
    const upstream = projectOf(mind, pick);
    const at = pick % PROJECTS.length;
    const names = [`${PROJECTS[at]}-${mind.release}B`, `New${mind.release}-7B`];
    upstream.setReadme(names.map((name) => `\`${ORGANIZATIONS[at]}/${name}\``).join(" and "));
  },
  rename: async (mind, pick) => {
    mind.release += 1;
    projectOf(mind, pick).rename(`Org/Renamed-${mind.release}`);
  },
  newRepository: async (mind, pick) => {
    mind.release += 1;
    const name = `Fresh${mind.release}`;
    const readme = pick % 3 === 0 ? "soon" : `https://huggingface.co/Org/${name}-7B`;
    const createdAt = new Date(NOW - DAY + mind.release * 60_000).toISOString();
    mind.upstreams.push(mind.world.github.upstream(`Org/${name}`, { readme, createdAt }));
  },
  newModel: async (mind, pick) => {
    mind.release += 1;
    const at = pick % PROJECTS.length;
    const name = ["Embedding-4B", "4B", "7B-FP8"].map((end) => `${PROJECTS[at]}-${mind.release}-${end}`)[pick % 4];
    const id = `${ORGANIZATIONS[at]}/${name ?? `Series${mind.release}-7B`}`;
    const hub = ORGANIZATIONS[at] === "OrgMs" ? "modelscope" : "huggingface";
    mind.world.hubs[hub].publish({ id, createdAt: new Date(NOW - DAY + mind.release * 60_000).toISOString() });
    mind.published.add(`${hub}:${id}`);
  },
  removeModel: async (mind, pick) => {
    const key = [...mind.published][pick % Math.max(1, mind.published.size)];
    if (key === undefined) return;
    mind.published.delete(key);
    mind.world.hubs[key.startsWith("modelscope") ? "modelscope" : "huggingface"].remove(
      key.slice(key.indexOf(":") + 1),
    );
  },
  hubsDown: async ({ world }) => world.hubs.down(true),
  hubsUp: async ({ world }) => world.hubs.down(false),
  hubFails: async ({ world: { hubs } }, pick) => {
    const faults = [{ kind: "status", status: 404 }, { kind: "page" }, { kind: "truncate" }, { kind: "drop" }] as const;
    const fault = faults[pick % faults.length] ?? faults[0];
    hubs[pick % 2 === 0 ? "huggingface" : "modelscope"].fail(/./, fault, 1 + (pick % 5));
  },
  tickPull: async (mind, pick) => {
    const pull = pullOf(mind, pick);
    const boxes = [...(pull?.body.matchAll(/^- \[ \] <!-- mulu:decline (\S+) -->/gm) ?? [])];
    const box = boxes[pick % Math.max(1, boxes.length)];
    if (pull === undefined || box?.[1] === undefined) return;
    await mind.world.catalog.person.editBody(pull.number, pull.body.replace(box[0], box[0].replace("[ ]", "[x]")));
    const id = decodeURIComponent(box[1]);
    mind.ticked.add(id);
    mind.everDeclined.add(id);
  },
  tickDashboard: async (mind, pick) => {
    const issue = mind.world.catalog.issues.find(({ labels }) => labels.includes(LABELS.dashboard));
    const boxes = [
      ...(issue?.body.matchAll(/^ *- \[ \] <!-- mulu:(propose|ignore|look-again)(?: (\S+))? -->/gm) ?? []),
    ];
    const box = boxes[pick % Math.max(1, boxes.length)];
    if (issue === undefined || box === undefined) return;
    const [whole, verb, written = ""] = box;
    const id = decodeURIComponent(written);
    // Whoever ticks both boxes of one line wants nothing in particular.
    if (
      written !== "" &&
      issue.body.split("\n").some((line) => line.includes("- [x]") && line.includes(` ${written} `))
    )
      return;
    await mind.world.catalog.person.editBody(issue.number, issue.body.replace(whole, whole.replace("[ ]", "[x]")));
    if (verb === "ignore") {
      mind.ticked.add(id);
      mind.everDeclined.add(id);
    }
    if (verb === "propose") wish(mind, id);
  },
  closeDashboard: async ({ world: { catalog } }) => {
    for (const { number, state } of catalog.issues) if (state === "open") await catalog.person.close(number);
  },
  openDashboard: async ({ world: { catalog } }) => {
    for (const { number, state } of catalog.issues) if (state === "closed") await catalog.person.reopen(number);
  },
  archive: async (mind, pick) => projectOf(mind, pick).archive(pick % 2 === 0),
  remove: async (mind, pick) => projectOf(mind, pick).remove(),
  restore: async (mind, pick) => projectOf(mind, pick).restore(),
  push: async (mind, pick) => {
    const pull = pullOf(mind, pick);
    if (pull === undefined) return;
    const oid = await mind.world.catalog.person.commit(
      pull.head,
      { [`note-${pick}.txt`]: String(mind.release) },
      "Theirs",
    );
    mind.theirs.set(oid, pull.head);
  },
  close: async (mind, pick) => {
    const pull = pullOf(mind, pick);
    if (pull === undefined) return;
    await mind.world.catalog.person.close(pull.number);
    decline(mind, pull);
  },
  reopen: async (mind, pick) => {
    const closed = mind.world.catalog.pulls.filter(({ state, merged }) => state === "closed" && !merged);
    const pull = closed[pick % Math.max(1, closed.length)];
    if (pull === undefined) return;
    await mind.world.catalog.person.reopen(pull.number).then(
      () => mind.declined.delete(pull.number),
      () => {},
    );
  },
  retitle: async (mind, pick) => {
    const pull = pullOf(mind, pick);
    if (pull) await mind.world.catalog.person.retitle(pull.number, `Title ${pick}`);
  },
  merge: async (mind, pick) => {
    const pull = pullOf(mind, pick);
    // A person merges nothing that conflicts.
    if (pull) await mind.world.catalog.person.merge(pull.number).catch(() => {});
  },
  deleteBranch: async (mind, pick) => {
    const pull = pullOf(mind, pick);
    if (pull === undefined) return;
    await mind.world.catalog.person.deleteBranch(pull.head);
    for (const [oid, branch] of mind.theirs) if (branch === pull.head) mind.theirs.delete(oid);
    decline(mind, pull);
  },
  hold: async (mind, pick) => {
    const pull = pullOf(mind, pick);
    if (pull) await mind.world.catalog.person.label(pull.number, LABELS.hold);
  },
  faults: async ({ world }, pick) => world.github.faults.random(pick, 0.15),
  calm: async ({ world }) => world.github.faults.calm(),
  die: async (mind, pick) => {
    mind.world.github.faults.crashAfter(1 + (pick % 20));
    await syncNow(mind).catch(() => {});
    mind.world.github.faults.calm();
  },
};

function projectOf({ upstreams }: Mind, pick: number): Upstream {
  const upstream = upstreams[pick % upstreams.length];
  if (upstream === undefined) throw new Error("no upstream");
  return upstream;
}

const pullOf = ({ world }: Mind, pick: number) => {
  const open = openPulls(world);
  return open[pick % Math.max(1, open.length)];
};

function decline(mind: Mind, { number, body }: { number: number; body: string }): void {
  const signals = splitMarker(body).marker?.signals ?? [];
  mind.declined.set(number, signals);
  for (const id of signals) mind.everDeclined.add(id);
}

function wish(mind: Mind, id: string): void {
  mind.everWished.add(id);
  mind.ticked.delete(id);
  for (const [number, signals] of mind.declined)
    mind.declined.set(
      number,
      signals.filter((signal) => signal !== id),
    );
}
