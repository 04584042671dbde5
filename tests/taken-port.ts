import { once } from "node:events";
import { createServer } from "node:net";
import { onTestFinished } from "vitest";

/** A port of loopback that somebody has until the test has finished. */
export async function takenPort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
