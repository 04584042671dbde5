import { benchAsk } from "./ask.ts";
import { benchCatalog } from "./catalog.ts";
import { benchCommunity } from "./community.ts";
import { benchDiscord } from "./discord.ts";
import { benchMemory } from "./memory.ts";
import { benchSync } from "./sync.ts";
import { benchTakeover } from "./takeover.ts";
import { benchTries } from "./tries.ts";
import { benchWaiting } from "./waiting.ts";
import { benchWorkers } from "./workers.ts";

/** `npm run bench`: figures as ratios to a floor measured in the same run, because machines are noisy. */
process.stdout.write("Discord: Mulu beside a minimal discord.js bot on the same stand-in\n");
for (const { what, mulu, minimal, unit, goal } of await benchDiscord()) {
  const ratio = mulu / minimal;
  const verdict = goal === undefined ? "" : ` (goal ≤ ${goal}×, ${ratio <= goal ? "met" : "NOT met"})`;
  process.stdout.write(
    `  ${what.padEnd(42)} ${mulu.toFixed(2)} ${unit} / ${minimal.toFixed(2)} ${unit} = ${ratio.toFixed(2)}×${verdict}\n`,
  );
}

process.stdout.write('\nOne question: processor time of `ask "/models int4"` beside Node alone\n');
const { ask, node } = benchAsk();
process.stdout.write(
  `  ${"ask / node".padEnd(42)} ${ask.toFixed(0)} ms / ${node.toFixed(0)} ms = ${(ask / node).toFixed(1)}×\n`,
);

process.stdout.write("\nTries: Mulu between the stand-ins of Discord and Ollama\n");
for (const { what, value, unit, goal } of await benchTries()) {
  process.stdout.write(
    `  ${what.padEnd(46)} ${value.toFixed(1)} ${unit} (goal ≤ ${goal}, ${value <= goal ? "met" : "NOT met"})\n`,
  );
}

process.stdout.write("\nWorkers: 96 tries through Redis, two slots a worker\n");
const throughputs = await benchWorkers();
if (typeof throughputs === "string") process.stdout.write(`  not measured: ${throughputs}\n`);
else
  for (const {
    workers,
    perSecond,
    ratio,
    idleCommands,
    redisCommands,
    redisBytes,
    botCpuMs,
    workerCpuMs,
  } of throughputs)
    process.stdout.write(
      `  ${workers} × worker${" ".repeat(36)} ${perSecond.toFixed(1)} tries/s = ${ratio.toFixed(2)}× one; a try: ${redisCommands.toFixed(0)} Redis commands, ${(redisBytes / 1000).toFixed(1)} kB in Redis, ${botCpuMs.toFixed(1)} ms of the bot, ${workerCpuMs.toFixed(1)} ms of a worker; idle: ${idleCommands.toFixed(1)} commands/s\n`,
    );

process.stdout.write("\nWaiting: many people behind two slots, while the queue moves\n");
const waiting = await benchWaiting();
if (typeof waiting === "string") process.stdout.write(`  not measured: ${waiting}\n`);
else
  for (const { what, value, unit, goal } of waiting)
    process.stdout.write(
      `  ${what.padEnd(46)} ${value.toFixed(1)} ${unit} (goal ≤ ${goal}, ${value <= goal ? "met" : "NOT met"})\n`,
    );

process.stdout.write("\nTakeover: a worker is killed in mid-answer, ten times\n");
const takeovers = await benchTakeover();
if (typeof takeovers === "string") process.stdout.write(`  not measured: ${takeovers}\n`);
else {
  const [least = 0, median = 0, most = 0] = [0, Math.floor(takeovers.length / 2), -1].map((at) => takeovers.at(at));
  process.stdout.write(
    `  ${"until the first word of another worker".padEnd(46)} ${least.toFixed(1)} to ${most.toFixed(1)} s, median ${median.toFixed(1)} s (goal ≤ 5, ${most <= 5 ? "met" : "NOT met"})\n`,
  );
}

process.stdout.write("\nCommunity, simulated: 10,000 tries an hour, five times as many for five minutes of it\n");
for (const { cards, answered, median, slowest } of benchCommunity())
  process.stdout.write(
    `  ${`${cards} cards`.padEnd(46)} ${(answered * 100).toFixed(0)} % answered; wait: median ${median.toFixed(0)} s, one in twenty over ${slowest.toFixed(0)} s\n`,
  );

process.stdout.write(
  "\nSync: the catalog as it ships, then a thousand repositories, on the stand-ins of GitHub and the hubs\n",
);
for (const { what, value, unit, goal } of await benchSync()) {
  const verdict = goal === undefined ? "" : ` (goal ≤ ${goal}, ${value <= goal ? "met" : "NOT met"})`;
  process.stdout.write(`  ${what.padEnd(46)} ${Number(value.toFixed(2))} ${unit}${verdict}\n`);
}

process.stdout.write("\nMemory: our estimates beside what makers measured\n");
for (const { what, percent, goal } of benchMemory()) {
  const verdict = goal === undefined ? "" : ` (goal ≤ ${goal}, ${percent <= goal ? "met" : "NOT met"})`;
  process.stdout.write(`  ${what.padEnd(46)} ${percent.toFixed(1)} %${verdict}\n`);
}

process.stdout.write("\nCatalog: reading, search and autocomplete\n");
for (const { what, value, unit, goal } of await benchCatalog()) {
  const verdict = goal === undefined ? "" : ` (goal ≤ ${goal}, ${value <= goal ? "met" : "NOT met"})`;
  process.stdout.write(`  ${what.padEnd(46)} ${Number(value.toFixed(2))} ${unit}${verdict}\n`);
}
