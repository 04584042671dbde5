import type { Text } from "#src/base/locale.ts";
import { code, plain } from "#src/base/markdown.ts";
import { minuteOf } from "#src/base/minute.ts";
import type { Person } from "#src/base/person.ts";
import { listedName } from "#src/inference/backend.ts";
import { type HostFault, isDenied } from "#src/inference/failing.ts";
import type { Host } from "#src/inference/fleet.ts";
import { clip } from "./view.ts";

/** Why a host is out, for everybody. */
export function hostFaultText({ fault }: Host, text: Text): string {
  if (fault === undefined) return text("ollamaHosts.unasked");
  const { reason, status } = fault;
  if (reason === "notBackend" && isDenied(status)) return text("ollamaHosts.denied");
  return text(reason === "notBackend" || reason === "stalled" ? `ollamaHosts.${reason}` : "ollamaHosts.down");
}

/** Characters of what a host said that a list of hosts has room for; the log has more. */
const SAID_SHOWN = 200;
export const saidText = (said: string): string => plain(clip(said, SAID_SHOWN));

/** Whether the words of a fault are those of the other side; else they are the system's, as where nobody answers. */
const hasSpoken = ({ reason }: HostFault): boolean => reason !== "unreachable" && reason !== "stalled";

/** What a host said of its faults, one line each, for administrators alone; else none. */
export function hostSaidLines(
  { fault, lastFailure, installed }: Host,
  { person, text }: { person: Person; text: Text },
): string[] {
  if (!person.admin) return [];
  const model = installed.find(({ name }) => name === lastFailure?.model);
  const failed = lastFailure && {
    when: minuteOf(lastFailure.at),
    model: code(model ? listedName(model) : lastFailure.model),
    reason: text(`ollamaHosts.reasons.${lastFailure.reason}`),
    said: saidText(lastFailure.said),
  };
  return [
    ...(fault?.said
      ? [text(hasSpoken(fault) ? "ollamaHosts.said" : "ollamaHosts.why", { said: saidText(fault.said) })]
      : []),
    ...(failed ? [text("ollamaHosts.lastFailure", failed)] : []),
  ];
}
