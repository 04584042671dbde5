import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { z } from "zod";
import type { ChatMessage } from "#src/inference/backend.ts";

const body = z.object({
  model: z.string(),
  messages: z.array(z.object({ role: z.enum(["user", "assistant"]), content: z.string() })),
  stream: z.literal(true),
  max_tokens: z.number(),
});

/** A server with the API of OpenAI (as llama.cpp and vLLM have it) on loopback, as far as the contract needs it. */
export async function startOpenAi(model: string) {
  let pieces = ["好"];
  let endless = false;
  let closed = false;
  const asked: ChatMessage[][] = [];

  const answer = async (request: z.infer<typeof body>, response: ServerResponse): Promise<void> => {
    asked.push(request.messages);
    response.on("close", () => {
      closed = true;
    });
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const content of pieces) response.write(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`);
    if (endless) return;
    const usage = { prompt_tokens: request.messages.length, completion_tokens: pieces.length };
    response.end(`data: ${JSON.stringify({ choices: [], usage })}\n\ndata: [DONE]\n\n`);
  };
  const server = createServer(async (request, response) => {
    if (request.url === "/v1/models") return response.end(JSON.stringify({ data: [{ id: model }] }));
    const parsed = body.parse(await json(request));
    if (parsed.model === model.toLowerCase()) return answer(parsed, response);
    response.writeHead(404).end(JSON.stringify({ error: { message: "no such model" } }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    /** The next answers are these pieces; an endless one stays open after them. */
    script: (next: { pieces: string[]; endless: boolean }): void => {
      ({ pieces, endless } = next);
    },
    /** Breaks every connection. */
    drop: () => server.closeAllConnections(),
    asked: () => asked.at(-1),
    closed: () => closed,
    stop: async (): Promise<void> => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
