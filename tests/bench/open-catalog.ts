import { readCatalog } from "#src/catalog/entry/load.ts";
import { openCatalog } from "#src/catalog/search/search.ts";

/** What a start does with the catalog, and the first queries after it, in a process of its own; ms on stdout as JSON. */
const began = performance.now();
const data = await readCatalog("catalog");
const read = performance.now();
const catalog = openCatalog(data);
const opened = performance.now();
const firstQueries = ["微调 数据", "<=8gb", "qwne3", "shuangyu moxing"].map((query) => {
  const asked = performance.now();
  catalog.search(query);
  return performance.now() - asked;
});
process.stdout.write(
  JSON.stringify({
    read: read - began,
    open: opened - read,
    total: opened - began,
    firstQuery: Math.max(...firstQueries),
  }),
);
