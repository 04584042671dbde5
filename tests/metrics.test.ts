import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { catalogRefresh } from "#jobs/refresh-catalog.ts";
import { syncCatalog } from "#jobs/sync-catalog.ts";
import { COMMANDS, forSurface } from "#src/app.ts";
import { createRunMetrics } from "#src/metrics/run-metrics.ts";
import { createHistogram } from "#src/metrics/tally.ts";
import { chat } from "#src/web/chat/routes.ts";
import { ASKER, ended, OTHER, shows } from "#tests/discord/try-world.ts";
import { startOllama } from "#tests/stand-ins/ollama.ts";
import { startWorld as startRepository } from "#tests/sync/refresh-world.ts";
import { known, startWorld as startUpstream } from "#tests/sync/world.ts";
import { contextOf } from "#tests/test-app.ts";
import { parseExposition } from "#tests/web/exposition-text.ts";
import { openWatched, openWatchedBot, readValue } from "#tests/web/health-world.ts";

describe("commands", () => {
  test("are counted by name, outcome and surface, with how long they took, from before the first look", async () => {
    const { discord, scrape } = await openWatchedBot();
    await discord.ready();
    const person = discord.person({ id: ASKER });
    await person.run("models", { query: "int4" });
    await person.run("models", { query: "int8" });
    await person.run("updates", { since: "not a time" });
    await person.type("models", "query", "int");
    const metrics = await scrape();
    const at = (command: string, outcome: string) =>
      readValue(metrics, "mulu_commands_total", { command, outcome, surface: "discord" });
    expect([at("models", "answered"), at("models", "failed"), at("updates", "refused")]).toEqual([2, 0, 1]);
    expect(readValue(metrics, "mulu_command_duration_seconds_count", { command: "models" })).toBe(2);
    expect(readValue(metrics, "mulu_command_duration_seconds_sum", { command: "models" })).toBeGreaterThan(0);
    expect(readValue(metrics, "mulu_autocompletes_total", { command: "models", surface: "discord" })).toBe(1);
    expect(readValue(metrics, "mulu_discord_acknowledge_seconds_count")).toBe(3);
    expect(readValue(metrics, "mulu_discord_responses_total", { action: "acknowledge", status: "204" })).toBe(4);
  });

  test("a button counts for its command", async () => {
    const { discord, value } = await openWatchedBot();
    await discord.ready();
    const person = discord.person({ id: ASKER });
    const list = await person.run("models", { query: "7b" });
    await person.press(list, "下一页");
    expect(await value("mulu_commands_total", { command: "models", outcome: "answered", surface: "discord" })).toBe(2);
  });

  test("whatever names and texts people send, labels come from fixed sets, and the text stays well-formed", async () => {
    const { app, scrape } = await openWatched();
    const { router } = forSurface(app, "web");
    const context = contextOf(app);
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.constantFrom("__proto__", 'x"} 1\n# HELP a b', "constructor", "models:page:0", "try:stop:\n", "a\\", "{}", ""),
    );
    await fc.assert(
      fc.asyncProperty(text, text, async (name, value) => {
        await router.execute(name, { query: value, [name]: value }, context);
        await router.press(name, [value], context);
        router.complete(name, value, value, context);
        router.complete("models", "query", value, context);
      }),
      { numRuns: 60 },
    );
    const metrics = await scrape();
    const values = (label: string) =>
      new Set([...metrics.values()].flatMap(({ samples }) => samples.flatMap(({ labels }) => labels[label] ?? [])));
    expect([...values("command")].toSorted()).toEqual([...COMMANDS.map(({ name }) => name), "unknown"].toSorted());
    expect([...values("surface")]).toEqual(["web"]);
    expect([...values("outcome")].every((outcome) => /^[a-z]+$/.test(outcome))).toBe(true);
    expect(readValue(metrics, "mulu_commands_total", { command: "unknown", outcome: "refused" })).toBeGreaterThan(0);
  });
});

describe("tries", () => {
  test("one that is answered: its tokens by entry, its wait, its first words, the edits that showed it", async () => {
    const { discord, ollama, scrape } = await openWatchedBot();
    await discord.ready();
    ollama.script({ chunks: ["一", "二", "三"], loadMs: 50 });
    const message = await discord.person({ id: ASKER }).run("try", { model: "chatglm", prompt: "问" });
    await ended(discord, message);
    const metrics = await scrape();
    expect(readValue(metrics, "mulu_tries_total", { outcome: "done" })).toBe(1);
    expect(readValue(metrics, "mulu_try_tokens_total", { entry: "chatglm-6b" })).toBe(3);
    expect(readValue(metrics, "mulu_try_waiting_seconds_count")).toBe(1);
    expect(readValue(metrics, "mulu_try_first_token_seconds_sum")).toBeGreaterThan(0.05);
    expect(readValue(metrics, "mulu_try_duration_seconds_count", { outcome: "done" })).toBe(1);
    expect(readValue(metrics, "mulu_discord_responses_total", { action: "edit", status: "200" })).toBeGreaterThan(0);
    expect(readValue(metrics, "mulu_tries_running") + readValue(metrics, "mulu_tries_waiting")).toBe(0);
  });

  test("those that fail, are stopped, or are refused, by reason; and the queue while it lasts", async () => {
    const { discord, ollama, scrape, value } = await openWatchedBot({ TRY_PER_PERSON_HOUR: "2" });
    await discord.ready();
    const person = discord.person({ id: ASKER });
    ollama.script({ status: { code: 500, body: '{"error":"model requires more system memory"}' } });
    await ended(discord, await person.run("try", { model: "glm4:9b", prompt: "一" }));
    ollama.script({ endless: true, tokensPerSecond: 30 });
    const endless = await person.run("try", { model: "glm4:9b", prompt: "二" });
    const waiting = await discord.person({ id: OTHER }).run("try", { model: "glm4:9b", prompt: "三" });
    expect([await value("mulu_tries_running"), await value("mulu_tries_waiting")]).toEqual([1, 1]);
    expect(await value("mulu_try_waiting_seconds_count")).toBe(2);
    await person.run("try", { model: "glm4:9b", prompt: "四" });
    ollama.script({ text: "好" });
    await shows(discord, endless, "glm4:9b");
    await person.tap(endless, "停止");
    await ended(discord, endless);
    await ended(discord, waiting);
    const metrics = await scrape();
    const outcomes = ["done", "failed", "stopped", "refused"].map((outcome) =>
      readValue(metrics, "mulu_tries_total", { outcome }),
    );
    expect(outcomes).toEqual([1, 1, 1, 1]);
    expect(readValue(metrics, "mulu_try_failures_total", { reason: "out_of_memory" })).toBe(1);
    expect(readValue(metrics, "mulu_try_refusals_total", { reason: "quota" })).toBe(1);
    expect(readValue(metrics, "mulu_try_waiting_seconds_count")).toBe(3);
  });
});

describe("Discord's side", () => {
  test("429s and reconnects are counted", async () => {
    const { discord, value } = await openWatchedBot();
    await discord.ready();
    const person = discord.person({ id: ASKER });
    discord.rest.fail(({ path }) => path.endsWith("/callback"), 429, { retryAfterSeconds: 0.05 });
    await person.run("models", { query: "int4" });
    expect(await value("mulu_discord_responses_total", { action: "acknowledge", status: "429" })).toBe(1);
    expect(await value("mulu_discord_reconnects_total")).toBe(0);
    discord.gateway.disconnect(4000);
    await expect.poll(() => value("mulu_discord_reconnects_total")).toBe(1);
    // A client that is stopped while its connection is away goes on trying, and would knock at whoever has the port next.
    await discord.until(() => discord.gateway.counts.resume === 1 && discord.gateway.isConnected(), "a resume");
  });

  test("an answer that Discord does not take is a failed command and an interaction without an answer", async () => {
    const { discord, value } = await openWatchedBot();
    await discord.ready();
    discord.rest.fail(({ path }) => path.endsWith("/callback"), 404, { times: 2 });
    await discord.person({ id: ASKER }).acknowledge("models", { query: "int4" });
    await expect.poll(() => value("mulu_discord_unanswered_total")).toBe(1);
    expect(await value("mulu_commands_total", { command: "models", outcome: "failed", surface: "discord" })).toBe(1);
    expect(await value("mulu_discord_responses_total", { action: "acknowledge", status: "404" })).toBe(2);
  });
});

describe("the web page's side", () => {
  test("answers that are open, commands, and what the server answered", async () => {
    const ollama = await startOllama({ models: [{ name: "glm4:9b", sizeBytes: 5.5e9, capabilities: ["completion"] }] });
    onTestFinished(() => ollama.stop());
    const { get, value, scrape } = await openWatched({ OLLAMA_HOSTS: ollama.url }, [chat]);
    ollama.script({ endless: true, tokensPerSecond: 30 });
    const leave = new AbortController();
    const answer = await get("/chat/line", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ line: "/try glm4:9b 你好" }),
      signal: leave.signal,
    });
    expect(answer.status).toBe(200);
    await expect.poll(() => value("mulu_tries_running")).toBe(1);
    expect(await value("mulu_web_answers_open")).toBe(1);
    leave.abort();
    await expect.poll(() => value("mulu_web_answers_open")).toBe(0);
    await get("/no-such-page");
    const metrics = await scrape();
    expect(readValue(metrics, "mulu_commands_total", { command: "try", outcome: "answered", surface: "web" })).toBe(1);
    expect(readValue(metrics, "mulu_http_responses_total", { status: "4xx" })).toBe(1);
    expect(readValue(metrics, "mulu_http_responses_total", { status: "2xx" })).toBeGreaterThan(1);
  });
});

describe("GitHub's side", () => {
  test("looks for a newer catalog: taken, unchanged, refused, failed, and what is in use", async () => {
    const { github, env, commit } = await startRepository();
    const { app, value, scrape } = await openWatched(env);
    const { config, catalog, services, upstreams, metrics, log } = app;
    const { catalog: source } = config.github;
    if (source === undefined) throw new Error("no repository is set");
    const parts = {
      config,
      source,
      upstreams,
      holder: catalog,
      now: services.now,
      log,
      onLook: metrics.upstream.looked,
    };
    const look = await catalogRefresh({ ...parts, pace: "none" });
    const { signal } = new AbortController();
    expect((await scrape()).get("mulu_catalog_fetched_timestamp_seconds")?.samples).toEqual([]);
    const before = Math.floor(Date.now() / 1000);
    await look(signal);
    await look(signal);
    await commit({ "broken.yaml": "name: [" });
    await look(signal);
    github.faults.next("expired-token");
    await look(signal);
    const metricsNow = await scrape();
    const outcomes = ["taken", "unchanged", "refused", "failed"].map((outcome) =>
      readValue(metricsNow, "mulu_catalog_looks_total", { outcome }),
    );
    expect(outcomes).toEqual([1, 1, 1, 1]);
    expect(readValue(metricsNow, "mulu_catalog_refused")).toBe(1);
    expect(readValue(metricsNow, "mulu_catalog_entries")).toBe(services.catalog.entries.length);
    expect(readValue(metricsNow, "mulu_catalog_fetched_timestamp_seconds")).toBeGreaterThanOrEqual(before);
    expect(await value("mulu_catalog_last_look_timestamp_seconds")).toBeGreaterThanOrEqual(before);
  });

  test("a run of the sync: outcome, time, pull requests opened, repositories, what is left of the hour", async () => {
    const world = await startUpstream((github) => {
      const upstream = github.upstream("Org/Model");
      upstream.release({ tag: "v1", publishedAt: "2026-10-20T00:00:00Z" });
      return { model: known("Model", upstream) };
    });
    const { app, scrape, value } = await openWatched({
      GITHUB_API_URL: world.github.url,
      GITHUB_TOKEN: world.github.token,
      CATALOG_REPOSITORY: world.catalog.name,
      SYNC_CRON: "0 0 1 1 *",
      ...world.hubs.environment(),
    });
    expect((await scrape()).get("mulu_sync_last_run_timestamp_seconds")?.samples).toEqual([]);
    const stop = new AbortController();
    const job = syncCatalog(app.config, app.log, stop.signal, {
      jitterMs: 0,
      catchUpAfterMs: 0,
      pace: "none",
      onRun: app.metrics.upstream.synced,
    });
    onTestFinished(async () => {
      stop.abort();
      await job;
    });
    await expect.poll(() => value("mulu_sync_runs_total", { outcome: "done" })).toBe(1);
    const metrics = await scrape();
    expect(readValue(metrics, "mulu_sync_actions_total", { action: "open", outcome: "done" })).toBe(1);
    expect(readValue(metrics, "mulu_sync_duration_seconds_count")).toBe(1);
    expect(readValue(metrics, "mulu_sync_repositories", { state: "seen" })).toBe(1);
    expect(readValue(metrics, "mulu_sync_last_run_ok")).toBe(1);
    expect(readValue(metrics, "mulu_github_points_left")).toBeGreaterThan(0);
  });
});

describe("the text that Prometheus reads", () => {
  test("is in the format's version 0.0.4, with what is known of the process", async () => {
    const { get } = await openWatched();
    const response = await get("/metrics");
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const metrics = parseExposition(await response.text());
    expect(readValue(metrics, "process_resident_memory_bytes")).toBeGreaterThan(1e7);
    expect(metrics.has("nodejs_eventloop_lag_p99_seconds")).toBe(true);
    expect(readValue(metrics, "mulu_build_info")).toBe(1);
    for (const [name, { type }] of metrics) {
      if (!name.startsWith("mulu_")) continue;
      expect(name.endsWith("_total"), `${name} is a ${type}`).toBe(type === "counter");
    }
  });

  test("has what docs/operations.md names, and nothing that it does not", async () => {
    const { scrape } = await openWatched();
    const page = await readFile("docs/operations.md", "utf8");
    const named = [...page.matchAll(/\bmulu_[a-z_]*[a-z]\b(?!_)/g)].map(([name]) => name.replace(/_bucket$/, ""));
    const ofBots = [...(await scrape()).keys()].filter((name) => name.startsWith("mulu_"));
    const ofWorkers = createRunMetrics()
      .families()
      .map(({ name }) => name);
    expect([...new Set(named)].toSorted()).toEqual([...new Set([...ofBots, ...ofWorkers])].toSorted());
  });

  test("many programs read at once, and each has all of it", async () => {
    const { get } = await openWatched();
    const texts = await Promise.all(Array.from({ length: 20 }, async () => (await get("/metrics")).text()));
    for (const text of texts) expect(parseExposition(text).has("mulu_ready")).toBe(true);
  });
});

test("a histogram counts each value once in every bucket that it fits", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.double({ min: 0.001, max: 1000, noNaN: true }), { minLength: 1, maxLength: 8 }),
      fc.array(fc.double({ min: 0, max: 2000, noNaN: true }), { minLength: 1 }),
      (unordered, values) => {
        const bounds = unordered.toSorted((a, b) => a - b);
        const histogram = createHistogram({ name: "x", help: "x", labels: ["of"] }, bounds);
        for (const value of values) histogram.observe({ of: "a" }, value);
        const { values: samples } = histogram.family();
        const buckets = samples.filter(({ metricName }) => metricName === "x_bucket");
        expect(buckets.map(({ value }) => value)).toEqual([
          ...bounds.map((bound) => values.filter((value) => value <= bound).length),
          values.length,
        ]);
        expect(samples.at(-1)?.value).toBe(values.length);
        expect(samples.at(-2)?.value).toBeCloseTo(
          values.reduce((sum, value) => sum + value, 0),
          3,
        );
      },
    ),
  );
});
