import { plain } from "#src/base/markdown.ts";
import { contextOf, licenseOf } from "#src/catalog/entry/of-variant.ts";
import { statedParts, whenStated } from "#src/catalog/entry/stated.ts";
import { formatSize, formatTokens } from "#src/catalog/entry/units.ts";
import { compareMemory } from "#src/catalog/search/criterion-ranks.ts";
import { type NamedSubject, offersOfSubject, type Subject, subjectName } from "#src/catalog/search/subject.ts";
import type { Context } from "#src/chat/command.ts";
import { clip } from "#src/chat/view.ts";
import { offerText } from "./labels.ts";

type Text = Context["text"];

/** Characters of a typed name that are repeated. */
const SHOWN = 80;
/** Other meanings of a name that are told. */
const OTHERS = 3;

/** A variant with its own figures, on one line: size, context, least graphics memory, licence. */
export function variantSummary(subject: Subject, { text }: Pick<Context, "text">): string {
  const { entry, variant } = subject;
  const { commercial, weights } = licenseOf(entry, variant);
  const permitted = text(`commercial.${commercial}`);
  const isNamed = weights !== undefined && weights !== "unknown";
  const figures = statedParts([
    whenStated(variant?.parametersB, (size) => formatSize(size, variant?.activeParametersB)),
    whenStated(contextOf(entry, variant), formatTokens),
    leastMemoryText(subject, text),
    isNamed ? text("facts.withRemark", { value: plain(weights), remark: permitted }) : permitted,
  ]);
  return `**${plain(subjectName(subject))}** · ${figures.join(" · ")}`;
}

/** The line is about one variant: its memory does not name it again. */
function leastMemoryText(subject: Subject, text: Text): string | undefined {
  const [least] = offersOfSubject(subject).toSorted(compareMemory);
  if (least === undefined) return undefined;
  const { variant: _named, ...offer } = least;
  return `${text("facts.leastVram")} ${offerText(offer, text, { precision: true })}`;
}

/** Which of several the name was taken for, and what else it may mean; nothing where it means one alone. */
export function takenText(typed: string, { subject, others, family = [] }: NamedSubject, text: Text): string[] {
  const may = [...others, ...family].slice(0, OTHERS).map((other) => plain(subjectName(other)));
  if (may.length === 0) return [];
  const names = may.join(text("facts.listComma"));
  return [text("model.taken", { name: plain(clip(typed, SHOWN)), model: plain(subjectName(subject)), others: names })];
}
