import {
  MOST_OF_A_PERSON,
  type QueuedTry,
  REMOVED_MS,
  RESERVED_MS,
  type Ticket,
  type TryQueue,
} from "#src/tries/queue.ts";

type Item = {
  id: string;
  /** Undefined once the person may ask again. */
  person: string | undefined;
  model: string;
  state: "reserved" | "waiting" | "taken" | "removed";
  /** When somebody has to look at it. Times are in ms since 1970, as deadlines are. */
  dueAt: number;
  /** Until when a reservation holds. */
  reservedUntil: number;
};

/** The queue of a single process, in memory: one order for the tries of all models. */
export function createLocalQueue(): TryQueue {
  const items = new Map<string, Item>();
  let order: Item[] = [];
  const listeners: ((model: string | undefined) => void)[] = [];

  const changed = (model: string): void => {
    for (const listener of listeners) listener(model);
  };
  const removedItem = (id: string, dueAt: number): Item => ({
    ...{ id, dueAt, person: undefined, model: "", reservedUntil: 0 },
    state: "removed",
  });
  const taken = ({ id }: Ticket): Item | undefined => {
    const item = items.get(id);
    return item?.state === "taken" ? item : undefined;
  };
  const drop = (item: Item): void => {
    items.delete(item.id);
    order = order.filter((other) => other !== item);
  };
  const isHeld = ({ state, reservedUntil }: Item): boolean => state !== "reserved" || reservedUntil > Date.now();

  return {
    lasts: false,
    renewMs: undefined,
    admit: async ({ id, person, most }) => {
      const held = [...items.values()].filter(isHeld);
      if (held.filter((item) => item.person === person).length >= MOST_OF_A_PERSON) return "person";
      if (held.filter(({ state }) => state === "reserved" || state === "waiting").length >= most) return "full";
      const until = Date.now() + RESERVED_MS;
      items.set(id, { id, person, model: "", state: "reserved", dueAt: until, reservedUntil: until });
      return "ok";
    },
    leave: async (id) => {
      const item = items.get(id);
      if (item?.state === "reserved") items.delete(id);
      else if (item) item.person = undefined;
    },
    add: async ({ id, person, model }: QueuedTry, deadline = Number.POSITIVE_INFINITY) => {
      const item: Item = { id, person, model, state: "waiting", dueAt: deadline, reservedUntil: 0 };
      items.set(id, item);
      order.push(item);
      changed(model);
    },
    take: async (models) => {
      const item = order.find(({ model }) => models.includes(model));
      if (item === undefined) return undefined;
      order = order.filter((other) => other !== item);
      item.state = "taken";
      changed(item.model);
      return { id: item.id, model: item.model, deaths: 0, exhausted: false };
    },
    renew: async () => new Set(),
    handBack: async (ticket, model) => {
      const item = taken(ticket);
      if (item === undefined) return;
      Object.assign(item, { state: "waiting", model });
      order.unshift(item);
      changed(model);
    },
    finish: async (ticket) => {
      const item = taken(ticket);
      if (item === undefined) return;
      drop(item);
      changed(item.model);
    },
    remove: async ({ id }) => {
      const item = items.get(id);
      if (item?.state === "taken") return false;
      if (item === undefined) return true;
      const wasWaiting = item.state === "waiting";
      order = order.filter((other) => other !== item);
      Object.assign(item, { state: "removed", dueAt: Date.now() + REMOVED_MS });
      if (wasWaiting) changed(item.model);
      return true;
    },
    forget: async (id) => {
      const item = items.get(id);
      if (item) drop(item);
    },
    waiting: async (model) => order.filter((item) => item.model === model).map(({ id }) => id),
    taken: async (model) =>
      [...items.values()].filter((item) => item.state === "taken" && item.model === model).map(({ id }) => id),
    wanted: async () => [...new Set(order.map(({ model }) => model))],
    counts: async () => ({
      running: [...items.values()].filter(({ state }) => state === "taken").length,
      waiting: order.length,
    }),
    due: async () => [...items.values()].filter(({ dueAt }) => dueAt <= Date.now()).map(({ id }) => id),
    postpone: async (id, ms) => {
      const item = items.get(id) ?? removedItem(id, 0);
      item.dueAt = Date.now() + ms;
      items.set(id, item);
    },
    keep: async () => true,
    onChange: (listener) => void listeners.push(listener),
  };
}
