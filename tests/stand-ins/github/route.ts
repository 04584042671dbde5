import { z } from "zod";
import type { Answer } from "./answer.ts";
import type { Hub } from "./hub.ts";
import type { Pull, Pulls } from "./pulls.ts";
import { notFound, Refused } from "./refused.ts";
import type { Repository } from "./repository.ts";

type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** One request for a repository, before its query and body are looked at. */
export type RawCall = {
  hub: Hub;
  repository: Repository;
  /** Where archives are served. */
  codeloadUrl: string;
  accept: string;
  search: URLSearchParams;
  /** Parsed JSON; undefined where there is none. */
  body: unknown;
};

export type Call<Query, Body> = Omit<RawCall, "body"> & {
  /** What stands for `:name` or `*name` in the pattern, decoded. */
  param: (name: string) => string;
  query: Query;
  body: Body;
};

export type Route = {
  method: Method;
  pattern: RegExp;
  act: (call: RawCall, params: Record<string, string>) => Answer | Promise<Answer>;
};

const NO_QUERY = z.strictObject({});
const NO_BODY = z.undefined();

/** Query of a list. */
export const paging = {
  per_page: z.coerce.number().int().min(1).max(100).default(30),
  page: z.coerce.number().int().min(1).default(1),
};
export const PAGING = z.strictObject(paging);

/**
 * A route below a repository. `:name` in its path is one segment, `*name` all that is left. A query or a body that is
 * not as `accepts` says is kept as a violation.
 */
export function route<Query = Record<string, never>, Body = undefined>(
  method: Method,
  path: string,
  accepts: { query?: z.ZodType<Query>; body?: z.ZodType<Body> },
  act: (call: Call<Query, Body>) => Answer | Promise<Answer>,
): Route {
  const source = path.replaceAll(/:(\w+)/g, "(?<$1>[^/]+)").replaceAll(/\*(\w+)/g, "(?<$1>.+)");
  return {
    method,
    pattern: new RegExp(`^${source}$`),
    act: (raw, params) => {
      const parse = <Value>(schema: z.ZodType<unknown>, value: unknown): Value => {
        const parsed = schema.safeParse(value);
        // The schema is the one that `Value` was inferred from, or the default that stands for it.
        if (parsed.success) return parsed.data as Value;
        raw.hub.violation(`${method} ${path}: ${z.prettifyError(parsed.error)}`);
        throw new Refused(422, `Invalid request.\n\n${z.prettifyError(parsed.error)}`);
      };
      const query = parse<Query>(accepts.query ?? NO_QUERY, Object.fromEntries(raw.search));
      const body = parse<Body>(accepts.body ?? NO_BODY, raw.body);
      const param = (name: string): string => decodeURIComponent(params[name] ?? "");
      return act({ ...raw, param, query, body });
    },
  };
}

/** One page of a list, and the `Link` header that leads on. */
export function page<Item>(
  { hub, repository, search }: Omit<RawCall, "body">,
  path: string,
  items: readonly Item[],
  { per_page, page: number }: z.infer<typeof PAGING>,
): { items: Item[]; headers: Record<string, string> } {
  const last = Math.max(1, Math.ceil(items.length / per_page));
  const link = (to: number, rel: string): string => {
    const query = new URLSearchParams(search);
    query.set("page", String(to));
    // By id, as GitHub does: a link still leads on after a rename.
    return `<${hub.url()}/repositories/${repository.id}${path}?${query}>; rel="${rel}"`;
  };
  const links = [
    ...(number > 1 ? [link(number - 1, "prev"), link(1, "first")] : []),
    ...(number < last ? [link(number + 1, "next"), link(last, "last")] : []),
  ];
  return {
    items: items.slice((number - 1) * per_page, number * per_page),
    headers: links.length > 0 ? { link: links.join(", ") } : {},
  };
}

/** Throws 404 where the repository takes none, or has none of that number. */
export function pullOf({ repository, param }: Pick<Call<unknown, unknown>, "repository" | "param">): {
  pull: Pull;
  pulls: Pulls;
} {
  const { pulls } = repository;
  const pull = pulls?.find(Number(param("number")));
  if (pulls === undefined || pull === undefined) throw notFound();
  return { pull, pulls };
}
