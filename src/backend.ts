import type { Log } from "#src/base/log.ts";
import type { Backend } from "#src/inference/backend.ts";
import { createOllamaBackend } from "#src/inference/ollama/backend.ts";

/** The one place that says what runs models, for the bot and its workers alike. */
export const createBackend = (log: Log): Backend => createOllamaBackend({ log });
