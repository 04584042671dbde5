import { createPublicKey, verify } from "node:crypto";
import { z } from "zod";
import { type Answer, json } from "./answer.ts";
import type { Hub } from "./hub.ts";
import { notFound, Refused } from "./refused.ts";
import type { GithubOptions } from "./types.ts";

const HOUR_MS = 3_600_000;
/** GitHub takes a JWT for ten minutes at most, and its issue date may lie a minute back. */
const MAX_JWT_SECONDS = 660;

const claims = z.object({
  iss: z.union([z.string(), z.number()]).transform(String),
  iat: z.number(),
  exp: z.number(),
});

/** Who a request comes from: undefined is nobody in particular. */
export function createAccess({ token, app }: Pick<GithubOptions, "token" | "app">, hub: Hub) {
  const installationTokens = new Map<string, number>();

  /** Throws 401 where the credentials are no longer, or never were, good. */
  const identify = (authorization: string | undefined): string | undefined => {
    if (authorization === undefined) return undefined;
    const [, sent = ""] = /^(?:bearer|token) (\S+)$/i.exec(authorization) ?? [];
    const isLive = (installationTokens.get(sent) ?? 0) > hub.clock().getTime();
    if (sent === token || isLive) return sent;
    throw new Refused(401, "Bad credentials");
  };

  /** A token of the installed app, for an hour. */
  const issue = (installationId: number, authorization: string | undefined): Answer => {
    if (app === undefined || installationId !== app.installationId) throw notFound();
    if (!isSignedBy(app, authorization)) throw new Refused(401, "A JSON web token could not be decoded");
    const issued = `ghs_StandIn${hub.nextId()}`;
    const expires = hub.clock().getTime() + HOUR_MS;
    installationTokens.set(issued, expires);
    return json(201, {
      token: issued,
      expires_at: new Date(expires).toISOString(),
      permissions: { contents: "write", issues: "write", metadata: "read", pull_requests: "write" },
      repository_selection: "selected",
    });
  };

  return { identify, issue };
}

function isSignedBy({ id, publicKey }: { id: number; publicKey: string }, authorization: string | undefined): boolean {
  const [, header = "", payload = "", signature = ""] =
    /^bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/i.exec(authorization ?? "") ?? [];
  const signed = Buffer.from(`${header}.${payload}`);
  if (!verify("RSA-SHA256", signed, createPublicKey(publicKey), Buffer.from(signature, "base64url"))) return false;
  const { iss, iat, exp } = claims.parse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
  return iss === String(id) && exp - iat <= MAX_JWT_SECONDS;
}
