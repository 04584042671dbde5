import type { Backend } from "#src/inference/backend.ts";
import { createOllamaBackend } from "#src/inference/ollama/backend.ts";

/** The one place that says what runs models, for the bot and its workers alike. */
export const createBackend = (): Backend => createOllamaBackend();
