/** OLLAMA_NUM_PARALLEL: so many requests per model at once, and the others wait, in order. */
export function createSlots(perModel: number) {
  const taken = new Map<string, number>();
  const queue: { model: string; go: () => void }[] = [];
  let running = 0;
  let most = 0;

  const start = (model: string): void => {
    taken.set(model, (taken.get(model) ?? 0) + 1);
    running += 1;
    most = Math.max(most, running);
  };
  const release = (model: string): void => {
    taken.set(model, (taken.get(model) ?? 0) - 1);
    running -= 1;
    const next = queue.findIndex((item) => item.model === model);
    if (next === -1) return;
    for (const { go } of queue.splice(next, 1)) go();
  };

  return {
    /** Resolves with the way to give the slot back; rejects when the client leaves while it waits. */
    take: async (model: string, signal: AbortSignal): Promise<() => void> => {
      signal.throwIfAborted();
      if ((taken.get(model) ?? 0) < perModel) {
        start(model);
        return () => release(model);
      }
      const { promise, resolve, reject } = Promise.withResolvers<() => void>();
      const go = (): void => {
        signal.removeEventListener("abort", leave);
        start(model);
        resolve(() => release(model));
      };
      const item = { model, go };
      const leave = (): void => {
        queue.splice(queue.indexOf(item), 1);
        reject(signal.reason);
      };
      signal.addEventListener("abort", leave, { once: true });
      queue.push(item);
      return promise;
    },
    running: () => running,
    maxRunning: () => most,
    waiting: () => queue.length,
  };
}
