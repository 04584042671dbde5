import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import { etag, RETAINED_304_HEADERS } from "hono/etag";
import type { Locale } from "#src/base/locale.ts";
import { memoByObject } from "#src/base/memo.ts";
import type { Catalog } from "#src/catalog/search/search.ts";
import { subjectNamed } from "#src/catalog/search/subject.ts";
import type { Html } from "#src/web/html/page.ts";
import type { SitePart } from "#src/web/http/server.ts";
import { visitorLocale } from "#src/web/http/visitor-locale.ts";
import { cached, send } from "./cache.ts";
import { entryPage } from "./entry-page.ts";
import { type Filters, filtersFor } from "./filters.ts";
import { catalogJson, entryJson } from "./json.ts";
import { serverLinks } from "./links.ts";
import { listPage } from "./list-page.ts";
import { missingPage } from "./missing-page.ts";
import { type ListParams, queryString, readParams } from "./request.ts";

/** Characters of an id that are looked for: the near ones are found by comparing with every name. */
const MAX_ID = 80;
const DATA = "/catalog/:file{.+\\.json}";

const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  // Asking again is cheap: what has not changed is not sent.
  "cache-control": "private, no-cache",
  vary: "Accept-Language, Cookie",
};
const DATA_HEADERS = {
  "content-type": "application/json; charset=utf-8",
  "cache-control": "public, max-age=300",
};

const filtersOf = memoByObject((catalog: Catalog): Filters => filtersFor(catalog.entries));

/** `/catalog`, `/catalog/<id>`, and both as data under `.json`. */
export const catalogPages: SitePart = ({ services }) => {
  const site = new Hono();
  // Data is for everybody's pages; everything else stays with ours.
  for (const path of ["/catalog.json", DATA])
    site.use(path, cors({ origin: "*", allowMethods: ["GET", "HEAD"], exposeHeaders: ["ETag"] }));
  // By itself a 304 would lose what lets other sites read it.
  site.use(etag({ retainedHeaders: [...RETAINED_304_HEADERS, "access-control-allow-origin"] }));

  site.get("/catalog.json", async (context) => {
    const { catalog, origin } = services.catalogInUse;
    const data = await cached(catalog, "json", () => catalogJson(catalog.entries, origin));
    return send(context, data, DATA_HEADERS);
  });

  site.get(DATA, async (context) => {
    const { catalog, origin } = services.catalogInUse;
    const entry = catalog.entry(context.req.param("file").slice(0, -".json".length));
    if (entry === undefined) return context.json({ error: "no such entry" }, 404);
    const data = await cached(catalog, `json ${entry.id}`, () => entryJson(entry, origin));
    return send(context, data, DATA_HEADERS);
  });

  site.get("/catalog", async (context) => {
    const { params, locale, catalog } = visit(context);
    const address = queryString(params);
    // One address for one request: what a form sends empty or in another order leads to it.
    if (address !== new URL(context.req.url).search) return context.redirect(`/catalog${address}`);
    const links = serverLinks("/catalog", params);
    return sendPage(context, catalog, locale, () =>
      listPage(params, { catalog, filters: filtersOf(catalog), locale, links }),
    );
  });
  site.get("/catalog/", (context) => context.redirect(`/catalog${new URL(context.req.url).search}`));

  site.get("/catalog/:id", async (context) => {
    const { params, locale, catalog } = visit(context);
    const id = context.req.param("id").slice(0, MAX_ID);
    const entry = catalog.entry(id);
    const links = serverLinks(
      `/catalog/${encodeURIComponent(id)}`,
      params.lang === undefined ? {} : { lang: params.lang },
    );
    if (entry !== undefined)
      return sendPage(context, catalog, locale, () => entryPage(entry, { catalog, locale, links }));
    const named = subjectNamed(context.req.param("id"), catalog);
    if (named !== undefined && named.kind !== "family") return context.redirect(links.entry(named.subject.entry.id));
    return context.html(missingPage(id, { catalog, locale, links }), 404, { vary: PAGE_HEADERS.vary });
  });
  return site;

  function visit(context: Context): { params: ListParams; locale: Locale; catalog: Catalog } {
    const params = readParams(new URL(context.req.url).searchParams);
    return { params, locale: visitorLocale(context, services.locale), catalog: services.catalog };
  }
};

/** A page by its address and language. */
async function sendPage(context: Context, catalog: Catalog, locale: Locale, draw: () => Html): Promise<Response> {
  const { pathname, search } = new URL(context.req.url);
  const drawn = await cached(catalog, `${locale} ${pathname}${search}`, async () => String(await draw()));
  return send(context, drawn, PAGE_HEADERS);
}
