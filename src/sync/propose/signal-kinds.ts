import type { SignalRules } from "#src/sync/propose/kinds/kind.ts";
import { archived, missing, renamed, returned, reused } from "#src/sync/propose/kinds/repository.ts";
import { release, tag } from "#src/sync/propose/kinds/versions.ts";
import { weights } from "#src/sync/propose/kinds/weights.ts";
import type { Signal, SignalKind } from "#src/sync/sources/signal.ts";

/** What every kind of signal means for a proposal; nothing else asks for a kind by name. */
const SIGNAL_KINDS: { readonly [Kind in SignalKind]: SignalRules<Kind> } = {
  release,
  tag,
  weights,
  renamed,
  archived,
  returned,
  missing,
  reused,
};

/** The rules of a kind. */
export const rulesOf = <Kind extends SignalKind>(kind: Kind): SignalRules<Kind> => SIGNAL_KINDS[kind];

/** Calls `act` with the signals of each kind that there are, with the kind's rules. */
export function byKind<Result>(
  signals: readonly Signal[],
  act: <Kind extends SignalKind>(rules: SignalRules<Kind>, signals: readonly Signal<Kind>[]) => Result,
): Result[] {
  const kinds = [...new Set(signals.map(({ kind }) => kind))];
  return kinds.map((kind) => forKind(kind, signals, act));
}

const forKind = <Kind extends SignalKind, Result>(
  kind: Kind,
  signals: readonly Signal[],
  act: (rules: SignalRules<Kind>, signals: readonly Signal<Kind>[]) => Result,
): Result =>
  act(
    rulesOf(kind),
    signals.filter((item): item is Extract<Signal, { kind: Kind }> & Signal<Kind> => item.kind === kind),
  );
