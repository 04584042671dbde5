import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import packageJson from "#package.json" with { type: "json" };
import { WRONG_SETTING } from "#src/cli/run.ts";
import { SECRET_FILES } from "#src/cli/secret-files.ts";
import { SETTING_NAMES } from "#src/config.ts";

const read = (path: string): string => readFileSync(path, "utf8");
const dockerfile = read("Dockerfile");
/** Settings that only a container file knows. */
const OF_COMPOSE = new Set(["FIRST_MODEL", "NODE_ENV", "OLLAMA_HOST"]);

type Service = { environment?: Record<string, string>; command?: string[]; profiles?: string[]; restart?: string };
const compose: { services: Record<string, Service>; volumes: object } = parse(read("compose.yaml"), { merge: true });

describe("the container files", () => {
  it("copy what is there, and let all of it through .dockerignore", () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = ""]) =>
      files.split(" "),
    );
    expect(copied.length).toBeGreaterThan(5);
    for (const file of copied) {
      expect(existsSync(file), file).toBe(true);
      expect(read(".dockerignore")).toContain(`!${file}\n`);
    }
  });

  it("start the program as npm does", () => {
    const start = packageJson.scripts.start.split(" ");
    expect(dockerfile).toContain(`CMD ${JSON.stringify(start).replaceAll(",", ", ")}`);
    expect(read("docs/deploy.md")).toContain(`ExecStart=/usr/bin/${packageJson.scripts.start}`);
    expect(compose.services["worker"]?.command?.at(-1)).toBe("src/cli/worker.ts");
    expect(existsSync("src/cli/worker.ts")).toBe(true);
  });

  it("name settings that exist", () => {
    const named = [
      ...Object.values(compose.services).flatMap(({ environment }) => Object.keys(environment ?? {})),
      ...[...dockerfile.matchAll(/(?:^ENV | )([A-Z_]{4,})=/gm)].map(([, name = ""]) => name),
    ];
    expect(named.filter((name) => !SETTING_NAMES.includes(name) && !OF_COMPOSE.has(name))).toEqual([]);
  });

  it("do not start for ever what a wrong setting ends, unless they are told to", () => {
    expect(read("docs/deploy.md")).toContain(`\nRestartPreventExitStatus=${WRONG_SETTING}\n`);
    for (const name of ["bot", "worker"])
      expect(compose.services[name]?.restart).toMatch(/^\$\{RESTART:-on-failure:\d+\}$/);
  });

  it("name secrets that can stand in files", () => {
    const named = [...`${read("compose.yaml")}${read("docs/deploy.md")}`.matchAll(/\b[A-Z_]+_FILE\b/g)];
    expect(named.length).toBeGreaterThan(2);
    for (const [name] of named) expect(SECRET_FILES).toContain(name);
  });

  it("are valid as far as a reader of YAML can tell", () => {
    expect(Object.keys(compose.services)).toEqual(["bot", "ollama", "first-model", "redis", "worker"]);
    expect(compose.services["redis"]?.profiles).toEqual(["scale"]);
    expect(compose.services["bot"]?.profiles).toBeUndefined();
  });
});
