import { memoByObject } from "#src/base/memo.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { foldName } from "#src/catalog/entry/text.ts";
import { formatGb, formatSize } from "#src/catalog/entry/units.ts";
import { byNewest, namesOfEntry } from "#src/catalog/search/names.ts";
import { subjectNamed } from "#src/catalog/search/subject.ts";
import type { Autocomplete, Context, Suggestion } from "#src/chat/command.ts";
import { about } from "#src/chat/model/list.ts";
import { clip, LIMITS } from "#src/chat/view.ts";
import { listedName } from "#src/inference/backend.ts";
import { modelReference } from "#src/tries/model-reference.ts";
import { shownModel } from "#src/tries/try.ts";

/** Suggests entries for what is typed so far; with nothing typed the newest of each family first. */
export const suggestModels: Autocomplete = (typed, { catalog, text }) => {
  const entries = typed.trim() === "" ? favourites(catalog.entries) : catalog.names.near(typed, LIMITS.suggestions);
  return entries.slice(0, LIMITS.suggestions).map(
    (entry): Suggestion => ({
      name: clip(`${entry.name} · ${about(entry, { text })}`, LIMITS.optionText),
      value: entry.id,
    }),
  );
};

/** Suggests entries and variants; a variant before its entry where only the variant's name has what is typed. */
export const suggestSubjects: Autocomplete = (typed, context) => {
  const wanted = foldName(typed);
  if (wanted === "") return suggestModels(typed, context);
  const suggested: Suggestion[] = [];
  for (const entry of context.catalog.names.near(typed, LIMITS.suggestions)) {
    if (suggested.length >= LIMITS.suggestions) break;
    suggested.push(...subjectsOf(entry, wanted, context));
  }
  return suggested
    .slice(0, LIMITS.suggestions)
    .map(({ name, value }) => ({ name: clip(name, LIMITS.optionText), value }));
};

function subjectsOf(entry: Entry, wanted: string, { catalog, text }: Pick<Context, "catalog" | "text">): Suggestion[] {
  const whole = { name: `${entry.name} · ${about(entry, { text })}`, value: entry.id };
  const variants = (entry.variants ?? []).filter(
    ({ name }) => foldName(name).includes(wanted) && subjectNamed(name, catalog)?.subject.variant?.name === name,
  );
  const listed = variants.map(({ name, parametersB, activeParametersB }) => ({
    name: [name, ...(parametersB === undefined ? [] : [formatSize(parametersB, activeParametersB)])].join(" · "),
    value: name,
  }));
  return namesOfEntry(entry).some((name) => foldName(name).includes(wanted)) ? [whole, ...listed] : [...listed, whole];
}

/** Suggests models to try: the installed first (marked, with the speed seen), then entries that could be pulled, with size. */
export const suggestTryModels: Autocomplete = (typed, context) => {
  const { catalog, fleet, tries, resolve, text } = context;
  const wanted = typed.trim().toLowerCase();
  const matching = wanted === "" ? favourites(catalog.entries) : catalog.names.near(typed, LIMITS.suggestions);
  const resolved = matching.map((entry) => ({ entry, resolution: resolve(entry.id) }));
  const label = (name: string, ...notes: string[]): string =>
    clip([name, ...notes.filter((note) => note !== "")].join(" · "), LIMITS.optionText);
  const speed = (model: string): string => {
    const seen = tries.speed(model);
    return seen === undefined ? "" : text("try.speedHere", { speed: seen.toFixed(0) });
  };
  const ready = resolved.flatMap(({ entry, resolution }) =>
    resolution.kind === "ready"
      ? {
          name: label(
            `✓ ${entry.name}`,
            resolution.target.standIn ? `→ ${shownModel(resolution.target)}` : "",
            text("try.installed"),
            speed(resolution.target.model),
          ),
          value: entry.id,
        }
      : [],
  );
  const literal = fleet
    .installed()
    .filter(({ name }) => name.includes(wanted))
    .map((model) => ({
      name: label(`✓ ${listedName(model)}`, model.parameterSize ?? "", text("try.installed"), speed(model.name)),
      value: modelReference(listedName(model), LIMITS.optionText),
    }));
  const pullable = resolved.flatMap(({ entry, resolution }) =>
    resolution.kind === "pullable"
      ? {
          name: label(
            entry.name,
            `ollama pull ${resolution.model.model}`,
            resolution.model.sizeGb === undefined ? "" : formatGb(resolution.model.sizeGb),
          ),
          value: entry.id,
        }
      : [],
  );
  return [...ready, ...literal, ...pullable].slice(0, LIMITS.suggestions);
};

/** The newest of each family, then the others, newest first. */
const favourites = memoByObject((entries: readonly Entry[]): readonly Entry[] => {
  const newest = entries.toSorted(byNewest);
  const seen = new Set<string>();
  const first = newest.filter(({ family }) => !seen.has(family) && seen.add(family));
  return [...new Set([...first, ...newest])];
});
