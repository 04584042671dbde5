import { memoByObject } from "#src/base/memo.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { foldName } from "#src/catalog/entry/text.ts";
import { formatGb, formatSize } from "#src/catalog/entry/units.ts";
import { byNewest, namesOfEntry } from "#src/catalog/search/names.ts";
import { type Subject, subjectName, subjectNamed } from "#src/catalog/search/subject.ts";
import type { Autocomplete, Context, Suggestion } from "#src/chat/command.ts";
import { about } from "#src/chat/model/list.ts";
import { clip, LIMITS } from "#src/chat/view.ts";
import { listedName } from "#src/inference/backend.ts";
import { modelReference } from "#src/tries/model-reference.ts";
import { shownModel } from "#src/tries/try.ts";

/** Suggests entries for what is typed so far, what its name means first; with nothing typed the newest of each family first. */
export const suggestModels: Autocomplete = (typed, context) => {
  const { catalog, text } = context;
  const entries = typed.trim() === "" ? favourites(catalog.entries) : entriesNear(typed, catalog);
  const suggested = entries.map(
    (entry): Suggestion => ({ name: `${entry.name} · ${about(entry, { text })}`, value: entry.id }),
  );
  return shown([...meantBy(typed, context).map((subject) => suggestionOf(subject, context)), ...suggested]);
};

/** What hubs and programs print, and no plain word. */
const ADDRESS = /[/:]|\.gguf/i;

/** The entry or variant that has a name which is none of its own: an address, a file, a name and a size. */
function meantBy(typed: string, { catalog }: Pick<Context, "catalog">): Subject[] {
  const found = subjectNamed(typed, catalog);
  if (found === undefined || found.kind === "own" || found.kind === "family") return [];
  // The beginning of a name may happen to be another's: `qwen3-8` is still on the way to Qwen3-8B.
  return found.kind === "reference" && !ADDRESS.test(typed) ? [] : [found.subject];
}

/** The entries near a name; also where the family has more than can be shown, the one that is called just so. */
function entriesNear(typed: string, { names }: Context["catalog"]): readonly Entry[] {
  const near = names.near(typed, LIMITS.suggestions);
  const [named] = names.exact(typed);
  return named?.kind !== "own" || near.includes(named.entry) ? near : [...near.slice(0, -1), named.entry];
}

function suggestionOf({ entry, variant }: Subject, { text }: Pick<Context, "text">): Suggestion {
  if (variant === undefined) return { name: `${entry.name} · ${about(entry, { text })}`, value: entry.id };
  const { name, parametersB, activeParametersB } = variant;
  return {
    name: [name, ...(parametersB === undefined ? [] : [formatSize(parametersB, activeParametersB)])].join(" · "),
    value: typedFor({ entry, variant }),
  };
}

/** What is typed for a subject. */
const typedFor = ({ entry, variant }: Subject): string => variant?.name ?? entry.id;

/** As many as can be shown, each value once. */
const shown = (suggested: readonly Suggestion[]): Suggestion[] =>
  once(suggested)
    .slice(0, LIMITS.suggestions)
    .map(({ name, value }) => ({ name: clip(name, LIMITS.optionText), value }));

/** Each value once, where it comes first. */
function once(suggested: readonly Suggestion[]): Suggestion[] {
  const seen = new Set<string>();
  return suggested.filter(({ value }) => !seen.has(value) && seen.add(value));
}

/** Suggests entries and variants; a variant before its entry where only the variant's name has what is typed. */
export const suggestSubjects: Autocomplete = (typed, context) => {
  const wanted = foldName(typed);
  if (wanted === "") return suggestModels(typed, context);
  const suggested = meantBy(typed, context).map((subject) => suggestionOf(subject, context));
  for (const entry of entriesNear(typed, context.catalog)) {
    if (suggested.length > LIMITS.suggestions) break;
    suggested.push(...subjectsOf(entry, wanted, context));
  }
  return shown(suggested);
};

function subjectsOf(entry: Entry, wanted: string, { catalog, text }: Pick<Context, "catalog" | "text">): Suggestion[] {
  const whole = suggestionOf({ entry, variant: undefined }, { text });
  const variants = (entry.variants ?? []).filter(
    ({ name }) => foldName(name).includes(wanted) && subjectNamed(name, catalog)?.subject.variant?.name === name,
  );
  const listed = variants.map((variant) => suggestionOf({ entry, variant }, { text }));
  return namesOfEntry(entry).some((name) => foldName(name).includes(wanted)) ? [whole, ...listed] : [...listed, whole];
}

/** Suggests models to try: the installed first (marked, with the speed seen), then entries that could be pulled, with size. */
export const suggestTryModels: Autocomplete = (typed, context) => {
  const { catalog, fleet, tries, resolve, text } = context;
  const wanted = typed.trim().toLowerCase();
  const matching = wanted === "" ? favourites(catalog.entries) : entriesNear(typed, catalog);
  const meant = meantBy(typed, context).map((subject) => ({ name: subjectName(subject), value: typedFor(subject) }));
  const offered = [...meant, ...matching.map(({ name, id }) => ({ name, value: id }))];
  const resolved = once(offered).map((suggestion) => ({ ...suggestion, resolution: resolve(suggestion.value) }));
  const label = (name: string, ...notes: string[]): string =>
    clip([name, ...notes.filter((note) => note !== "")].join(" · "), LIMITS.optionText);
  const speed = (model: string): string => {
    const seen = tries.speed(model);
    return seen === undefined ? "" : text("try.speedHere", { speed: seen.toFixed(0) });
  };
  const ready = resolved.flatMap(({ name, value, resolution }) =>
    resolution.kind === "ready"
      ? {
          name: label(
            `✓ ${name}`,
            resolution.target.standIn ? `→ ${shownModel(resolution.target)}` : "",
            text("try.installed"),
            speed(resolution.target.model),
          ),
          value,
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
  const pullable = resolved.flatMap(({ name, value, resolution }) =>
    resolution.kind === "pullable"
      ? {
          name: label(
            name,
            `ollama pull ${resolution.model.model}`,
            resolution.model.sizeGb === undefined ? "" : formatGb(resolution.model.sizeGb),
          ),
          value,
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
