import { describe, expect, test } from "vitest";
import { createLocalTries } from "#src/terminal/local-tries.ts";
import { createOutputs } from "#src/tries/outputs.ts";
import { type Progress, withRuns } from "#src/tries/try.ts";
import { progressOf, runOf, tryOf, tryOfModels } from "#tests/chat/tries.ts";

/** A terminal that waits for one answer; `·` stands for a line that says what goes on. */
function openTerminal(models = 1) {
  let written = "";
  const outputs = createOutputs();
  const expected = createLocalTries(outputs).expect({
    write: (text) => {
      written += text;
    },
    status: (_attempt, { phase }) => {
      written += `·${phase} `;
    },
    end: (_attempt, { phase }) => {
      written += `[${phase}]`;
    },
  });
  const attempt = tryOfModels(models, { delivery: expected.delivery });
  const open = () => {
    const output = outputs.open(attempt);
    if (output === undefined) throw new Error("it cannot be shown");
    return output;
  };
  return { open, outputs, expected, written: () => written };
}

const first = (phase: Progress["phase"], text: string): Progress => progressOf([runOf({ phase, text })]);

describe("an answer on the terminal", () => {
  test("is written as it comes, each piece once", async () => {
    const { open, expected, written } = openTerminal();
    expect(expected.ended()).toBeUndefined();
    const output = open();
    for (const progress of [first("loading", ""), first("answering", "尊敬"), first("answering", "尊敬的老师")])
      output.update(progress);
    await output.finish(first("done", "尊敬的老师：您好"));
    await expected.ended();
    expect(written()).toBe("·loading 尊敬的老师：您好[done]");
  });

  test("that begins again stands beneath what was there", async () => {
    const { open, written } = openTerminal();
    const output = open();
    for (const progress of [first("answering", "尊敬"), first("loading", ""), first("answering", "亲爱")])
      output.update(progress);
    await output.finish(first("done", "亲爱的老师"));
    expect(written()).toBe("尊敬\n\n·loading 亲爱的老师[done]");
  });

  test("of which less was kept than was shown is not shown again", async () => {
    const { open, written } = openTerminal();
    const output = open();
    output.update(first("answering", "尊敬的老师"));
    await output.finish(first("interrupted", "尊敬"));
    expect(written()).toBe("尊敬的老师[interrupted]");
  });

  test("goes on where another part of the process shows it", async () => {
    const { open, written } = openTerminal();
    const before = open();
    before.update(first("answering", "尊敬"));
    await before.leave();
    await open().finish(first("done", "尊敬的老师"));
    expect(written()).toBe("尊敬的老师[done]");
  });

  test("of several models comes one after the other, under their names", async () => {
    const { open, written } = openTerminal(2);
    const output = open();
    let progress = progressOf([runOf({ phase: "waiting" }), runOf({ phase: "waiting" })]);
    const say = (changed: number, phase: Progress["phase"], text: string): void => {
      progress = withRuns(progress, (run, at) => (at === changed ? { ...run, phase, text } : run));
      output.update(progress);
    };
    say(0, "answering", "甲");
    // The second is faster; it is told when the first has ended.
    say(1, "answering", "乙说");
    say(0, "done", "甲说");
    say(1, "done", "乙说完");
    await output.finish(progress);
    expect(written()).toBe("glm4:9b\n甲说\n\nqwen3:8b\n乙说完[done]");
  });

  test("that another terminal asked for is not shown here", () => {
    const { outputs, expected } = openTerminal();
    expect(outputs.open(tryOf({ delivery: { ...expected.delivery, address: { id: "other" } } }))).toBeUndefined();
    expect(outputs.open(tryOf({ delivery: { ...expected.delivery, address: {} } }))).toBeUndefined();
    expect(outputs.open(tryOf({ delivery: { ...expected.delivery, surface: "web" } }))).toBeUndefined();
  });
});
