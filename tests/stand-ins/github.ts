import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAccess } from "./github/access.ts";
import { createApi } from "./github/api.ts";
import { createCatalog } from "./github/catalog.ts";
import { createDesk } from "./github/desk.ts";
import { createFaults } from "./github/faults.ts";
import { createHub } from "./github/hub.ts";
import { createLimits } from "./github/limits.ts";
import type { GithubOptions, GithubStandIn } from "./github/types.ts";
import { createUpstream } from "./github/upstream.ts";

export type {
  CatalogRepository,
  GithubOptions,
  GithubStandIn,
  Upstream,
} from "./github/types.ts";

export const TOKEN = "github_pat_StandIn_token_for_tests";

/**
 * GitHub on loopback: the part of its REST API and of its GraphQL that a catalog needs, with git objects that git can
 * read. What a client does that a correct one never does is kept in `violations`; `close` throws when there are any.
 */
export async function startGithub(options: GithubOptions = {}): Promise<GithubStandIn> {
  const { token = TOKEN, now = () => new Date(), stallMs = 300, graphql = true } = options;
  const violations: string[] = [];
  const removals: (() => Promise<void>)[] = [];
  const hub = createHub(
    () => urlOf(api),
    now,
    (fault) => {
      violations.push(fault);
    },
    options.quirks,
  );
  const faults = createFaults();
  let points = 0;
  const answer = createApi({
    hub,
    access: createAccess({ ...options, token }, hub),
    budgetOf: createLimits(options, now),
    codeloadUrl: () => urlOf(codeload),
    hasGraphql: graphql,
    onPoints: (spent) => {
      points += spent;
    },
  });
  const desk = createDesk({ hub, faults, api: answer, stallMs });
  const api = createServer((incoming, response) => desk.receive("api", incoming, response));
  // Archives come from another host, so that a client that sends its token there is seen.
  const codeload = createServer((incoming, response) => desk.receive("codeload", incoming, response));
  await Promise.all([listen(api), listen(codeload)]);

  return {
    url: urlOf(api),
    token,
    violations,
    requests: desk.requests,
    faults: faults.faults,
    get points() {
      return points;
    },
    upstream: (name, init) => createUpstream(hub, name, init),
    owner: (login, kind) => {
      if (hub.owner(login) === undefined || kind !== undefined) hub.addOwner(login, kind);
      let now = login;
      return {
        get login() {
          return now;
        },
        rename: (newLogin) => {
          hub.renameOwner(now, newLogin);
          now = newLogin;
        },
        remove: () => hub.removeOwner(now),
      };
    },
    catalog: async (name, files, branch = "main") => {
      const { catalog, remove } = await createCatalog(hub, name, files, branch);
      removals.push(remove);
      return catalog;
    },
    close: async () => {
      await Promise.all([shut(api), shut(codeload)]);
      await desk.idle();
      await Promise.all(removals.map((remove) => remove()));
      if (violations.length > 0) throw new Error(`GitHub would object:\n${violations.join("\n")}`);
    },
  };
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function listen(server: Server): Promise<void> {
  server.keepAliveTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
}

async function shut(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
