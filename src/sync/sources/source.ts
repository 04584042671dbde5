import type { z } from "zod";
import type { Entry } from "#src/catalog/entry/schema.ts";
import type { Repository } from "./observation.ts";
import type { Notice, Signal } from "./signal.ts";

/** A repository that was found under the identity that the catalog knows, and the entries that name it. */
export type SeenRepository = { entries: readonly Entry[]; repository: Repository };

/** What a source may compare with. */
export type SourceContext = {
  /** Milliseconds since 1970. */
  now: number;
};

export type Findings = { signals: Signal[]; notices: Notice[] };

/** One place where news come from. `find` is pure: the same observation gives the same findings. */
export type Source = {
  name: string;
  find: (seen: SeenRepository, context: SourceContext) => Findings;
};

/** What a source reads of a repository: in the batched query, or over REST where there is no GraphQL. */
export type RepositoryPart<Part> = {
  /** Fields on GraphQL's Repository. */
  graphql: string;
  /** The part out of an answer with these fields; a repository that does not fit counts as not read. */
  shape: z.ZodType<Part>;
  /** Requests that `rest` takes at most: a repository is not begun where the hour's quota would not suffice. */
  restRequests: number;
  rest: (requests: RepositoryRequests) => Promise<Part>;
};

/** REST requests about one repository. */
export type RepositoryRequests = {
  /** The answer to `GET /repos/{owner}/{repo}`, which is there already. Throws GithubFailure where it does not fit. */
  repository: <Answer>(shape: z.ZodType<Answer>) => Answer;
  /** The answer to `GET /repos/{owner}/{repo}<path>`. Throws GithubFailure. */
  get: <Answer>(path: string, shape: z.ZodType<Answer>, parameters?: Record<string, unknown>) => Promise<Answer>;
  /** The same; undefined where there is no such thing, or no commit at all in the repository. */
  find: <Answer>(
    path: string,
    shape: z.ZodType<Answer>,
    parameters?: Record<string, unknown>,
  ) => Promise<Answer | undefined>;
};
