import type { Backend, InstalledModel, LoadedModel } from "./backend.ts";

type ContextFacts = {
  model: InstalledModel;
  /** What is in the host's memory of it. */
  loaded: LoadedModel | undefined;
  /** Tokens that it was last seen loaded with on that host. */
  seen: number | undefined;
  /** What every request asks for (TRY_NUM_CTX). */
  wanted: number | undefined;
  backend: Pick<Backend, "defaultContextTokens">;
};

/**
 * Tokens of context that a host answers with: what requests ask for, else what the model is loaded with, else what it was
 * last loaded with, else what its own file sets, else the program's default; never more than it was made for. Undefined for
 * a model that runs on somebody else's servers, where only those know.
 */
export function contextInUse({ model, loaded, seen, wanted, backend }: ContextFacts): number | undefined {
  if (model.cloud) return undefined;
  const most = model.contextTokens ?? Number.POSITIVE_INFINITY;
  if (wanted !== undefined) return Math.min(wanted, most);
  return loaded?.contextTokens ?? seen ?? Math.min(model.setContextTokens ?? backend.defaultContextTokens, most);
}
