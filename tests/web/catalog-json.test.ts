import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { entrySchema } from "#src/catalog/entry/schema.ts";
import { catalogJson } from "#src/web/catalog/json.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { openPages, type Reader } from "./catalog-world.ts";

let reader: Reader;
beforeAll(async () => {
  reader = await openPages();
});
afterAll(() => reader.close());

describe("/catalog.json", () => {
  test("is the whole catalog in the documented shape", async () => {
    const response = await reader.get("/catalog.json");
    expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
    const { version, entries, ...rest } = JSON.parse(await response.text());
    expect([version, rest]).toEqual([1, {}]);
    expect(entries).toEqual(realCatalog.entries.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
    for (const { id, ...fields } of entries) expect(() => entrySchema.parse(fields), id).not.toThrow();
  });

  test("is the same text for the same catalog, whatever order it was read in, and says where that is from", () => {
    const { entries } = realCatalog;
    const origin = { repository: "o/r", commit: "a".repeat(40) };
    const text = catalogJson(entries, origin);
    expect(catalogJson(entries.toReversed(), origin)).toBe(text);
    expect(JSON.parse(text)).toMatchObject(origin);
  });

  test.each(["/catalog.json", "/catalog/belle.json"])("%s is sent once: a strong tag, then 304", async (path) => {
    const first = await reader.get(path, { headers: { "accept-encoding": "identity" } });
    const tag = first.headers.get("etag") ?? "";
    expect(tag).toMatch(/^"[^"]+"$/);
    expect(first.headers.get("cache-control")).toContain("max-age=");
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
      const again = await reader.get(path, { headers: { "accept-encoding": "identity", "if-none-match": known } });
      expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([304, "", tag]);
      expect(again.headers.get("access-control-allow-origin")).toBe("*");
    }
    const changed = await reader.get(path, { headers: { "if-none-match": '"other"' } });
    expect(changed.status).toBe(200);
  });

  test("has another strong tag where it is compressed, as those are other bytes", async () => {
    const plain = await reader.get("/catalog.json", { headers: { "accept-encoding": "identity" } });
    const packed = await reader.get("/catalog.json", { headers: { "accept-encoding": "br;q=1, gzip;q=0.5" } });
    expect(packed.headers.get("content-encoding")).toBe("gzip");
    expect(packed.headers.get("etag")).not.toBe(plain.headers.get("etag"));
    expect(packed.headers.get("vary")).toContain("Accept-Encoding");
    expect(Number(packed.headers.get("content-length"))).toBeLessThan(900 * realCatalog.entries.length);
    expect(await packed.text()).toBe(await plain.text());
    const refusing = await reader.get("/catalog.json", { headers: { "accept-encoding": "gzip;q=0" } });
    expect(refusing.headers.get("content-encoding")).toBeNull();
  });

  test("answers HEAD", async () => {
    const head = await reader.get("/catalog.json", { method: "HEAD", headers: { "accept-encoding": "identity" } });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    expect(Number(head.headers.get("content-length"))).toBeGreaterThan(100_000);
    expect(head.headers.get("etag")).toMatch(/^"/);
  });
});

describe("/catalog/<id>.json", () => {
  test("is one entry, ids with dots among them", async () => {
    for (const id of ["belle", "qwen2.5"]) {
      const { version, entry } = JSON.parse(await (await reader.get(`/catalog/${id}.json`)).text());
      expect([version, entry]).toEqual([1, realCatalog.entry(id)]);
    }
  });

  test("is JSON too where there is no such entry", async () => {
    const response = await reader.get("/catalog/nobody.json");
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ error: "no such entry" });
  });
});

describe("other sites", () => {
  const headers = { origin: "https://example.org" };

  test.each([
    ["/catalog.json", "*"],
    ["/catalog/belle.json", "*"],
    ["/catalog/nobody.json", "*"],
    ["/catalog", null],
    ["/catalog/belle", null],
    ["/catalog/nobody", null],
  ])("may read %s: %s", async (path, allowed) => {
    expect((await reader.get(path, { headers })).headers.get("access-control-allow-origin")).toBe(allowed);
  });

  test("may ask with a tag, which their browsers ask leave for", async () => {
    const response = await reader.get("/catalog.json", {
      method: "OPTIONS",
      headers: {
        ...headers,
        "access-control-request-method": "GET",
        "access-control-request-headers": "if-none-match",
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-headers")).toBe("if-none-match");
    expect(response.headers.get("access-control-allow-methods")).toBe("GET,HEAD");
  });
});
