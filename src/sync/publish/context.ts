import type { Text } from "#src/base/locale.ts";
import type { Log } from "#src/base/log.ts";
import type { Client } from "#src/sync/github/client.ts";
import type { RepositoryState } from "#src/sync/propose/repository-state.ts";

/** What publishing needs: a client that may write, and the catalog's repository as it was read. */
export type PublishContext = {
  client: Client;
  repository: RepositoryState;
  text: Text;
  log: Log;
  /** Logs a warning, the first time in a run that it is given this message. */
  warnOnce: (reason: string, message: string) => void;
};
