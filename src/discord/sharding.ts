import type { SimpleShardingStrategy } from "discord.js";
import { never, withDeadline } from "#src/base/deadline.ts";
import type { GatewaySockets } from "./gateway-sockets.ts";
import type { Reconnecting } from "./reconnecting.ts";

type Manager = ConstructorParameters<typeof SimpleShardingStrategy>[0];

/** How long Discord may take to close a connection. */
const CLOSE_MS = 2000;
/** `WebSocketShardStatus.Idle` of discord.js: the shard has no connection. */
const IDLE = 0;

/**
 * How the shards of a client connect: each waits for its turn first, every time. By itself discord.js tries again half a
 * second after a failure for ever, also when its client was destroyed during that half second, and asks once alone, at the login,
 * whether Discord allows a new session. `turn` and `sessions` need not resolve.
 */
export const patientSharding =
  ({ Sharding, ended }: GatewaySockets, { turn, sessions }: Pick<Reconnecting, "turn" | "sessions">) =>
  (manager: Manager): SimpleShardingStrategy => {
    class PatientSharding extends Sharding {
      /** The login does not wait: its failure would destroy the client without ending what the shards go on with. */
      override async connect(): Promise<void> {
        super.connect().catch(() => {});
      }

      /** A shard that is just identifying never ends its own destruction: then its socket tells. */
      override async destroy(...options: Parameters<SimpleShardingStrategy["destroy"]>): Promise<void> {
        await withDeadline(CLOSE_MS, Promise.race([super.destroy(...options), ended()]));
      }
    }
    const strategy = new PatientSharding(manager);
    const { retrieveSessionInfo } = manager.options;
    const begun = new Set<number>();
    const allowed = async (): Promise<void> => {
      for (;;) {
        const information = await manager.fetchGatewayInformation(true).catch(() => undefined);
        if (information === undefined || information.session_start_limit.remaining > 0) return;
        await sessions(information.session_start_limit.reset_after);
      }
    };
    // A shard whose client was destroyed is not to go on.
    const statusOf = async (shard: number) => (await strategy.fetchStatus()).get(shard) ?? never();
    // A shard asks for its session before it connects, and waits for the answer; it also asks while it is connected.
    manager.options.retrieveSessionInfo = async (shard) => {
      if ((await statusOf(shard)) !== IDLE) return retrieveSessionInfo(shard);
      await turn(shard);
      const session = await retrieveSessionInfo(shard);
      if (session === null && begun.has(shard)) await allowed();
      begun.add(shard);
      await statusOf(shard);
      return session;
    };
    return strategy;
  };
