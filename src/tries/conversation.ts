import type { ChatMessage } from "#src/inference/backend.ts";
import type { RunProgress, Try } from "./try.ts";

/**
 * What a model can be sent of a conversation. Tokens are estimated, since every model counts its own and no API counts
 * without answering; what the host says of an earlier prompt corrects the estimate.
 */

/** Tokens that a chat template puts around a message (`<|im_start|>user\n…<|im_end|>\n` are five), and before them all. */
const MESSAGE_TOKENS = 8;
const TEMPLATE_TOKENS = 32;

/**
 * Tokens of a text, rather too many than too few for models that know Chinese: a Chinese character, a digit and a sign
 * count as one, a letter of the Latin alphabet as a third (DeepSeek says 0.6 and 0.3 on api-docs.deepseek.com, "Token &
 * Token Usage"), white space as a quarter, and what lies beyond the basic plane, such as an emoji, as three.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const character of text) tokens += tokensOf(character.codePointAt(0) ?? 0);
  return Math.ceil(tokens);
}

function tokensOf(code: number): number {
  if (code > 0xffff) return 3;
  if (code === 0x20 || (code >= 0x09 && code <= 0x0d)) return 1 / 4;
  const isLetter = (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
  return isLetter ? 1 / 3 : 1;
}

const tokensOfMessages = (messages: readonly ChatMessage[]): number =>
  messages.reduce((sum, { content }) => sum + estimateTokens(content) + MESSAGE_TOKENS, TEMPLATE_TOKENS);

/** Of a prompt that is shorter the template is too large a part to learn from. */
const LEAST_TO_LEARN_FROM = 200;
/** An estimate is corrected by so much at most, and then a tenth is added. */
const LEAST_RATIO = 0.4;
const MOST_RATIO = 4;
const SAFETY = 1.1;

/** Tokens counted for messages, in relation to the estimate; undefined where they are too few to learn from. */
export function tokenRatio(messages: readonly ChatMessage[], counted: number): number | undefined {
  const estimated = tokensOfMessages(messages);
  if (estimated < LEAST_TO_LEARN_FROM || counted <= 0) return undefined;
  return Math.min(MOST_RATIO, Math.max(LEAST_RATIO, (counted / estimated) * SAFETY));
}

/** Tokens of messages; `ratio` as `tokenRatio` gave it for others of the conversation. */
export const promptTokens = (messages: readonly ChatMessage[], ratio = 1): number =>
  Math.ceil(tokensOfMessages(messages) * ratio);

/** Whether a context cannot hold messages, however few tokens a model makes of them. */
export const isSurelyBeyond = (messages: readonly ChatMessage[], contextTokens: number | undefined): boolean =>
  contextTokens !== undefined && promptTokens(messages, LEAST_RATIO) > contextTokens;

/** A conversation as turns: each begins with what a person said. */
export function turnsOf(history: readonly ChatMessage[]): ChatMessage[][] {
  const turns: ChatMessage[][] = [];
  for (const message of history) {
    if (message.role === "user" || turns.length === 0) turns.push([message]);
    else turns.at(-1)?.push(message);
  }
  return turns;
}

/** Tokens kept free for the answer: what it may have at most, and no more than a quarter of the context. */
export const answerRoom = (contextTokens: number, maxTokens: number): number =>
  Math.min(maxTokens, Math.floor(contextTokens / 4));

/** The messages without so many of the oldest turns. */
export const without = (turns: readonly ChatMessage[][], leftOut: number, prompt: string): ChatMessage[] => [
  ...turns.slice(leftOut).flat(),
  { role: "user", content: prompt },
];

type Fit = {
  turns: readonly ChatMessage[][];
  prompt: string;
  contextTokens: number;
  maxTokens: number;
  ratio?: number | undefined;
};

/** How many of the oldest turns have to stay behind, so that the others and the answer fit into the context. */
export function turnsToLeaveOut({ turns, prompt, contextTokens, maxTokens, ratio }: Fit): number {
  const room = contextTokens - answerRoom(contextTokens, maxTokens);
  const tokens = turns.map((turn) => promptTokens(turn, ratio) - promptTokens([], ratio));
  let left = room - promptTokens([{ role: "user", content: prompt }], ratio);
  let kept = 0;
  for (const needed of tokens.toReversed()) {
    if (needed > left) break;
    left -= needed;
    kept += 1;
  }
  return turns.length - kept;
}

/** Characters of a conversation that are kept with each of its tries: what no context of today's machines holds. */
const MOST_CHARACTERS = 200_000;

/** The conversation as it stands after an answer; turns that are too much to keep are counted as left out. */
export function continued(
  {
    history,
    prompt,
    leftOutTurns = 0,
    tokenRatio: known,
  }: Pick<Try, "history" | "prompt" | "leftOutTurns" | "tokenRatio">,
  { text, figures, leftOutTurns: notSent = 0 }: RunProgress,
): Pick<Try, "history" | "leftOutTurns" | "tokenRatio"> {
  const turns = turnsOf(history);
  const sent = without(turns, notSent - leftOutTurns, prompt);
  const all = [
    ...turns,
    [
      { role: "user" as const, content: prompt },
      { role: "assistant" as const, content: text },
    ],
  ];
  let characters = 0;
  const kept = all.toReversed().filter((turn, at) => {
    characters += turn.reduce((sum, { content }) => sum + content.length, 0);
    return at === 0 || characters <= MOST_CHARACTERS;
  });
  return {
    history: kept.toReversed().flat(),
    leftOutTurns: leftOutTurns + all.length - kept.length,
    tokenRatio: (figures && tokenRatio(sent, figures.promptTokens)) ?? known,
  };
}
