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
  constructor(reason: CannotListen["reason"], address: CannotListen["address"]) {
    super(`cannot listen on port ${address.port} of ${address.host}: ${reason}`);
    this.reason = reason;
    this.address = address;
  }
}

/** What the system says of it as one of the reasons that a person can mend; anything else as it is. */
export function listenFailure(error: unknown, address: CannotListen["address"]): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  for (const [known, reason] of REASONS) if (known === code) return new CannotListen(reason, address);
  return error;
}
