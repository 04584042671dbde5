import { withDeadline } from "#src/base/deadline.ts";

/** How long whoever asks waits for the looks: Discord wants a word within three seconds. */
const WAIT_MS = 1800;
/** A host is looked at so often at most, whoever asks. */
const EVERY_MS = 1000;

/**
 * Looks at hosts before somebody is refused because of what was last known of them: those who ask at the same time, or
 * within a second, share one look. Resolves within two seconds; never rejects where `check` does not.
 */
export function createLookAgain<Host>(check: (host: Host) => Promise<void>): (hosts: readonly Host[]) => Promise<void> {
  const looks = new Map<Host, { at: number; goesOn: boolean; done: Promise<void> }>();
  const look = (host: Host): Promise<void> => {
    const last = looks.get(host);
    if (last && (last.goesOn || performance.now() - last.at < EVERY_MS)) return last.done;
    const next = { at: performance.now(), goesOn: true, done: Promise.resolve() };
    next.done = check(host).finally(() => {
      next.goesOn = false;
    });
    looks.set(host, next);
    return next.done;
  };
  return (hosts) => withDeadline(WAIT_MS, Promise.all(hosts.map(look)));
}
