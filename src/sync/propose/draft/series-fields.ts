import { byStrictness } from "#src/catalog/entry/of-variant.ts";
import type { Architecture, Entry, License } from "#src/catalog/entry/schema.ts";
import { weightsUrl } from "#src/catalog/entry/urls.ts";
import type { Watch } from "#src/catalog/entry/watch.ts";
import { organizationOf } from "#src/sync/hubs/hub.ts";
import { fileUrl, type NewEntry } from "#src/sync/propose/kinds/kind.ts";
import type { NamingRepository } from "#src/sync/sources/candidate.ts";
import { aliasesFor } from "./aliases.ts";
import { statedFields } from "./fields.ts";
import type { Filled } from "./figures.ts";
import { summaryOf } from "./summary.ts";
import { isNamedIn, sameTerms, type VariantFacts, variantFacts, variantFields } from "./variant-fields.ts";

/** The place of a new entry. */
export type Series = { id: string; name: string; like: Entry | undefined };

type SeriesFields = { fields: NewEntry; variants: readonly VariantFacts[] };

/** The whole of a new entry: what all its models tell, and what it shares with the nearest entry of its makers. */
export function seriesFields(
  { name, like }: Series,
  models: readonly Filled[],
  { entries, watch }: { entries: readonly Entry[]; watch: Watch },
): SeriesFields {
  const variants = [...Map.groupBy(models, variantName)]
    .map(([variant, own]) => variantFacts(variant, own))
    .toSorted((a, b) => size(a) - size(b) || a.name.localeCompare(b.name, "en"));
  const [first] = models;
  const organizations = [...new Set(models.map(({ placed }) => organizationOf(placed.candidate.model.id)))];
  const repository = ownRepository(models, like, entries);
  const architecture = usual(variants.flatMap(({ figures }) => figures.architecture ?? []));
  const licenses = variants.map(({ figures }) => figures.license);
  const license = strictest(licenses);
  const contexts = variants.flatMap(({ figures }) => figures.contextTokens ?? []);
  const contextTokens = contexts.length === 0 ? undefined : Math.max(...contexts);
  const modalities = variants.map(({ figures }) => figures.modalities).find((value) => value !== undefined);
  const developers = like?.developers ?? organizations.map((organization) => ({ name: organization }));
  const [developer = { name }] = developers;
  const common = {
    architecture,
    released: variants.flatMap(({ figures }) => figures.released ?? []).toSorted()[0],
    modalities,
    license,
    baseModel: usual(variants.flatMap(({ figures }) => figures.baseModel ?? [])),
    statesLicenses:
      licenses.some((own) => !sameTerms(own ?? UNKNOWN, license)) ||
      variants.some((variant) => isNamedIn(variant, license)),
  };
  const naming = models.flatMap(({ placed }) => placed.candidate.named.map((named) => named.repository.name))[0];
  const fields = statedFields({
    name,
    aliases: aliasesFor(name, like, entries),
    familyAliases: like?.familyAliases,
    family: like?.family ?? name,
    unreviewed: true,
    summary: summaryOf({
      ...{ name, developer, variants, architecture, contextTokens, license },
      ...{ repository: naming, hub: first?.placed.candidate.model.hub ?? "huggingface" },
    }),
    developers,
    released: common.released,
    baseModel: common.baseModel,
    architecture,
    contextTokens,
    languages: languagesOf(variants),
    modalities,
    variants: variants.map((variant) =>
      variantFields(variant, common, { entry: like, variant: undefined, holder: variant.name }),
    ),
    license,
    repository: repository && { name: repository.name, id: repository.id },
    sync: {
      mode: repository && "readme",
      hubOrgs: hubOrganizations(organizations, like, watch),
    },
    sources: sourcesOf(models),
  });
  return { fields, variants };
}

const UNKNOWN: License = { commercial: "unknown" };

const variantName = ({ name, placed: { place } }: Filled): string => (place.kind === "series" ? place.variant : name);
const size = ({ figures }: VariantFacts): number => figures.parametersB ?? Number.POSITIVE_INFINITY;

/** What most variants are; of several the first. */
function usual<Item extends string | Architecture>(items: readonly Item[]): Item | undefined {
  const counts = Map.groupBy(items, (item) => item);
  return [...counts].toSorted(([, a], [, b]) => b.length - a.length)[0]?.[0];
}

/** An entry's licence is as strict as that of its strictest variant. */
function strictest(licenses: readonly (License | undefined)[]): License {
  const known = licenses.map((license) => license ?? UNKNOWN);
  const [first] = known.toSorted((a, b) => byStrictness(b.commercial, a.commercial));
  return first ?? UNKNOWN;
}

const languagesOf = (variants: readonly VariantFacts[]): string[] | undefined =>
  variants
    .map(({ figures }) => figures.languages)
    .find((value) => value !== undefined && value.length > 0)
    ?.slice(0, 30);

/**
 * The repository of a new entry: one whose README names its models, and that is nobody's yet, or that entries of the
 * family share. Undefined where only a repository of others names it.
 */
function ownRepository(
  models: readonly Filled[],
  like: Entry | undefined,
  entries: readonly Entry[],
): NamingRepository | undefined {
  const repositories = models.flatMap(({ placed }) => placed.candidate.named.map(({ repository }) => repository));
  const holders = (repository: NamingRepository): Entry[] =>
    entries.filter(
      ({ repository: own }) => own?.id === repository.id || own?.name.toLowerCase() === repository.name.toLowerCase(),
    );
  return (
    repositories.find((repository) => holders(repository).length === 0) ??
    repositories.find((repository) => holders(repository).some(({ id }) => id === like?.id)) ??
    repositories.find((repository) => {
      const own = holders(repository);
      return own.length > 1 && own.every(({ family }) => family === like?.family);
    })
  );
}

/** All names of the organisation on the hubs that are in use: of the models, of the sibling, and of the watch list. */
function hubOrganizations(organizations: readonly string[], like: Entry | undefined, watch: Watch): string[] {
  const lower = new Set(organizations.map((name) => name.toLowerCase()));
  const watched = watch.organizations
    .filter(({ huggingface, modelscope }) =>
      [...huggingface, ...modelscope].some((name) => lower.has(name.toLowerCase())),
    )
    .flatMap(({ huggingface, modelscope }) => [huggingface[0] ?? [], modelscope[0] ?? []].flat());
  const names = new Map<string, string>();
  for (const name of [...organizations, ...(like?.sync?.hubOrgs ?? []), ...watched])
    if (!names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
  return [...names.values()];
}

/** Pages named as sources: of the first models on their hub, and of the READMEs that name them. */
const MOST_SOURCES = 4;

function sourcesOf(models: readonly Filled[]): string[] {
  const readmes = models.flatMap(({ placed }) => placed.candidate.named.map(readmeAddress));
  const seen = models.filter(({ placed }) => placed.facts.state !== "absent");
  const pages = (seen.length > 0 || readmes.length > 0 ? seen : models).flatMap(
    ({ placed }) => weightsUrl(placed.candidate.model) ?? [],
  );
  return [...new Set(readmes)].slice(0, MOST_SOURCES).concat([...new Set(pages)].slice(0, MOST_SOURCES));
}

/** A README without the commit, which would make a new proposal of every push to the project. */
export const readmeAddress = ({ repository, at }: { repository: NamingRepository; at: { path: string } }): string =>
  fileUrl(repository.name, repository.defaultBranch ?? "HEAD", at.path);
