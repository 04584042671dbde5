import type { IncomingMessage, ServerResponse } from "node:http";
import { openServer } from "#tests/loopback-server.ts";

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that answers as the test says, one answer a request, the last one for good; keeps what it was asked. */
export async function serve(...answers: Answer[]) {
  const requests: IncomingMessage[] = [];
  const url = await openServer((request, response) => {
    request.resume();
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    requests.push(request);
    answer?.(request, response);
  });
  return { url, requests };
}

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
    response.end(JSON.stringify(body));
  };
export const drop: Answer = (request) => void request.socket.destroy();
