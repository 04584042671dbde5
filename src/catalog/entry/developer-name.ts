import type { Entry } from "./schema.ts";

/** The name of a developer in a language; the one that the entry has where it states none in that language. */
export const developerName = ({ name, zh, en }: Entry["developers"][number], language: "zh" | "en"): string =>
  (language === "zh" ? zh : en) ?? name;
