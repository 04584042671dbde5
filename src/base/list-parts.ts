/** The parts of a list that a person wrote: commas between, also those of Chinese texts, or blanks and lines. */
export const listParts = (text: string): string[] => text.split(/[,，、\s]+/u).filter((part) => part !== "");
