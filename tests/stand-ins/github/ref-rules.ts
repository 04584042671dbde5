import type { Hub } from "./hub.ts";
import { isAncestor } from "./object-store.ts";
import { Refused } from "./refused.ts";
import type { Repository } from "./repository.ts";

const FORBIDDEN_IN_NAME = /\.\.|@\{|\/\/|\/\.|\.lock(\/|$)|[\s~^:?*[\\]|[./]$/;

/** Throws where the reference may not be made, because of its name or of one that is in its way. */
export function checkNewRef(hub: Hub, { refs }: Repository, name: string): void {
  if (!/^refs\/[^/]+\/./.test(name) || FORBIDDEN_IN_NAME.test(name)) {
    hub.violation(`no name for a reference: ${name}`);
    throw new Refused(422, `${name} is not a valid ref name.`);
  }
  const isInTheWay = refs.list("refs/").some(([other]) => other.startsWith(`${name}/`) || name.startsWith(`${other}/`));
  if (isInTheWay) throw new Refused(422, "Reference cannot be created: another one is in its way");
}

/** Throws where the repository has no such commit. */
export function checkCommit(hub: Hub, { store }: Repository, oid: string): void {
  if (store.get(oid)?.type === "commit") return;
  hub.violation(`a reference to what is no commit: ${oid}`);
  throw new Refused(422, "Object does not exist");
}

/** Throws where the move would lose commits. */
export function checkFastForward({ store }: Repository, before: string, after: string): void {
  if (!isAncestor(store, before, after)) throw new Refused(422, "Update is not a fast forward");
}
