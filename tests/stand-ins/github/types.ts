/** Everything a test sees of the stand-in. Times are ISO 8601 in UTC, to the second, as GitHub writes them. */

export type GithubOptions = {
  /** The token that is let in; any other is answered with 401. */
  token?: string;
  /** False: a server that knows no GraphQL. */
  graphql?: boolean;
  /** REST requests an hour; GitHub allows 60 without and 5000 with a token. */
  restLimit?: number;
  /** GraphQL points an hour. */
  pointLimit?: number;
  now?: () => Date;
  /** How long a stalled request hangs before its connection breaks. */
  stallMs?: number;
  /** What a server does that is not GitHub.com. */
  quirks?: Quirks;
  /** An installed app: its token is asked for with a signed JWT, and let in for an hour. */
  app?: { id: number; installationId: number; publicKey: string };
};

export type Quirks = {
  /** A commit is always answered as JSON: the server does not know the media type of its name alone. */
  plainCommits?: boolean;
  /** 415 for a media type that it does not know. */
  strictMediaTypes?: boolean;
  /** False: no route to archives. */
  archives?: boolean;
  /** What putting labels on something is answered with; a new issue loses them in silence. */
  refuseLabels?: 403 | 404 | 422;
  /** False: issues are switched off in every repository. */
  issues?: boolean;
};

export type GithubStandIn = {
  /** Value for GITHUB_API_URL; GraphQL is at `${url}/graphql`. */
  url: string;
  token: string;
  /** A project's repository: in memory, with real object ids. */
  upstream(name: string, init?: UpstreamInit): Upstream;
  /** Whoever owns repositories; a user, unless it is said here. */
  owner(login: string, kind?: OwnerKind): Owner;
  /** A repository that takes branches and pull requests: a real bare git repository on disk. */
  catalog(name: string, files: Record<string, string>, branch?: string): Promise<CatalogRepository>;
  /** Everything received, in order; not what came after a crash. */
  requests: readonly Received[];
  /** GraphQL points spent. */
  readonly points: number;
  /** What a correct client never does. */
  violations: string[];
  faults: Faults;
  /** Stops, and removes what is on disk. */
  close(): Promise<void>;
};

export type Received = {
  method: string;
  /** Without the query. */
  path: string;
  /** With its question mark, or empty. */
  search: string;
  graphql?: "query" | "mutation";
  authorized: boolean;
};

export type OwnerKind = "User" | "Organization";

type Owner = {
  readonly login: string;
  /** The old login leads nowhere from then on; old names of repositories do. */
  rename(login: string): void;
  /** With all its repositories. */
  remove(): void;
};

export type UpstreamInit = {
  readme?: string;
  /** Several READMEs by their paths. */
  readmes?: Record<string, string>;
  /** Default: when it is made, or `pushedAt`. */
  createdAt?: string;
  fork?: boolean;
  template?: boolean;
  description?: string;
  /** `private`: the token may see it; `hidden`: nobody of ours may. */
  visibility?: "public" | "private" | "hidden";
  files?: Record<string, string>;
  pushedAt?: string;
  /** SPDX name. */
  license?: string;
  branch?: string;
};

export type Upstream = {
  readonly id: number;
  /** `owner/name` as it is called now. */
  readonly name: string;
  /** Gives the blob's object id; null removes the file, and gives an empty text. */
  setReadme(text: string | null): string;
  setFile(path: string, text: string | null): string;
  /** Sets several at once, in one commit; gives the blobs' object ids by path. */
  readmes(texts: Record<string, string | null>): Record<string, string>;
  head(): string;
  /** Gives the id. A tag that does not exist yet is put on the head of the default branch. */
  release(release: ReleaseInit): number;
  editRelease(id: number, change: Partial<ReleaseInit>): void;
  removeRelease(id: number): void;
  /** Puts the tag on a new commit of that date (default: now); a tag of the same name moves. */
  tag(name: string, options?: { date?: string; annotated?: boolean }): void;
  removeTag(name: string): void;
  setLicense(spdxId: string | null): void;
  rename(newName: string): void;
  archive(on?: boolean): void;
  disable(on?: boolean): void;
  remove(): void;
  restore(): void;
};

export type ReleaseInit = {
  tag: string;
  name?: string;
  body?: string;
  publishedAt?: string;
  prerelease?: boolean;
  draft?: boolean;
  /** The publisher's choice; otherwise the newest publication that is no draft and no prerelease is the latest. */
  latest?: boolean;
};

export type CatalogRepository = {
  readonly id: number;
  readonly name: string;
  /** The bare repository, for `git --git-dir`. */
  readonly gitDir: string;
  readonly defaultBranch: string;
  head(branch?: string): Promise<string>;
  branches(): Promise<Map<string, string>>;
  file(path: string, ref?: string): Promise<string | undefined>;
  /** Newest first, along the first parent. */
  log(ref: string): Promise<{ oid: string; message: string; author: string }[]>;
  readonly pulls: readonly PullState[];
  readonly issues: readonly IssueState[];
  readonly labels: ReadonlySet<string>;
  person: Person;
};

/** Someone with write access who is not the bot. A number is a pull request's or an issue's. */
export type Person = {
  readonly login: string;
  /** Gives the commit's object id; null removes a file; a branch that does not exist starts at the default one. */
  commit(branch: string, files: Record<string, string | null>, message?: string): Promise<string>;
  close(number: number): Promise<void>;
  reopen(number: number): Promise<void>;
  /** Throws on a conflict. */
  merge(number: number, method?: "merge" | "squash"): Promise<void>;
  retitle(number: number, title: string): Promise<void>;
  editBody(number: number, body: string): Promise<void>;
  label(number: number, ...labels: string[]): Promise<void>;
  unlabel(number: number, ...labels: string[]): Promise<void>;
  comment(number: number, body: string): Promise<void>;
  /** Opens an issue; gives its number. */
  openIssue(title: string, body?: string): Promise<number>;
  /** Opens a pull request; gives its number. */
  open(head: string, title: string, body?: string): Promise<number>;
  /** Closes the open pull request of the branch, as GitHub does. */
  deleteBranch(branch: string): Promise<void>;
  /** Puts a deleted branch back, or moves one, to a commit that exists. */
  setBranch(branch: string, oid: string): Promise<void>;
  rename(newName: string): Promise<void>;
  archive(on?: boolean): Promise<void>;
};

export type PullState = {
  number: number;
  title: string;
  body: string;
  state: "open" | "closed";
  merged: boolean;
  draft: boolean;
  /** The branch. */
  head: string;
  /** Commit at its head; stays as it was once the pull request is closed. */
  headOid: string;
  base: string;
  author: string;
  labels: string[];
  comments: { author: string; body: string }[];
  createdAt: string;
  updatedAt: string;
  closedAt: string | undefined;
};

export type IssueState = {
  number: number;
  title: string;
  body: string;
  state: "open" | "closed";
  author: string;
  labels: string[];
  comments: { author: string; body: string }[];
  createdAt: string;
  updatedAt: string;
  closedAt: string | undefined;
};

export type Request = { method: string; path: string; graphql?: "query" | "mutation"; body: unknown };
export type Match = (request: Request) => boolean;

export type Faults = {
  /** The next request that matches fares so, once. */
  next(fault: Fault, match?: Match): void;
  /** From now on this share of the requests fails: 502, dropped before or after, stalled; the same for the same seed. */
  random(seed: number, rate: number): void;
  /** No fault any more, and a crashed server is back. */
  calm(): void;
  /** The k-th request from now is carried out but not answered, and none after it is let in, until `calm`. */
  crashAfter(k: number): void;
  /** Runs once, before the next request that matches is handled. */
  before(match: Match, action: () => Promise<void>): void;
};

export type Fault =
  | "502"
  /** Carried out, then 502. */
  | "502-after"
  | "drop-before"
  | "drop-after"
  /** Hangs, then drops; nothing is carried out. */
  | "stall"
  /** Carried out, then hangs and drops. */
  | "stall-after"
  /** 403 with retry-after: 1. */
  | "secondary-limit"
  /** 403 with x-ratelimit-remaining: 0; GraphQL: 200 with RATE_LIMITED. */
  | "primary-limit"
  /** 401. */
  | "expired-token"
  /** GraphQL: the last field that had data is null, "Something went wrong". */
  | "partial"
  /** GraphQL: the last field that had data is null, NOT_FOUND. */
  | "partial-not-found"
  /** GraphQL: the second half of the fields is null, and an error says why. */
  | "resource-limit";
