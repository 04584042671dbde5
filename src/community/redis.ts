import { byKey, type CommunityStore, CommunityUnusable, jsonOf, parsed } from "./store.ts";

/** The commands of Redis that the store needs. */
export type RedisCommands = {
  get: (key: string) => Promise<string | null>;
  hget: (key: string, field: string) => Promise<string | null>;
  hgetall: (key: string) => Promise<Record<string, string>>;
  hset: (key: string, field: string, value: string) => Promise<number>;
  hdel: (key: string, field: string) => Promise<number>;
};

export type RedisCommunityOptions = {
  commands: RedisCommands;
  /** Asks Redis something. Rejects with StoreAway where it is out of reach or refuses it for now. */
  ask: <T>(act: () => Promise<T>) => Promise<T>;
  /** All keys begin so. */
  prefix: string;
};

/** A program that writes otherwise sets the key `version` to a greater number, which keeps this one out. */
const VERSION = 1;

/** The store in Redis, for all processes: a hash for each collection, which does not expire. */
export function openRedisCommunity({ commands, ask, prefix }: RedisCommunityOptions): CommunityStore {
  const keyOf = (collection: string): string => `${prefix}in:${collection}`;
  const asking = async <T>(act: () => Promise<T>): Promise<T> => {
    const version = await ask(() => commands.get(`${prefix}version`));
    if (Number(version ?? VERSION) > VERSION) throw new CommunityUnusable("newer");
    return ask(act).catch((error: unknown) => {
      throw isOfOtherType(error) ? new CommunityUnusable("damaged", { cause: error }) : error;
    });
  };
  return {
    get: async (collection, key) => {
      const json = await asking(() => commands.hget(keyOf(collection), key));
      return json === null ? undefined : parsed(json);
    },
    list: async (collection) => {
      const fields = Object.entries(await asking(() => commands.hgetall(keyOf(collection))));
      return fields.map(([key, json]) => ({ key, value: parsed(json) })).toSorted(byKey);
    },
    put: async (collection, key, value) => {
      const json = jsonOf(value);
      await asking(() => commands.hset(keyOf(collection), key, json));
    },
    remove: async (collection, key) => (await asking(() => commands.hdel(keyOf(collection), key))) > 0,
    // The connection is that of all who share it.
    close: async () => {},
  };
}

/** Somebody else keeps something else under this key. */
const isOfOtherType = (error: unknown): boolean => error instanceof Error && error.message.startsWith("WRONGTYPE");
