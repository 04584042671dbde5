/** Discord refuses this bot for good: a new attempt cannot help, a person must. */
export class GatewayRefused extends Error {
  override name = "GatewayRefused";
  /** Close code of the gateway; undefined where the token itself was refused. */
  readonly code: number | undefined;
  constructor(code?: number) {
    super(code === undefined ? "the token was refused" : `the gateway closed for good with ${code}`);
    this.code = code;
  }
}
