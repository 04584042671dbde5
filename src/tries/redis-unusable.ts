/** A Redis that tries cannot be kept in, whatever its state: to be told to whoever runs the program. */
export class RedisUnusable extends Error {
  override name = "RedisUnusable";
  readonly reason: "cluster" | "version";
  constructor(reason: "cluster" | "version") {
    super(reason);
    this.reason = reason;
  }
}
