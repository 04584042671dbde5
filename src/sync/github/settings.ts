/** Who asks GitHub: a person's token, or an app installed on the catalog's repository. */
export type GithubIdentity =
  | { kind: "token"; token: string }
  | { kind: "app"; appId: string; privateKey: string; installationId: string };

/** The branch of a GitHub repository that holds the catalog. */
export type CatalogSource = {
  /** `owner/name`. */
  repository: string;
  /** Absent: the repository's own default branch. */
  branch: string | undefined;
};

export type GithubSettings = {
  apiUrl: string;
  /** Absent: anonymous, for reading only. */
  identity: GithubIdentity | undefined;
  /** Where proposals go and the catalog is refreshed from; absent: neither happens. */
  catalog: CatalogSource | undefined;
  /** When the sync runs, in UTC. */
  cron: string;
};
