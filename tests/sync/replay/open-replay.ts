import { readFileSync } from "node:fs";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { organizationOf } from "#src/sync/hubs/hub.ts";
import type { PublishedModel } from "#tests/stand-ins/model-hubs/models.ts";
import { startWorld, type World } from "#tests/sync/world.ts";
import type { Project } from "./projects.ts";
import { plainModel, publishedModel } from "./published.ts";
import { keyOf, ownOf, startingFiles, type Truth, truthOf } from "./scenario.ts";

export type ReplayOptions = {
  /** What the catalog lacks at first: what the READMEs name, or every entry that came out after the first revision. */
  start: "withoutNamed" | "withoutLater";
  /** What the hubs say of models that the catalog never had. */
  unknown: "plain" | "absent";
};

/** A place of a model: its id on a hub, and the day on which it was named first. */
export type Named = { hub: "huggingface" | "modelscope"; id: string; day: string };

/** The models of own organisations that the READMEs name, revision by revision. */
function namedModels(project: Project): Named[] {
  const own = ownOf(project);
  return project.newlyNamed.flatMap(({ date, files }) =>
    Object.values(files)
      .flat()
      .flatMap(({ form, hub = "huggingface", id }): Named[] =>
        form === "collection" || hub === "wisemodel" || !own.has(organizationOf(id).toLowerCase())
          ? []
          : [{ hub: hub === "modelscope" ? "modelscope" : "huggingface", id, day: date.slice(0, 10) }],
      ),
  );
}

/** A world in which a project's history begins: the catalog as it is then, and empty repositories of all its entries but the project's. */
export type Opened = {
  world: World;
  options: ReplayOptions;
  /** The catalog's files at first, by the entry's id. */
  files: Record<string, string>;
  /** Milliseconds since 1970. */
  clock: { now: number };
  named: readonly Named[];
  truth: Truth;
  /** What the hubs have. */
  published: Set<string>;
  /** What went wrong. */
  trouble: string[];
};

export async function openReplay(project: Project, options: ReplayOptions): Promise<Opened> {
  const truth = truthOf(project);
  const named = namedModels(project);
  const firstDay = project.newlyNamed[0]?.date.slice(0, "YYYY-MM-DD".length) ?? "";
  const start =
    options.start === "withoutNamed"
      ? ({ kind: "withoutNamed", names: new Set(named.map(({ id }) => keyOf(id))) } as const)
      : ({ kind: "withoutLater", than: firstDay } as const);
  const files = startingFiles(truth.entries, start);
  const clock = { now: Date.parse(`${firstDay}T00:00:00Z`) };
  const world = await startWorld(() => files, {
    beside: { ...beside(firstDay), "bases.yaml": basesFor(truth.entries, files) },
    now: () => new Date(clock.now),
  });
  for (const name of repositoriesOf(truth.entries))
    if (name.toLowerCase() !== project.repository.toLowerCase())
      world.github.upstream(name, { readme: "# a model\n", createdAt: "2020-01-01T00:00:00Z" });
  return { world, options, files, clock, named, truth, published: new Set(), trouble: [] };
}

/** The files beside the entries; what was made since that day is proposed also where no README names it. */
const beside = (since: string): Record<string, string> => ({
  "watch.yaml": readFileSync("catalog/watch.yaml", "utf8").replace(/^since: .*$/m, `since: '${since}'`),
  "cards.yaml": readFileSync("catalog/cards.yaml", "utf8"),
});

const repositoriesOf = (entries: readonly Entry[]): string[] => [
  ...new Map(
    entries.flatMap(({ repository }) =>
      repository === undefined ? [] : [[repository.name.toLowerCase(), repository.name] as const],
    ),
  ).values(),
];

/** Base models that people may name: the real list, and entries that are not there. */
function basesFor(entries: readonly Entry[], files: Record<string, string>): string {
  const known = readFileSync("catalog/bases.yaml", "utf8");
  const made = entries.flatMap(({ baseModel, variants = [] }) => [
    baseModel,
    ...variants.map((each) => each.baseModel),
  ]);
  const lines = [...new Set(made)].flatMap((name) =>
    name === undefined || name in files || known.includes(`\n- ${name}\n`) || known.includes(`\n- '${name}'\n`)
      ? []
      : [`- '${name}'\n`],
  );
  return known + lines.join("");
}

/** Puts on the hubs what exists by that day: what the catalog dates, and what was named. Nothing is put there twice. */
export function publishUntil(day: string, { world, options, named, truth, published }: Opened): void {
  const put = (hub: string, id: string, model: () => PublishedModel | undefined): void => {
    const key = `${hub}:${id.toLowerCase()}`;
    if (published.has(key)) return;
    const made = model();
    if (made === undefined) return;
    published.add(key);
    world.hubs[hub === "modelscope" ? "modelscope" : "huggingface"].publish(made);
  };
  for (const [, rows] of truth.filed)
    for (const filed of rows) {
      const { entry, variant, row, id } = filed;
      const released = variant?.released ?? entry.released ?? "";
      const isOut = released !== "" && released <= day.slice(0, released.length);
      if (isOut && (row.hub === "huggingface" || row.hub === "modelscope"))
        put(row.hub, id, () => publishedModel(id, filed));
    }
  for (const { hub, id, day: from } of named)
    if (from <= day)
      put(hub, id, () => {
        const [filed] = truth.filed.get(keyOf(id)) ?? [];
        if (filed !== undefined) return publishedModel(id, filed);
        return options.unknown === "plain" ? plainModel(id, from) : undefined;
      });
}
