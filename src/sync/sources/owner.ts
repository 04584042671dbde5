/** A public repository of an owner's own, no fork. */
export type OwnedRepository = {
  /** GitHub's databaseId. */
  id: number;
  /** `owner/name` now. */
  name: string;
  /** ISO 8601 in UTC. */
  createdAt: string;
  archived: boolean;
  template: boolean;
  /** One line of the project: hostile. */
  description: string | undefined;
  /** Made on or after `since`, or seen since then for the first time, as one that was transferred or made public. */
  isNew: boolean;
};

/** What was seen of an owner; `asked` is how it was asked for. */
export type OwnerObservation =
  | {
      asked: string;
      state: "seen";
      login: string;
      /** Newest first. */
      repositories: OwnedRepository[];
      /** Whether some that were made on or after `since` were not seen: an owner is looked through so far only. */
      more: boolean;
    }
  | { asked: string; state: "missing"; login: string }
  | { asked: string; state: "unreached"; login: string; reason: "quota" | "failed" };
