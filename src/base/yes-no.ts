const WORDS = new Map([
  ...["true", "t", "yes", "y", "on", "1", "enabled", "是", "开", "開", "真"].map((word) => [word, true] as const),
  ...["false", "f", "no", "n", "off", "0", "disabled", "否", "关", "關", "假"].map((word) => [word, false] as const),
]);

/** Yes or no as people write it, in any case; undefined for anything else. Options of commands and settings go by it. */
export const yesOrNo = (word: string): boolean | undefined => WORDS.get(word.trim().toLowerCase());
