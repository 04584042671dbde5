import type { HubSettings } from "#src/sync/hubs/settings.ts";
import { type HuggingfaceOptions, startHuggingface } from "./model-hubs/huggingface.ts";
import { startModelscope } from "./model-hubs/modelscope.ts";

export type ModelHubs = Awaited<ReturnType<typeof startModelHubs>>;

/**
 * Hugging Face and ModelScope on loopback, each on its own port, as far as a sync reads them. What a correct client never does
 * is kept in `violations`: a token sent to another host, a parameter or field that does not exist, counters that change every
 * hour asked for, config.json of one commit read twice.
 */
export async function startModelHubs(options: HuggingfaceOptions = {}) {
  const [huggingface, modelscope] = await Promise.all([startHuggingface(options), startModelscope()]);
  return {
    huggingface,
    modelscope,
    /** Settings that lead here. */
    settings: (changes: Partial<HubSettings> = {}): HubSettings => ({
      on: true,
      huggingface: { url: huggingface.url, token: options.token },
      modelscope: { url: modelscope.url },
      ...changes,
    }),
    /** The same as variables of the environment. */
    environment: (): Record<string, string> => ({
      HF_ENDPOINT: huggingface.url,
      MODELSCOPE_ENDPOINT: modelscope.url,
      ...(options.token !== undefined && { HF_TOKEN: options.token }),
    }),
    violations: (): string[] => [...huggingface.violations, ...modelscope.violations],
    /** Whether no hub can be reached. */
    down: (down: boolean) => {
      huggingface.down(down);
      modelscope.down(down);
    },
    close: async (): Promise<void> => {
      await Promise.all([huggingface.close(), modelscope.close()]);
    },
  };
}
