import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** Why tests behind nginx cannot run on this machine; undefined where they can. Debian: `apt-get install nginx`. */
export const WITHOUT_NGINX: string | undefined =
  spawnSync("nginx", ["-v"]).status === 0 ? undefined : "there is no nginx on this machine";

/**
 * A real nginx on a free port of loopback that passes everything on to another address, as Ollama's FAQ has it. `locked`:
 * it wants a login, which nobody has.
 */
export async function startNginx(upstream: string, { locked = false }: { locked?: boolean } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "mulu-nginx-"));
  const port = await freePort();
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const config = `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr;
events {}
http {
  access_log off; ${paths.join(" ")}
  server {
    listen 127.0.0.1:${port};
    ${locked ? `auth_basic ollama; auth_basic_user_file ${folder}/nobody;` : ""}
    location / { proxy_pass ${upstream}; proxy_set_header Host localhost:11434; proxy_buffering off; }
  }
}
`;
  await writeFile(join(folder, "nginx.conf"), config);
  await writeFile(join(folder, "nobody"), "");
  const child = spawn("nginx", ["-e", "stderr", "-p", folder, "-c", join(folder, "nginx.conf")], { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  await untilListening(url, child);
  return {
    url,
    stop: async (): Promise<void> => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGTERM");
        await once(child, "exit");
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilListening(url: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer) return;
    await wait(20);
  }
  throw new Error(`nginx has ended with ${child.exitCode}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
