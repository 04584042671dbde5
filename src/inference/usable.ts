import { canChat, type InstalledModel, type LoadedModel } from "./backend.ts";
import { type Failing, isFailing } from "./failing.ts";

type ModelsOfHost = { up: boolean; installed: readonly InstalledModel[] };

/** Tells whether a model can be tried. */
export const usableIf =
  (allowCloud: boolean) =>
  (model: InstalledModel): boolean =>
    canChat(model) && (allowCloud || !model.cloud);

/** Models that can be tried, of all hosts that are up, each once. */
export function usableModels(hosts: readonly ModelsOfHost[], allowCloud: boolean): InstalledModel[] {
  const all = hosts.filter(({ up }) => up).flatMap(({ installed }) => installed.filter(usableIf(allowCloud)));
  return [...new Map(all.map((model) => [model.name, model])).values()];
}

type HostState = ModelsOfHost & {
  loaded: ReadonlyMap<string, LoadedModel>;
  failing: ReadonlyMap<string, Failing>;
};

/** The models but one that a host has and does not fail with, each once: those in memory first. */
export function otherModels(hosts: readonly HostState[], allowCloud: boolean, except: string): InstalledModel[] {
  const healthy = hosts.flatMap((host) =>
    usableModels([host], allowCloud).filter(({ name }) => !isFailing(host, name)),
  );
  const isInMemory = ({ name }: InstalledModel): boolean => hosts.some(({ up, loaded }) => up && loaded.has(name));
  return [...new Map(healthy.map((model) => [model.name, model])).values()]
    .filter(({ name }) => name !== except)
    .toSorted((a, b) => Number(isInMemory(b)) - Number(isInMemory(a)));
}
