import type { Row } from "./cache-file.ts";

/** What memory holds of tries that have ended, until the disk takes it; the oldest are lost first. */
const MOST_ENDED = 1000;
const MOST_CHARACTERS = 20_000_000;

/** What memory holds: tries that go on, and those that have ended and are not in the file. */
export function createHeldRows() {
  const rows = new Map<string, Row>();
  const unwritten = new Set<Row>();
  /** Those that have ended, in the order of their ends. */
  const ended = new Set<Row>();
  let characters = 0;
  const sizeOf = ({ data, progress }: Row): number => data.length + progress.length;
  const drop = (row: Row): void => {
    rows.delete(row.id);
    unwritten.delete(row);
    if (ended.delete(row)) characters -= sizeOf(row);
  };
  const isOver = (row: Row): boolean => row.ended === 1 && row.shown === 1;
  const drops = (chosen: Iterable<Row>): void => {
    for (const row of chosen) drop(row);
  };
  return {
    has: (id: string): boolean => rows.has(id),
    get: (id: string): Row | undefined => rows.get(id),
    of: (person: string): Row[] => [...rows.values()].filter((row) => row.person === person),
    /** How many had to be let go for it. */
    put: (row: Row): number => {
      const before = rows.get(row.id);
      if (before) drop(before);
      rows.set(row.id, row);
      unwritten.add(row);
      if (!isOver(row)) return 0;
      ended.add(row);
      characters += sizeOf(row);
      let lost = 0;
      for (const old of ended) {
        if (ended.size <= MOST_ENDED && characters <= MOST_CHARACTERS) break;
        drop(old);
        lost += 1;
      }
      return lost;
    },
    /** Those that changed longest ago. */
    unwritten: (most: number): Row[] => [...unwritten.values().take(most)],
    written: (done: Iterable<Row>): void => {
      for (const row of done) {
        unwritten.delete(row);
        if (isOver(row)) drop(row);
      }
    },
    /** None of them is in the file. */
    writeAll: (): void => {
      for (const row of rows.values()) unwritten.add(row);
    },
    dropOne: (id: string): void => {
      const row = rows.get(id);
      if (row) drop(row);
    },
    drop: (person: string): void => drops([...rows.values()].filter((row) => row.person === person)),
    expire: (before: number): void => drops([...rows.values()].filter(({ created }) => created < before)),
  };
}
