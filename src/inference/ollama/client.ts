import type { Ollama } from "ollama";
import { fetchThrough } from "#src/base/tunnel.ts";
import type { HostAddress } from "#src/inference/backend.ts";

/** Characters of an error page that are kept. */
const MAX_ERROR_CHARACTERS = 2000;

/**
 * The official client for one host and one undertaking: everything it does ends with the signal, also while Ollama
 * loads a model and has not sent headers yet, and other clients go on. An error answer that is no JSON is made one,
 * because the client would print it to the console. The library is loaded with the first host that is asked.
 */
export async function ollamaClient({ url, authorization, proxies }: HostAddress, signal: AbortSignal): Promise<Ollama> {
  const { Ollama } = await import("ollama");
  const send = proxies === undefined ? fetch : fetchThrough(proxies);
  return new Ollama({
    host: url,
    ...(authorization !== undefined && { headers: { authorization } }),
    fetch: async (input, init) => {
      const signals = init?.signal ? [signal, init.signal] : [signal];
      const response = await send(input, { ...init, signal: AbortSignal.any(signals) });
      return response.ok ? response : asJsonError(response);
    },
  });
}

async function asJsonError(response: Response): Promise<Response> {
  const body = (await response.text()).slice(0, MAX_ERROR_CHARACTERS);
  const headers = { "content-type": "application/json" };
  const isJson = response.headers.get("content-type")?.includes("json") === true && isObject(body);
  return new Response(isJson ? body : JSON.stringify({ error: body.trim() || response.statusText }), {
    status: response.status,
    headers,
  });
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null;
  } catch {
    return false;
  }
}
