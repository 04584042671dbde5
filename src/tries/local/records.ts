import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import type { Progress, Try } from "./try.ts";
import { readTry, withoutToken } from "./try-shape.ts";

/** A try as it is kept: for its buttons, for the next turn of the conversation, and for closing it after a crash. */
export type StoredTry = { try: Try; answer: string; thinking: string; ended: boolean };

export type TryStore = {
  begin: (attempt: Try) => void;
  /** Keeps what there is of the answer so far. */
  save: (attempt: Try, progress: Progress) => void;
  end: (attempt: Try, progress: Progress) => void;
  find: (id: string) => StoredTry | undefined;
  /** Tries that were under way when the process died. */
  unfinished: () => StoredTry[];
  /** Deletes all of a person's tries; how many. */
  forget: (person: string) => number;
  /** Deletes what has been kept long enough. */
  expire: (before: number) => void;
  /** Tokens per second seen here, the newest try counting a quarter. */
  recordSpeed: (model: string, tokensPerSecond: number) => void;
  speed: (model: string) => number | undefined;
  close: () => void;
};

const row = z.object({ data: z.string(), answer: z.string(), thinking: z.string(), ended: z.number() });

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS tries (
    id TEXT PRIMARY KEY, person TEXT NOT NULL, created INTEGER NOT NULL, ended INTEGER NOT NULL DEFAULT 0,
    data TEXT NOT NULL, answer TEXT NOT NULL DEFAULT '', thinking TEXT NOT NULL DEFAULT ''
  ) STRICT;
  CREATE INDEX IF NOT EXISTS tries_person ON tries (person);
  CREATE INDEX IF NOT EXISTS tries_created ON tries (created);
  CREATE TABLE IF NOT EXISTS speeds (model TEXT PRIMARY KEY, tokens_per_second REAL NOT NULL) STRICT;
`;

/** Opens (and makes) the database file; `:memory:` keeps nothing. */
export function openStore(path: string): TryStore {
  if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path);
  database.exec(
    "PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 2000; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;",
  );
  database.exec(SCHEMA);
  const begin = database.prepare("INSERT INTO tries (id, person, created, data) VALUES (?, ?, ?, ?)");
  const save = database.prepare("UPDATE tries SET answer = ?, thinking = ? WHERE id = ?");
  const end = database.prepare("UPDATE tries SET ended = 1, answer = ?, thinking = ?, data = ? WHERE id = ?");
  const find = database.prepare("SELECT data, answer, thinking, ended FROM tries WHERE id = ?");
  const unfinished = database.prepare(
    "SELECT data, answer, thinking, ended FROM tries WHERE ended = 0 ORDER BY created",
  );
  const forget = database.prepare("DELETE FROM tries WHERE person = ?");
  const expire = database.prepare("DELETE FROM tries WHERE created < ?");
  const speed = database.prepare("SELECT tokens_per_second FROM speeds WHERE model = ?");
  const recordSpeed = database.prepare(
    "INSERT INTO speeds (model, tokens_per_second) VALUES (?, ?) ON CONFLICT (model) DO UPDATE SET tokens_per_second = tokens_per_second * 0.75 + excluded.tokens_per_second * 0.25",
  );
  return {
    begin: (attempt) => void begin.run(attempt.id, attempt.person, attempt.createdAt, JSON.stringify(attempt)),
    save: (attempt, { text, thinking }) => void save.run(text, thinking, attempt.id),
    end: (attempt, { text, thinking }) =>
      void end.run(text, thinking, JSON.stringify(withoutToken(attempt)), attempt.id),
    find: (id) => readRow(find.get(id)),
    unfinished: () => unfinished.all().flatMap((item) => readRow(item) ?? []),
    forget: (person) => Number(forget.run(person).changes),
    expire: (before) => void expire.run(before),
    recordSpeed: (model, tokensPerSecond) => void recordSpeed.run(model, tokensPerSecond),
    speed: (model) => z.object({ tokens_per_second: z.number() }).safeParse(speed.get(model)).data?.tokens_per_second,
    close: () => database.close(),
  };
}

/** A row that an older or newer version wrote differently counts as none. */
function readRow(value: unknown): StoredTry | undefined {
  const parsed = row.safeParse(value);
  if (!parsed.success) return undefined;
  const attempt = readTry(parsed.data.data);
  return (
    attempt && {
      try: attempt,
      answer: parsed.data.answer,
      thinking: parsed.data.thinking,
      ended: parsed.data.ended === 1,
    }
  );
}
