/** Answers that are not what was asked for: Ollama's own, and those of what stands before it or in its place. */

export type Answer = { code: number; body: string; contentType?: string };

const PLAIN = "text/plain; charset=utf-8";

/** As Ollama says its errors. */
export const ollamaError = (code: number, error: string): Answer => ({ code, body: JSON.stringify({ error }) });

/** The model's process ends while it loads; causes as `unknown model architecture: 'x'`, with what Ollama 0.33 says before them. */
export const loadFailure = (cause: string): Answer =>
  ollamaError(500, `llama-server process has terminated: exit status 1: error loading model: ${cause}`);

/** A prompt that does not fit, with `truncate: false`: llama.cpp's JSON in a string. */
export const exceededContext = (tokens: number, limit: number): Answer =>
  ollamaError(
    400,
    JSON.stringify({
      error: {
        code: 400,
        message: `request (${tokens} tokens) exceeds the available context size (${limit} tokens), try increasing it`,
        type: "exceed_context_size_error",
        n_prompt_tokens: tokens,
        n_ctx: limit,
      },
    }),
  );

/** More than OLLAMA_MAX_QUEUE wait. */
export const queueFull = ollamaError(503, "server busy, please try again.  maximum pending requests exceeded");

/** A page of a proxy, as nginx writes it. */
export const page = (code: number, title: string): Answer => ({
  code,
  body: `<html>\r\n<head><title>${code} ${title}</title></head>\r\n<body>\r\n<center><h1>${code} ${title}</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n`,
  contentType: "text/html",
});

/** Go's answer to a path that it does not know. */
export const noSuchPath: Answer = { code: 404, body: "404 page not found", contentType: PLAIN };

/** Ollama on loopback, asked under a foreign Host or from a foreign Origin. */
export const forbidden: Answer = { code: 403, body: "", contentType: PLAIN };
