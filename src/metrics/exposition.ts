import type { Family } from "./tally.ts";

/** Everything that is known, in Prometheus' text format. */
export type Exposition = () => Promise<{ text: string; type: string }>;

/**
 * Makes the function that writes these metrics. prom-client is loaded at the first call, since it takes memory that a
 * program nobody monitors should keep; from then on it also observes the process.
 */
export function createExposition(families: () => Promise<Family[]>): Exposition {
  let writer: ReturnType<typeof openWriter> | undefined;
  return async () => {
    writer ??= openWriter();
    const { type, write } = await writer;
    return { text: await write(await families()), type };
  };
}

/** Registries of our own: the library's global one belongs to everybody in the process. */
async function openWriter() {
  const { AggregatorRegistry, collectDefaultMetrics, Registry } = await import("prom-client");
  const ofProcess = new Registry();
  collectDefaultMetrics({ register: ofProcess });
  return {
    type: ofProcess.contentType,
    write: async (families: Family[]): Promise<string> => {
      // It takes what was counted elsewhere, as plain data.
      const ours = AggregatorRegistry.aggregate([families]);
      return `${await ours.metrics()}\n${await ofProcess.metrics()}`;
    },
  };
}
