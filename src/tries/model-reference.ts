import { createHash } from "node:crypto";

/** Characters of a model's name: `hf.co/<user>/<repository>:<quantization>` may need more than a hundred. */
export const MAX_MODEL_NAME = 128;

/**
 * The name of a model where there is room for `most` characters only (Discord: 100 in a custom id and in the value of a
 * suggestion, while Ollama takes longer names): itself, or else the beginning of its hash.
 */
export const modelReference = (name: string, most: number): string => (name.length <= most ? name : hashOf(name));

/** The name, of these, that a reference stands for; a reference that is a name is that name. */
export const referencedModel = (reference: string, names: readonly string[]): string =>
  /^#[0-9a-f]{16}$/.test(reference) ? (names.find((name) => hashOf(name) === reference) ?? reference) : reference;

const hashOf = (name: string): string =>
  `#${createHash("sha256").update(name.toLowerCase()).digest("hex").slice(0, 16)}`;
