import type { FollowedRepository } from "./followed.ts";
import { identity, lostSignals } from "./identity.ts";
import { license } from "./license.ts";
import { readmes } from "./readmes.ts";
import { releases } from "./releases.ts";
import type { Findings, Source, SourceContext } from "./source.ts";
import { tags } from "./tags.ts";
import { newestVersions } from "./versions.ts";

/** Every source, in the order in which a proposal tells what it found. */
const SOURCES: readonly Source[] = [identity, newestVersions([releases, tags]), readmes, license];

/**
 * What the sources find in one followed repository: nothing where it was not reached, and nothing but that where it is
 * lost.
 */
export function findingsOf(followed: FollowedRepository, context: SourceContext): Findings {
  const lost = lostSignals(followed);
  if (lost !== undefined) return { signals: lost, notices: [] };
  const { entries, observation } = followed;
  if (observation.state !== "found") return { signals: [], notices: [] };
  const found = SOURCES.map(({ find }) => find({ entries, repository: observation.repository }, context));
  return { signals: found.flatMap(({ signals }) => signals), notices: found.flatMap(({ notices }) => notices) };
}
