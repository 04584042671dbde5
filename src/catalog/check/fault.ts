/** A rule that one entry breaks, where, and what its text for people names. */
export type Fault = { path: PropertyKey[]; rule: string; params: Record<string, unknown> };
