/** What a model is made for, as entries state it. `completion`: only base weights are open, which continue a text. */
export const PURPOSES = [
  "chat",
  "completion",
  "reasoning",
  "math",
  "science",
  "code",
  "agent",
  "research",
  "writing",
  "roleplay",
  "translation",
  "service",
  "long-text",
  "vision",
  "video",
  "ocr",
  "audio",
  "drawing",
  "on-device",
  "medical",
  "psychology",
  "legal",
  "finance",
  "education",
  "classics",
  "commerce",
  "transport",
] as const;
export type Purpose = (typeof PURPOSES)[number];

/** The purposes that are a field of knowledge: a model for one of them is no general assistant. */
export const DOMAINS = [
  "medical",
  "psychology",
  "legal",
  "finance",
  "education",
  "classics",
  "commerce",
  "transport",
] as const satisfies readonly Purpose[];
export type Domain = (typeof DOMAINS)[number];

/** The purposes that `/fit` offers: what a person wants a model on their machine for. */
export const FIT_PURPOSES = [
  "chat",
  "code",
  "reasoning",
  "math",
  "writing",
  "translation",
  "agent",
  "vision",
  "ocr",
  "audio",
  "medical",
  "legal",
  "finance",
  "education",
] as const satisfies readonly Purpose[];
export type FitPurpose = (typeof FIT_PURPOSES)[number];
