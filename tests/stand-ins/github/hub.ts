import type { Repository } from "./repository.ts";
import { isoTime } from "./time.ts";

/** Who acts: the bot through the API, and a person beside it. */
export const BOT = "mulu-bot";
export const PERSON = "wei";

/** Every repository of the server, by name, by id, and by the names they once had. */
export type Hub = ReturnType<typeof createHub>;

export function createHub(url: () => string, clock: () => Date, violation: (fault: string) => void) {
  const byName = new Map<string, Repository>();
  const byId = new Map<number, Repository>();
  const byNodeId = new Map<string, Repository>();
  const formerNames = new Map<string, Repository>();
  let lastId = 1000;
  const key = (name: string): string => name.toLowerCase();
  const refuseTaken = (name: string): void => {
    const holder = byName.get(key(name));
    if (holder !== undefined && !holder.removed) throw new Error(`${name} exists already`);
  };
  const unlessRemoved = (repository: Repository | undefined): Repository | undefined =>
    repository?.removed === true ? undefined : repository;

  return {
    url,
    clock,
    violation,
    now: (): string => isoTime(clock()),
    nextId: (): number => ++lastId,
    /** Throws where the name is taken. A name that led on to another repository now leads here. */
    add: (repository: Repository): void => {
      refuseTaken(repository.name);
      byName.set(key(repository.name), repository);
      byId.set(repository.id, repository);
      byNodeId.set(repository.nodeId, repository);
    },
    rename: (repository: Repository, newName: string): void => {
      refuseTaken(newName);
      if (byName.get(key(repository.name)) === repository) byName.delete(key(repository.name));
      formerNames.set(key(repository.name), repository);
      byName.set(key(newName), repository);
      repository.name = newName;
    },
    /** `moved`: found under a name it no longer has. */
    find: (name: string): { repository: Repository; moved: boolean } | undefined => {
      const current = byName.get(key(name));
      const repository = current ?? formerNames.get(key(name));
      if (repository === undefined || repository.removed) return undefined;
      return { repository, moved: current === undefined };
    },
    byId: (id: number): Repository | undefined => unlessRemoved(byId.get(id)),
    byNodeId: (nodeId: string): Repository | undefined => unlessRemoved(byNodeId.get(nodeId)),
  };
}
