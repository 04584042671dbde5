import { z } from "zod";
import { partialDate } from "./value-schemas.ts";

const rule = (name: string) => ({ error: `rule:${name}` });
const word = z.string().trim().min(1, rule("empty")).max(120);
/** A glob (`*` for anything), compared without case; `_` is as good as `-`. */
const patterns = z.array(word).min(1);

const leaveOut = z.strictObject({
  id: word.describe("What was left out is listed under this name"),
  zh: word.max(200).describe("What these are, for people"),
  en: word.max(200),
  organizations: patterns.optional().describe("Only models of these; absent: of all"),
  names: patterns.optional().describe("Globs of a model's name; one with a slash is of `organisation/name`"),
  pipelineTags: patterns.optional(),
  tags: patterns.optional().describe("Globs of the hub's tags"),
  libraries: patterns.optional(),
  architectures: patterns.optional().describe("Globs of `architectures` in the hub's config"),
  except: patterns.optional().describe("Globs of names, as in `names`, that the rule is not about"),
});

/** `catalog/watch.yaml`: what the sync looks at beside the entries' own repositories, and what it leaves out. */
export const watchSchema = z.strictObject({
  since: partialDate
    .optional()
    .describe(
      "What was made before that day and is in no entry was looked through by people: it is listed, not proposed",
    ),
  owners: z
    .array(z.strictObject({ name: word, hubOrgs: z.array(word).optional() }))
    .default([])
    .describe("Owners on GitHub whose new repositories are looked at, beside those of the entries"),
  organizations: z
    .array(z.strictObject({ huggingface: z.array(word).default([]), modelscope: z.array(word).default([]) }))
    .default([])
    .describe("Names of one organisation: the one in use first, then former ones"),
  leaveOut: z
    .array(leaveOut)
    .default([])
    .describe("Models that the catalog does not list; the first rule that fits counts"),
  leaveOutRepositories: z
    .array(z.strictObject({ id: word, zh: word.max(200), en: word.max(200), names: patterns }))
    .default([])
    .describe("New repositories that announce no model, by globs of their names without the owner"),
});

export type Watch = z.output<typeof watchSchema>;
export type LeaveOutRule = Watch["leaveOut"][number];

export const NO_WATCH: Watch = { owners: [], organizations: [], leaveOut: [], leaveOutRepositories: [] };
