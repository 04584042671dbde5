import type { Try } from "#src/tries/try.ts";

/** A try of somebody, shown by whoever has its token. */
export const tryOf = (id: string, person: string, changes: Partial<Try> = {}): Try => ({
  id,
  person,
  targets: [
    { model: "qwen3:8b", entryId: "qwen3", standIn: false },
    { model: "glm4:9b", standIn: true },
  ],
  prompt: "问",
  history: [{ role: "user", content: "你好" }],
  locale: "zh-CN",
  delivery: {
    surface: "discord",
    reach: { by: "token", token: "secret", until: 2_000_000_000_000 },
    address: { application: "1" },
    private: false,
  },
  holder: "bot",
  createdAt: 1_700_000_000_000,
  ...changes,
});
