import { describe, expect, test } from "vitest";
import type { ChatMessage } from "#src/inference/backend.ts";
import {
  answerRoom,
  continued,
  estimateTokens,
  promptTokens,
  tokenRatio,
  turnsOf,
  turnsToLeaveOut,
} from "#src/tries/conversation.ts";
import type { RunProgress } from "#src/tries/try.ts";

const turn = (text: string, answer = "答"): ChatMessage[] => [
  { role: "user", content: text },
  { role: "assistant", content: answer },
];

describe("tokens of a text", () => {
  test.each([
    ["为什么天是蓝的？因为空气把短波长的光散射得更多。", 0.6],
    ["The quick brown fox jumps over the lazy dog and runs away from it again.", 0.3],
  ])("%s: no fewer than DeepSeek says of a character, and not twice as many", (text, each) => {
    expect(estimateTokens(text)).toBeGreaterThanOrEqual(text.length * each);
    expect(estimateTokens(text)).toBeLessThan(text.length * each * 2);
  });

  test.each(["2026-11-28", "{}();=>", "👍🏽"])("%s: one at least for each character", (text) => {
    expect(estimateTokens(text)).toBeGreaterThanOrEqual([...text].length);
  });

  test("grow with the text", () => {
    expect(estimateTokens("")).toBe(0);
    expect(estimateTokens("天".repeat(1000))).toBe(1000);
    expect(estimateTokens("a".repeat(300))).toBe(100);
  });
});

describe("the oldest turns stay behind", () => {
  const turns = turnsOf([...turn("天".repeat(1000)), ...turn("天".repeat(1000)), ...turn("天".repeat(1000))]);
  const fit = { turns, prompt: "问", maxTokens: 2048 };

  test("as whole turns, and no more than have to", () => {
    const leftOut = [8192, 4096, 2900, 1500, 512].map((contextTokens) => turnsToLeaveOut({ ...fit, contextTokens }));
    expect(leftOut).toEqual([0, 1, 1, 2, 3]);
  });

  test("where the answer would have no room: what it may have, and a quarter of the context at most", () => {
    expect([answerRoom(4096, 2048), answerRoom(40_960, 2048), answerRoom(4096, 100)]).toEqual([1024, 2048, 100]);
    const withRoom = promptTokens([...turns.flat(), { role: "user", content: "问" }]);
    const contextTokens = withRoom + 500;
    expect(turnsToLeaveOut({ ...fit, contextTokens, maxTokens: 490 })).toBe(0);
    expect(turnsToLeaveOut({ ...fit, contextTokens, maxTokens: 510 })).toBe(1);
  });

  test("sooner or later where the host counted more or less than the estimate", () => {
    const contextTokens = 5000;
    expect([0.5, 1, 2].map((ratio) => turnsToLeaveOut({ ...fit, contextTokens, ratio }))).toEqual([0, 0, 2]);
  });
});

test("what a host counted corrects the estimate, on the safe side and within bounds; a short prompt teaches nothing", () => {
  const messages = turn("天".repeat(952));
  const estimated = promptTokens(messages);
  expect(tokenRatio(messages, estimated)).toBeCloseTo(1.1);
  expect(tokenRatio(messages, estimated / 2)).toBeCloseTo(0.55);
  expect([tokenRatio(messages, 1), tokenRatio(messages, 1_000_000)]).toEqual([0.4, 4]);
  expect(tokenRatio(turn("天"), 5000)).toBeUndefined();
  expect(tokenRatio(messages, 0)).toBeUndefined();
});

describe("a conversation that goes on", () => {
  const done = (changes: Partial<RunProgress> = {}): RunProgress => ({
    phase: "done",
    text: "好",
    thinking: "",
    ...changes,
  });

  test("keeps all its turns, and learns how the host counts", () => {
    const history = turn("天".repeat(1000));
    const figures = { promptTokens: 700, tokens: 1, tokensPerSecond: 1, loadMs: 0, reason: "stop" };
    const next = continued({ history, prompt: "问" }, done({ figures }));
    expect(next).toMatchObject({ history: [...history, ...turn("问", "好")], leftOutTurns: 0 });
    expect(next.tokenRatio).toBeLessThan(1);
  });

  test("of what was not sent nothing is learned", () => {
    const history = [...turn("天".repeat(9000)), ...turn("天".repeat(1000))];
    const figures = { promptTokens: 1040, tokens: 1, tokensPerSecond: 1, loadMs: 0, reason: "stop" };
    const { tokenRatio: ratio = 0 } = continued({ history, prompt: "问" }, done({ figures, leftOutTurns: 1 }));
    expect(ratio).toBeGreaterThan(1);
    expect(ratio).toBeLessThan(1.2);
  });

  test("that is too long to keep counts what it loses, also along the chain", () => {
    let chain = continued({ history: [], prompt: "天".repeat(90_000) }, done());
    chain = continued({ ...chain, prompt: "地".repeat(90_000) }, done());
    expect(chain.leftOutTurns).toBe(0);
    chain = continued({ ...chain, prompt: "人".repeat(90_000) }, done());
    expect([chain.leftOutTurns, chain.history.length, chain.history[0]?.content[0]]).toEqual([1, 4, "地"]);
    chain = continued({ ...chain, prompt: "和".repeat(90_000) }, done({ leftOutTurns: 1 }));
    expect([chain.leftOutTurns, chain.history[0]?.content[0]]).toEqual([2, "人"]);
  });
});
