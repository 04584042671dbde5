import { z } from "zod";
import type { Client } from "#src/sync/github/client.ts";
import { getRestPage, orAbsent } from "#src/sync/github/rest.ts";
import { repositoryName, utcDate } from "#src/sync/github/shapes.ts";
import { description, type OwnerPage } from "./owners-graphql.ts";

const PAGE = 100;

const repositoryShape = z.object({
  id: z.number(),
  full_name: repositoryName,
  created_at: utcDate,
  archived: z.boolean(),
  private: z.boolean(),
  fork: z.boolean(),
  is_template: z.boolean().nullish(),
  description,
});

/** The newest hundred repositories of an owner, in one request; fewer of its own, as forks are among them. Throws GithubFailure. */
export async function pageByRest(
  { reader, signal }: { reader: Client; signal: AbortSignal },
  owner: string,
): Promise<OwnerPage | "missing"> {
  const found = await orAbsent(
    getRestPage(
      reader,
      "GET /users/{username}/repos",
      { username: owner, type: "owner", sort: "created", direction: "desc", per_page: PAGE },
      z.array(repositoryShape),
      signal,
    ),
  );
  if (found === undefined) return "missing";
  const { answer, hasNext } = found;
  return {
    login: answer[0]?.full_name.split("/")[0] ?? owner,
    repositories: answer
      .filter((repository) => !repository.fork && !repository.private)
      .map(({ id, full_name: name, created_at: createdAt, archived, is_template: template, ...rest }) => ({
        ...{ id, name, createdAt, archived, template: template ?? false, description: rest.description },
      })),
    oldest: answer.at(-1)?.created_at,
    next: hasNext ? String(PAGE) : null,
  };
}
