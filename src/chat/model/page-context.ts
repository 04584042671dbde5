import type { Context } from "#src/chat/command.ts";

/** What a page is drawn with: the reader's language, the room, and catalog text made safe in that language. */
export type PageContext = Pick<Context, "locale" | "text" | "room"> & { say: (value: string) => string };
