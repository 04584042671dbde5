import type { CollectionAddress, HubName, ModelAddress } from "#src/sync/hubs/hub.ts";

/** A place in a README: `line` counts from 1, `text` is that line, bounded. Hostile. */
export type ReadmePlace = { path: string; line: number; text: string };

/** A model as a README names it: by a link, or as `Org/Name` in code. */
export type NamedModel = { model: ModelAddress; form: "link" | "code"; at: ReadmePlace };

/** A collection of an organisation's own as a README links it. */
export type NamedCollection = { hub: HubName; collection: CollectionAddress; at: ReadmePlace };
