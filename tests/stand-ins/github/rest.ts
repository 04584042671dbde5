import { type Answer, redirect } from "./answer.ts";
import type { Hub } from "./hub.ts";
import { notFound, Refused } from "./refused.ts";
import type { Repository } from "./repository.ts";
import { gitRoutes } from "./rest-git.ts";
import { issueRoutes } from "./rest-issues.ts";
import { answerOwner } from "./rest-owners.ts";
import { pullRoutes } from "./rest-pulls.ts";
import { repositoryRoutes } from "./rest-repositories.ts";
import type { RawCall, Route } from "./route.ts";

type RestRequest = Pick<RawCall, "accept" | "search" | "body"> & {
  method: string;
  path: string;
  who: string | undefined;
};

const ROUTES: Route[] = [...repositoryRoutes, ...gitRoutes, ...pullRoutes, ...issueRoutes];

/** Answers what is below a repository; what GitHub would refuse is thrown as `Refused`. */
export async function answerRest(hub: Hub, codeloadUrl: string, request: RestRequest): Promise<Answer> {
  const { method, path, search, who } = request;
  const ofOwner = answerOwner(hub, method, path, search);
  if (ofOwner !== undefined) return ofOwner;
  const { below, find } = locate(hub, path);
  const matches = ROUTES.map((route) => ({ route, match: route.pattern.exec(below) }));
  const found = matches.find(({ route, match }) => route.method === method && match !== null);
  if (find === undefined || found === undefined) {
    hub.violation(`no such route: ${method} ${path}`);
    throw notFound();
  }
  const located = find();
  if (located === undefined) throw notFound();
  const { repository, moved } = located;
  if (moved) {
    const query = search.size > 0 ? `?${search}` : "";
    return redirect(method === "GET" ? 301 : 307, `${hub.url()}/repositories/${repository.id}${below}${query}`);
  }
  if (repository.disabled) throw new Refused(403, "Repository access blocked");
  if (method !== "GET") checkWrite(hub, repository, who, `${method} ${path}`);
  return found.route.act({ ...request, hub, repository, codeloadUrl }, found.match?.groups ?? {});
}

type Located = { repository: Repository; moved: boolean };

function locate(hub: Hub, path: string): { below: string; find: (() => Located | undefined) | undefined } {
  const [, name, belowName = ""] = /^\/repos\/([^/]+\/[^/]+)(\/.*)?$/.exec(path) ?? [];
  if (name !== undefined) return { below: belowName, find: () => hub.find(decodeURIComponent(name)) };
  const [, id, belowId = ""] = /^\/repositories\/(\d+)(\/.*)?$/.exec(path) ?? [];
  if (id === undefined) return { below: "", find: undefined };
  const find = (): Located | undefined => {
    const repository = hub.byId(Number(id));
    return repository === undefined ? undefined : { repository, moved: false };
  };
  return { below: belowId, find };
}

/** Throws where the one who asks may not write, or nobody may. */
export function checkWrite(hub: Hub, repository: Repository, who: string | undefined, what: string): void {
  if (who === undefined) {
    hub.violation(`${what} without a token`);
    throw new Refused(401, "Requires authentication");
  }
  if (!repository.writable) {
    hub.violation(`${what}: not ours`);
    throw new Refused(403, "Resource not accessible by personal access token", undefined, "FORBIDDEN");
  }
  if (repository.archived) {
    throw new Refused(403, "Repository was archived so is read-only.", undefined, "FORBIDDEN");
  }
}
