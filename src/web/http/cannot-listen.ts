const REASONS = new Map([
  ["EADDRINUSE", "taken"],
  ["EACCES", "forbidden"],
  ["EADDRNOTAVAIL", "noAddress"],
  ["ENOTFOUND", "noAddress"],
  ["EAI_AGAIN", "noAddress"],
] as const);

/** The page cannot have the address that is set. */
export class CannotListen extends Error {
  override name = "CannotListen";
  readonly reason: "taken" | "forbidden" | "noAddress";
  readonly address: { host: string; port: number };
  /** Whether it will be so the next time as well: a port may be free then, and a name server be back. */
  readonly lasting: boolean;
  constructor(reason: CannotListen["reason"], address: CannotListen["address"], code?: string) {
    super(`cannot listen on port ${address.port} of ${address.host}: ${reason}`);
    this.reason = reason;
    this.address = address;
    this.lasting = reason !== "taken" && code !== "EAI_AGAIN";
  }
}

/** What the system says of it as one of the reasons that a person can mend; anything else as it is. */
export function listenFailure(error: unknown, address: CannotListen["address"]): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  for (const [known, reason] of REASONS) if (known === code) return new CannotListen(reason, address, known);
  return error;
}
