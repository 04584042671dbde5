import type { Text } from "#src/base/locale.ts";
import type zhCN from "#src/base/locales/zh-CN.json";
import { addressKey } from "#src/sync/hubs/hub.ts";
import type { Draft } from "#src/sync/propose/draft/draft.ts";
import type { Notice, PlacedNotice, Signal } from "#src/sync/sources/signal.ts";

type RuleName = keyof (typeof zhCN)["problems"]["rules"];

/** Whether a draft writes anything. */
export const isWritten = ({ created, edits }: Draft): boolean => created !== undefined || edits.length > 0;

/** Signals without those of models that no draft holds: a merge would settle what was never written. */
export function writtenSignals(signals: readonly Signal[], drafts: readonly Draft[]): Signal[] {
  const lost = new Set(
    drafts.flatMap((draft) =>
      isWritten(draft) ? [] : draft.models.map(({ candidate }) => addressKey(candidate.model)),
    ),
  );
  return signals.filter((item) => item.kind !== "weights" || !lost.has(addressKey(item.candidate.model)));
}

/** Models of drafts that could not be written, with what the catalog's check says against them: a person has to. */
export const unwritten = (drafts: readonly Draft[], text: Text): PlacedNotice[] =>
  drafts
    .filter((draft) => !isWritten(draft))
    .flatMap((draft) =>
      draft.models.map(({ candidate }) => ({
        repository: candidate.named[0]?.repository.name ?? candidate.model.id,
        notice: noticeOf(draft, candidate.model.id, text),
      })),
    );

function noticeOf({ entry, problem }: Draft, model: string, text: Text): Notice {
  if (problem === undefined) return { kind: "notWritten", model, entry };
  const { file, issue } = problem;
  const name = /^rule:(\w+)$/.exec(issue.message)?.[1];
  // The names of rules and of locale keys are compared by a test.
  const rule =
    name === undefined
      ? issue.message
      : text(`problems.rules.${name as RuleName}`, "params" in issue ? (issue.params ?? {}) : {});
  const place = file === `${entry}.yaml` && issue.path.length > 0 ? [] : [file];
  return {
    kind: "ruleBroken",
    model,
    entry,
    field: [...place, issue.path.map(String).join(".")].join(" ").trim(),
    rule,
  };
}
