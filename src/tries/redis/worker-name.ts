import { createHash } from "node:crypto";

/** Four numbers in a row are an address, also where a cloud has made a name of it: `ip-10-0-0-5`. */
const ADDRESS = /\d{1,3}(?:[.-]\d{1,3}){3}|:/;

/** What people are shown of the machine a worker runs on: its name without the domain, and never an address. */
export const workerName = (hostname: string): string =>
  ADDRESS.test(hostname)
    ? `worker-${createHash("sha256").update(hostname).digest("hex").slice(0, 4)}`
    : (hostname.split(".")[0] ?? hostname);
