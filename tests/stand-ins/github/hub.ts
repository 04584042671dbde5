import { ownerOf, type Repository, shortNameOf } from "./repository.ts";
import { isoTime } from "./time.ts";
import type { OwnerKind, Quirks } from "./types.ts";

/** Who acts: the bot through the API, and a person beside it. */
export const BOT = "mulu-bot";
export const PERSON = "wei";

/** Every repository of the server, by name, by id, and by the names they once had. */
export type Hub = ReturnType<typeof createHub>;

export function createHub(
  url: () => string,
  clock: () => Date,
  violation: (fault: string) => void,
  quirks: Quirks = {},
) {
  const byName = new Map<string, Repository>();
  const byId = new Map<number, Repository>();
  const byNodeId = new Map<string, Repository>();
  const formerNames = new Map<string, Repository>();
  const owners = new Map<string, { login: string; kind: OwnerKind; removed: boolean }>();
  let lastId = 1000;
  const key = (name: string): string => name.toLowerCase();
  const refuseTaken = (name: string): void => {
    const holder = byName.get(key(name));
    if (holder !== undefined && !holder.removed) throw new Error(`${name} exists already`);
  };
  const unlessRemoved = (repository: Repository | undefined): Repository | undefined =>
    repository === undefined || isAway(repository) ? undefined : repository;
  const rename = (repository: Repository, newName: string): void => {
    refuseTaken(newName);
    if (byName.get(key(repository.name)) === repository) byName.delete(key(repository.name));
    formerNames.set(key(repository.name), repository);
    byName.set(key(newName), repository);
    repository.name = newName;
    addOwner(ownerOf(repository));
  };
  const addOwner = (login: string, kind?: OwnerKind): void => {
    const known = owners.get(key(login));
    owners.set(key(login), { login, kind: kind ?? known?.kind ?? "User", removed: false });
  };
  const repositoriesOf = (login: string): Repository[] =>
    [...byId.values()].filter((repository) => !isAway(repository) && key(ownerOf(repository)) === key(login));

  return {
    url,
    clock,
    violation,
    quirks,
    now: (): string => isoTime(clock()),
    nextId: (): number => ++lastId,
    /** Throws where the name is taken. A name that led on to another repository now leads here. */
    add: (repository: Repository): void => {
      refuseTaken(repository.name);
      byName.set(key(repository.name), repository);
      byId.set(repository.id, repository);
      byNodeId.set(repository.nodeId, repository);
      addOwner(ownerOf(repository));
    },
    rename,
    addOwner,
    /** What GitHub says of a login; undefined where nobody has it. */
    owner: (login: string): { login: string; kind: OwnerKind } | undefined => {
      const found = owners.get(key(login));
      return found === undefined || found.removed ? undefined : found;
    },
    /** All that somebody owns and our token may see. */
    repositoriesOf,
    renameOwner: (login: string, newLogin: string): void => {
      const owner = owners.get(key(login));
      for (const repository of repositoriesOf(login)) rename(repository, `${newLogin}/${shortNameOf(repository)}`);
      owners.delete(key(login));
      addOwner(newLogin, owner?.kind);
    },
    removeOwner: (login: string): void => {
      for (const repository of repositoriesOf(login)) repository.removed = true;
      const owner = owners.get(key(login));
      if (owner) owner.removed = true;
    },
    /** `moved`: found under a name it no longer has. */
    find: (name: string): { repository: Repository; moved: boolean } | undefined => {
      const current = byName.get(key(name));
      const repository = current ?? formerNames.get(key(name));
      if (repository === undefined || isAway(repository)) return undefined;
      return { repository, moved: current === undefined };
    },
    byId: (id: number): Repository | undefined => unlessRemoved(byId.get(id)),
    byNodeId: (nodeId: string): Repository | undefined => unlessRemoved(byNodeId.get(nodeId)),
  };
}

/** Gone, or not for us to see, which is the same from here. */
const isAway = ({ removed, visibility }: Repository): boolean => removed || visibility === "hidden";
