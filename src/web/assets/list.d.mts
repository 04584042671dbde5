/** What `catalog.mjs` loads: `src/web/static/browser.ts`, bundled. */

export type Answer = { cards: string; messages: string; models: string; search: string };
export type Ask = (search: string) => Promise<Answer>;

/** `data` and `words` are JSON that was written with the page. */
export declare function openList(data: unknown, page: { locale: string; root: string; words: unknown }): Ask;
