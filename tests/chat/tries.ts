import type { Progress, RunProgress, Try } from "#src/tries/try.ts";

const MODELS = ["glm4:9b", "qwen3:8b", "qwen3:4b"];

/** A try as it was asked for, of one model. */
export const tryOf = (more: Partial<Try> = {}): Try => ({
  id: "0123456789abcdef",
  person: "300000000000000001",
  targets: [{ model: "glm4:9b", standIn: false }],
  prompt: "写一封邮件",
  history: [],
  locale: "zh-CN",
  delivery: { surface: "test", reach: { by: "process" }, address: {}, private: false },
  holder: "here",
  createdAt: 0,
  ...more,
});

/** One that asks several models. */
export const tryOfModels = (count: number, more: Partial<Try> = {}): Try =>
  tryOf({
    targets: [
      { model: "glm4:9b", standIn: false },
      ...Array.from({ length: count - 1 }, (_, at) => ({ model: MODELS[at + 1] ?? `model-${at}:1b`, standIn: false })),
    ],
    ...more,
  });

export const runOf = (more: Partial<RunProgress> = {}): RunProgress => ({
  phase: "done",
  text: "",
  thinking: "",
  ...more,
});

/** Runs in the order of their models, in the phase of the first one that goes on. */
export const progressOf = (runs: Progress["runs"], more: Partial<Omit<Progress, "runs">> = {}): Progress => ({
  phase: runs[0].phase,
  runs,
  ...more,
});
