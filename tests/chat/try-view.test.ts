import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LOCALES, textIn } from "#src/base/locale.ts";
import { refusedTryView, type TryContext, tryEnding, tryStatus, tryView } from "#src/chat/try/view.ts";
import type { View } from "#src/chat/view.ts";
import { DISCORD_ROOM, toMessage } from "#src/discord/message.ts";
import { type Progress, TRY_FAILURES, withRuns } from "#src/tries/try.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { progressOf, runOf, tryOf, tryOfModels } from "./tries.ts";

const text = textIn("zh-CN");
const context: TryContext = { text, room: DISCORD_ROOM, entryOf: () => undefined };

const inside = ({ components }: View) => components.flatMap((item) => (item.type === 17 ? item.components : item));
const textsOf = (view: View): string[] => inside(view).flatMap((item) => (item.type === 10 ? item.content : []));
const shown = (view: View): string => textsOf(view).join("\n");
const labels = (view: View): string[] =>
  inside(view).flatMap((item) =>
    item.type === 1 ? item.components.map((control) => ("label" in control ? control.label : "")) : [],
  );
const view = (attempt: Parameters<typeof tryView>[0], progress: Progress): View => tryView(attempt, progress, context);

const figures = { promptTokens: 5, tokens: 12, tokensPerSecond: 30, loadMs: 0, reason: "stop" };

describe("a try of one model", () => {
  test("is the prompt, the text, its figures and what can be done", () => {
    const ended = progressOf([runOf({ text: "尊敬的老师", hostLabel: "gpu-1", figures, durationMs: 400 })]);
    expect(textsOf(view(tryOf(), ended))).toEqual([
      "> 写一封邮件",
      "尊敬的老师",
      "-# `glm4:9b` · gpu-1 · 12 tokens · 30.0 tok/s · 0.4 秒",
    ]);
    expect(labels(view(tryOf(), ended))).toEqual(["再来一次", "继续"]);
  });

  test("waits at its place in the queue", () => {
    const waiting = progressOf([runOf({ phase: "waiting" })], { position: 3 });
    expect(textsOf(view(tryOf(), waiting))).toEqual(["> 写一封邮件", "-# 排队中，第 3 位\n-# `glm4:9b`"]);
    expect(labels(view(tryOf(), waiting))).toEqual(["停止"]);
  });

  test("whose prompt the host has cut says so in place of what its figures tell", () => {
    const figures = { promptTokens: 2048, tokens: 20, tokensPerSecond: 1, loadMs: 0, reason: "stop" };
    const run = runOf({ text: "好", figures, contextTokens: 2048, hostLabel: "gpu-1" });
    expect(shown(view(tryOf(), progressOf([{ ...run, promptCut: true }])))).toContain(
      "提示词超出了模型的上下文（2,048 tokens），这个版本的 Ollama 截掉了一部分",
    );
    expect(shown(view(tryOf(), progressOf([run])))).not.toContain("截掉");
  });

  test("that began again on another machine says so, while it goes on and at the end", () => {
    const goesOn = progressOf([runOf({ phase: "answering", text: "尊敬" })], { restarted: true });
    expect(shown(view(tryOf(), goesOn))).toContain("-# 原来的机器停下了，正在换一台从头回答。");
    const ended = progressOf([runOf({ text: "尊敬的老师" })], { restarted: true });
    expect(shown(view(tryOf(), ended))).toContain("-# 中途换过一台机器。");
    expect(shown(view(tryOf(), ended))).not.toContain("正在换");
    expect(shown(view(tryOf(), progressOf([runOf({ text: "尊敬" })])))).not.toMatch(/中断|中途/);
  });

  test.each(TRY_FAILURES)("that failed by %s says why, in every language", (failure) => {
    const failed = progressOf([runOf({ phase: "failed", failure, text: "尊敬", hostLabel: "gpu-1" })]);
    for (const locale of LOCALES) {
      const said = shown(tryView(tryOf(), failed, { ...context, text: textIn(locale) }));
      expect(said).toContain(textIn(locale)(`try.failure.${failure}`, { host: "gpu-1" }));
    }
  });

  test.each([
    ["cannotLoad", { cause: "tooNew", version: "0.14.2", status: 500 }, "这里的 Ollama 0.14.2 还不认识这个模型"],
    ["cannotLoad", { cause: "damaged", version: "0.14.2", status: 500 }, "请管理员删除后重新下载"],
    ["cannotLoad", { cause: "slow", version: "0.14.2", status: 500 }, "OLLAMA_LOAD_TIMEOUT"],
    ["cannotLoad", { version: "0.14.2", status: 500 }, "Ollama 加载不了这个模型；请告诉管理员"],
    ["notBackend", { status: 401 }, "gpu-1 拒绝了机器人（HTTP 401）"],
    ["notBackend", { status: 404 }, "回答的不是 Ollama"],
    ["unreachable", { status: 502 }, "连不上 Ollama（gpu-1）"],
    ["unreachable", { status: 504 }, "Ollama（gpu-1）前面的代理等不及模型回答（HTTP 504）"],
    // Nothing stands above it.
    ["interrupted", {}, "连接中断，还没有收到回答"],
  ] as const)("that failed by %s with %j says what can be done", (failure, failureParams, words) => {
    const failed = progressOf([runOf({ phase: "failed", failure, failureParams, hostLabel: "gpu-1" })]);
    expect(shown(view(tryOf(), failed))).toContain(words);
  });

  test("that failed names up to three models that could answer, where there are any", () => {
    const failed = { phase: "failed", failure: "cannotLoad", hostLabel: "gpu-1" } as const;
    const others = ["qwen3:8b", "yi:6b"];
    expect(shown(view(tryOf(), progressOf([runOf({ ...failed, others })])))).toContain(
      "-# 现在可以换成：`qwen3:8b`、`yi:6b`",
    );
    expect(shown(view(tryOf(), progressOf([runOf(failed)])))).not.toContain("换成");
  });

  test("shows what its host said to an administrator who alone reads it, and to nobody else", () => {
    const failed = progressOf([
      runOf({ phase: "failed", failure: "cannotLoad", said: "unknown model architecture: 'x_y'", hostLabel: "gpu-1" }),
    ]);
    const line = "-# 对方说：unknown model architecture: 'x\\_y'";
    const { delivery } = tryOf();
    const hidden = { ...delivery, private: true, reach: { by: "token", token: "t", until: 1 } } as const;
    const open = { ...hidden, private: false };
    expect(shown(view(tryOf({ admin: true, delivery }), failed))).toContain(line);
    expect(shown(view(tryOf({ admin: true, delivery: hidden }), failed))).toContain(line);
    for (const attempt of [tryOf(), tryOf({ admin: true, delivery: open }), tryOf({ delivery: hidden })])
      for (const form of [tryView, refusedTryView, tryEnding])
        expect(shown(form(attempt, failed, context))).not.toContain("architecture");
  });

  test("whose conversation did not fit says what was left out, while it comes and at the end", () => {
    const left = { leftOutTurns: 3, contextTokens: 4096 };
    const line = "-# 为放进模型的上下文（4,096 tokens），没有带上最早的 3 轮对话";
    expect(shown(view(tryOf(), progressOf([runOf({ phase: "answering", text: "尊", ...left })])))).toContain(line);
    const ended = progressOf([runOf({ text: "尊敬的老师", ...left })]);
    expect(shown(view(tryOf(), ended))).toContain(line);
    expect(textsOf(tryEnding(tryOf(), ended, context)).join("\n")).toContain(line);
    expect(shown(refusedTryView(tryOf(), ended, context))).toContain(line);
    const unknown = progressOf([runOf({ text: "尊敬的老师", leftOutTurns: 3 })]);
    expect(shown(view(tryOf(), unknown))).toContain("-# 为放进模型的上下文，没有带上最早的 3 轮对话");
  });

  test("that is longer than the context is refused with both numbers, where they are known", () => {
    const failed = { phase: "failed", failure: "contextExceeded" } as const;
    const params = { tokens: 6004, limit: 4096 };
    expect(shown(view(tryOf(), progressOf([runOf({ ...failed, failureParams: params })])))).toContain(
      "提示词有 6,004 tokens，超出了模型的上下文（4,096 tokens）",
    );
    expect(shown(view(tryOf(), progressOf([runOf(failed)])))).toContain(text("try.failure.contextExceeded"));
  });

  test.each([
    [undefined, "已发给模型，等待回答……"],
    ["loading", "正在加载模型……"],
    ["reading", "提示词较长，模型正在读……"],
    ["queued", "模型已加载，前面还有这台 Ollama 的其他请求……"],
  ] as const)("that waits for its first word (%s) says for what: %s", (stage, line) => {
    expect(shown(view(tryOf(), progressOf([runOf({ phase: "loading", stage })])))).toContain(`-# ${line}`);
  });

  test("that only thought says so, and offers to answer without where that can be", () => {
    const thought = { text: "", thinking: "想", figures: { ...figures, reason: "length" } };
    const ended = view(tryOf(), progressOf([runOf({ ...thought, canSkipThinking: true })]));
    expect(shown(ended)).toContain("-# 思考用完了回答的长度，没有来得及回答");
    expect(shown(ended)).not.toContain("模型没有输出内容");
    expect(labels(ended)).toEqual(["再来一次", "思考过程", "不思考，直接回答"]);
    const stubborn = view(tryOf(), progressOf([runOf({ ...thought, figures })]));
    expect(shown(stubborn)).toContain("-# 模型只思考，没有回答");
    expect(labels(stubborn)).toEqual(["再来一次", "思考过程"]);
  });

  test("tells an answer of full length from one that filled the context, or went on beyond", () => {
    const said = (reason: string, promptTokens: number): string => {
      const run = runOf({ text: "尊敬", contextTokens: 4096, figures: { ...figures, promptTokens, reason } });
      return shown(view(tryOf(), progressOf([run])));
    };
    const words = /达到长度上限|写满|比模型的上下文还长/g;
    expect(said("length", 100).match(words)).toEqual(["达到长度上限"]);
    expect(said("length", 4084).match(words)).toEqual(["写满"]);
    expect(said("stop", 4084).match(words)).toBeNull();
    expect(said("stop", 4184).match(words)).toEqual(["比模型的上下文还长"]);
    expect(said("length", 4184).match(words)).toEqual(["达到长度上限", "比模型的上下文还长"]);
  });

  test("names its model as the host lists it", () => {
    const target = {
      model: "hf.co/qwen/qwen3-8b-gguf:q4_k_m",
      listedName: "hf.co/Qwen/Qwen3-8B-GGUF:Q4_K_M",
      standIn: false,
    };
    const named = shown(
      view({ ...tryOf(), targets: [target] }, progressOf([runOf({ text: "好", hostLabel: "gpu-1" })])),
    );
    expect(named).toContain("`hf.co/Qwen/Qwen3-8B-GGUF:Q4_K_M`");
    expect(named).not.toContain("qwen3-8b-gguf");
  });

  test("of a stand-in names it, also where the text is refused or was already shown", () => {
    const target = { model: "glm4:9b", entryId: "chatglm-6b", standIn: true };
    const attempt = tryOf({ targets: [target] });
    const known: TryContext = { ...context, entryOf: (id) => realCatalog.entry(id) };
    const progress = progressOf([runOf({ text: "x" })]);
    for (const form of [tryView, refusedTryView, tryEnding])
      expect(shown(form(attempt, progress, known))).toContain("不是 ChatGLM-6B 本身，由 `glm4:9b` 代替");
    const ofVariant = tryOf({ targets: [{ ...target, entryId: "qwen3", wanted: "Qwen3-4B" }] });
    expect(shown(tryView(ofVariant, progress, known))).toContain("不是 Qwen3-4B 本身，由 `glm4:9b` 代替");
  });

  test("of a name of several says which one it was taken for", () => {
    const attempt = tryOf({
      targets: [{ model: "qwen3:8b", entryId: "qwen3", standIn: false, chosenFor: "通义 *8b*" }],
    });
    expect(shown(view(attempt, progressOf([runOf({ text: "x" })])))).toContain(
      "-# 「通义 \\*8b\\*」用的是这里能跑的 `qwen3:8b`",
    );
  });
});

describe("a try of several models", () => {
  const [attempt, answers] = [tryOfModels(2), { one: "甲说。", other: "乙说。" }];

  test("shows each text under the name of its model, with its own figures", () => {
    const ended = progressOf([
      runOf({ text: answers.one, hostLabel: "gpu-1", figures, durationMs: 400 }),
      runOf({ phase: "failed", failure: "stalled", text: answers.other, hostLabel: "gpu-2" }),
    ]);
    expect(textsOf(view(attempt, ended))).toEqual([
      "> 写一封邮件",
      "**`glm4:9b`**",
      "甲说。",
      "-# `glm4:9b` · gpu-1 · 12 tokens · 30.0 tok/s · 0.4 秒",
      "**`qwen3:8b`**",
      "乙说。",
      "-# Ollama 很久没有回应；可以再来一次，一直这样就告诉管理员\n-# `qwen3:8b` · gpu-2",
    ]);
  });

  test("has one place in the queue, and then each run its own state", () => {
    const waiting = progressOf([runOf({ phase: "waiting" }), runOf({ phase: "waiting" })], { position: 2 });
    expect(shown(view(attempt, waiting)).match(/排队中，第 2 位/g)).toHaveLength(1);
    const begun = withRuns(waiting, (run, at) => (at === 0 ? { ...run, phase: "thinking", thinking: "想" } : run));
    expect(shown(view(attempt, begun))).toMatch(/思考中.*等待中/s);
    expect(shown(view(attempt, begun))).not.toContain("排队中");
    const next = withRuns(begun, (run, at) => (at === 0 ? { ...run, phase: "done", text: "好" } : run));
    expect(shown(view(attempt, next))).toContain("等待中");
    expect(labels(view(attempt, next))).toEqual(["停止"]);
  });

  test("goes on with what the first model said", () => {
    const only = (first: string, second: string) => progressOf([runOf({ text: first }), runOf({ text: second })]);
    expect(labels(view(attempt, only("好", "")))).toContain("继续");
    expect(labels(view(attempt, only("", "好")))).not.toContain("继续");
  });

  test("gives a long text the room that a short one leaves, and equal ones the same", () => {
    const long = "长".repeat(5000);
    const lengths = (texts: [string, string]) => {
      const ended = progressOf([runOf({ text: texts[0] }), runOf({ text: texts[1] })]);
      return textsOf(view(attempt, ended)).flatMap((item) =>
        item.startsWith("长") || item === "短" ? item.length : [],
      );
    };
    const [one = 0, other = 0] = lengths([long, long]);
    expect(one).toBe(other);
    const [, beside = 0] = lengths(["短", long]);
    expect(beside).toBeGreaterThan(one * 2 - 10);
    expect(lengths([long, "短"])[0]).toBe(beside);
  });

  test("what does not fit is whole in one file, each text under the name of its model", () => {
    const long = "长".repeat(5000);
    const ended = progressOf([runOf({ text: "短" }), runOf({ text: long })]);
    for (const form of [tryView, refusedTryView]) {
      const { files } = form(attempt, ended, context);
      expect(files).toEqual([{ name: "answer.md", text: `# glm4:9b\n\n短\n\n# qwen3:8b\n\n${long}` }]);
    }
  });

  test("says on a line of its own what goes on", () => {
    const waiting = progressOf([runOf({ phase: "waiting" }), runOf({ phase: "waiting" })], { position: 2 });
    expect(tryStatus(attempt, waiting, text)).toBe("-# 排队中，第 2 位");
    const second = withRuns({ ...waiting, restarted: true }, (run, at) =>
      at === 0 ? { ...run, phase: "done" } : { ...run, phase: "loading", stage: "loading" },
    );
    expect(tryStatus(attempt, second, text)).toBe(
      "-# 原来的机器停下了，正在换一台从头回答。\n-# `qwen3:8b` · 正在加载模型……",
    );
    expect(tryStatus(tryOf(), progressOf([runOf({ phase: "loading", stage: "loading" })]), text)).toBe(
      "-# 正在加载模型……",
    );
  });
});

test("one message holds whatever up to six models say, at every moment", () => {
  const run = fc.record({
    phase: fc.constantFrom<Progress["phase"]>(
      "waiting",
      "loading",
      "thinking",
      "answering",
      "done",
      "stopped",
      "failed",
    ),
    text: fc.oneof(
      fc.constant(""),
      fc.string({ unit: "grapheme" }),
      fc.nat(6000).map((length) => "`字*".repeat(length / 3)),
    ),
    thinking: fc.string(),
  });
  fc.assert(
    fc.property(run, fc.array(run, { maxLength: 5 }), fc.boolean(), (first, others, restarted) => {
      const progress = withRuns(progressOf([first, ...others], { restarted }), (item) => item);
      expect(() => toMessage(view(tryOfModels(others.length + 1), progress))).not.toThrow();
    }),
    { numRuns: 60 },
  );
});
