import { createHash } from "node:crypto";
import { Refused } from "./refused.ts";

export type Answer = { status: number; headers: Record<string, string>; body: Buffer };

const DOCUMENTATION = "https://docs.github.com/rest";

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return bytes(status, Buffer.from(JSON.stringify(value)), "application/json; charset=utf-8", headers);
}

export function bytes(status: number, body: Buffer, contentType: string, headers: Record<string, string> = {}): Answer {
  return { status, headers: { "content-type": contentType, ...headers }, body };
}

export function empty(status: number, headers: Record<string, string> = {}): Answer {
  return { status, headers, body: Buffer.alloc(0) };
}

function refusal({ status, message, errors }: Refused): Answer {
  return json(status, { message, errors, documentation_url: DOCUMENTATION, status: String(status) });
}

/** With an ETag, which is another for each token; 304 without a body where the client has it already. */
export function conditional(answer: Answer, who: string, ifNoneMatch: string | undefined): Answer {
  if (answer.status !== 200) return answer;
  const etag = `W/"${createHash("sha256").update(who).update(answer.body).digest("hex")}"`;
  if (ifNoneMatch === etag) return empty(304, { etag });
  return { ...answer, headers: { ...answer.headers, etag } };
}

export function redirect(status: 301 | 302 | 307, location: string): Answer {
  const answer = json(status, {
    message: status === 301 ? "Moved Permanently" : "Temporary Redirect",
    url: location,
    documentation_url: DOCUMENTATION,
  });
  return { ...answer, headers: { ...answer.headers, location } };
}

export async function answerOrRefusal(act: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Refused) return refusal(error);
    throw error;
  }
}
