import { expect } from "vitest";
import type { Ticket, TryQueue } from "#src/tries/queue.ts";

const ROOM = { most: 1000 };
export const [M1, M2] = ["qwen3:8b", "glm4:9b"];

export const admit = (queue: TryQueue, id: string, person: string, most = ROOM.most) =>
  queue.admit({ id, person, most });

/** Queues tries in this order, each of a person of its own. */
export async function enqueue(queue: TryQueue, ...tries: [id: string, model: string][]): Promise<void> {
  for (const [id, model] of tries) {
    expect(await admit(queue, id, `of ${id}`)).toBe("ok");
    await queue.add({ id, person: `of ${id}`, model }, undefined);
  }
}

/** The next one: that there is one may be heard a moment later. */
export async function take(queue: TryQueue, ...models: string[]): Promise<Ticket> {
  let ticket: Ticket | undefined;
  await expect
    .poll(async () => {
      ticket = await queue.take(models);
      return ticket;
    })
    .toBeDefined();
  if (ticket === undefined) throw new Error("nothing was taken");
  return ticket;
}
