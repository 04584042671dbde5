import type { Text } from "#src/base/locale.ts";
import { formatGb } from "#src/catalog/entry/units.ts";
import type { LoadedModel } from "#src/inference/backend.ts";

/** Bytes as GB, with one decimal. */
export const gb = (bytes: number): string => formatGb(Math.round(bytes / 1e8) / 10);

/**
 * Where a loaded model is: in graphics memory, on the CPU, or in parts. Older workers tell no size, and of one that was
 * loaded a moment ago nothing is known yet.
 */
export function memoryText({ vramBytes, sizeBytes }: LoadedModel, text: Text): string {
  if (vramBytes === 0)
    return sizeBytes === 0 ? text("ollamaHosts.inMemory") : text("ollamaHosts.onCpu", { size: gb(sizeBytes) });
  if (vramBytes >= sizeBytes) return text("ollamaHosts.loaded", { size: gb(vramBytes) });
  return text("ollamaHosts.partly", { vram: gb(vramBytes), rest: gb(sizeBytes - vramBytes) });
}
