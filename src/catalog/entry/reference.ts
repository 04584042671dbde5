import type { z } from "zod";
import type { Problem } from "./problem.ts";
import type { cardSchema } from "./reference-schemas.ts";
import type { Watch } from "./watch.ts";

/** A graphics card or another accelerator that people run models on. */
export type Card = z.infer<typeof cardSchema>;

/** What entries, queries and the sync refer to and no entry states: the files of `REFERENCE_FILES`. */
export type Reference = {
  cards: readonly Card[];
  /** Names of models that entries build on and that no entry or variant is named after: mostly foreign ones. */
  bases: readonly string[];
  /** What the sync looks at beside the entries' repositories, and what it leaves out. */
  watch: Watch;
};

/** Written out: every start reads this file, and few load the schemas. */
export const NO_REFERENCE: Reference = {
  cards: [],
  bases: [],
  watch: { owners: [], organizations: [], leaveOut: [], leaveOutRepositories: [] },
};

/** The files by what they hold. */
export const REFERENCE_FILES = { cards: "cards.yaml", bases: "bases.yaml", watch: "watch.yaml" } as const;
export type ReferenceFile = keyof typeof REFERENCE_FILES;
export const REFERENCE_KINDS = ["cards", "bases", "watch"] as const satisfies readonly ReferenceFile[];

/** Whether a catalog should not be answered from: what only the sync reads says nothing of the entries. */
export const keepsFromAnswering = ({ severity, file }: Pick<Problem, "severity" | "file">): boolean =>
  severity === "error" && file !== REFERENCE_FILES.watch;
