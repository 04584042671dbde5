import type { Text } from "#src/base/locale.ts";
import type { OpenPoint } from "./draft.ts";

/** The check list of what a person still has to write or look at, as Markdown; empty where there is nothing. */
export function openText(points: readonly OpenPoint[], text: Text): string {
  if (points.length === 0) return "";
  const lines = points.map((point) => `- [ ] ${text(`proposal.open.${point}`)}`);
  return `### ${text("proposal.open.heading")}\n\n${lines.join("\n")}`;
}
