import { LOCALES } from "#src/base/locale.ts";
import { readGb } from "#src/catalog/entry/units.ts";
import { SORTS, type Sort } from "#src/catalog/search/query.ts";
import { FILTER_NAMES, type FilterName, type Filters, type Option } from "./filters.ts";

/** Characters of a query that are read: the search tries every word against every name. */
export const MAX_QUERY = 100;
/** Characters of any other value; nothing that is offered is longer. */
const MAX_VALUE = 120;
const MAX_VRAM_GB = 100_000;

/** The names in an address in their order there; the language comes last because it says nothing of the models. */
const NAMES = ["q", ...FILTER_NAMES, "vram", "sort", "lang"] as const;
type Name = (typeof NAMES)[number];
/** Parameters of a list as they stand in its address. */
export type ListParams = Partial<Record<Name, string>>;

/** A parameter whose value is none that is offered. */
export type RejectedParam = { name: FilterName | "vram" | "sort"; value: string };

/** What a person asks of the list. */
export type ListRequest = {
  query: string;
  chosen: Partial<Record<FilterName, Option>>;
  /** GB of graphics memory that it must run in. */
  vramGb: number | undefined;
  sort: Sort | undefined;
  refused: RejectedParam[];
};

/** Reads an address; of a name that comes twice the first value counts, what is not ours is passed over. */
export function readParams(search: URLSearchParams): ListParams {
  const params: ListParams = {};
  for (const name of NAMES) {
    const value = [...(search.get(name) ?? "")]
      .slice(0, name === "q" ? MAX_QUERY : MAX_VALUE)
      .join("")
      .trim();
    if (value !== "") params[name] = value;
  }
  const { lang, ...asked } = params;
  return LOCALES.some((locale) => locale === lang) ? params : asked;
}

/** `?q=int4&vram=8`, or nothing: the same request is always the same address. */
export function queryString(params: ListParams): string {
  const pairs = NAMES.flatMap((name): [string, string][] => {
    const value = params[name];
    return value === undefined || value === "" ? [] : [[name, value]];
  });
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
}

/** What an address asks for; values that are not offered are refused and ask for nothing. */
export function readRequest(params: ListParams, filters: Filters): ListRequest {
  const request: ListRequest = { query: params.q ?? "", chosen: {}, vramGb: undefined, sort: undefined, refused: [] };
  for (const name of FILTER_NAMES) {
    const value = params[name];
    if (value === undefined) continue;
    const option = filters[name].find((item) => item.value.toLowerCase() === value.toLowerCase());
    if (option === undefined) request.refused.push({ name, value });
    else request.chosen[name] = option;
  }
  const { vram, sort } = params;
  const vramGb = vram === undefined ? undefined : readGb(vram);
  if (vramGb !== undefined && vramGb > 0 && vramGb <= MAX_VRAM_GB) request.vramGb = vramGb;
  else if (vram !== undefined) request.refused.push({ name: "vram", value: vram });
  request.sort = SORTS.find((item) => item === sort);
  if (sort !== undefined && request.sort === undefined) request.refused.push({ name: "sort", value: sort });
  return request;
}
