import { createHash } from "node:crypto";
import type { z } from "zod";
import type { pullBody } from "./bodies.ts";
import type { Exchange } from "./exchange.ts";
import { canonicalName, type InstalledModel, type Library } from "./library.ts";

/** POST /api/pull: downloads that go on while somebody follows them, are shared, and resume where they stopped. */

export type Offer = {
  /** Bytes of each layer. */
  layers?: number[];
  /** Absent: at once. */
  bytesPerSecond?: number;
  /** Comes no further than this, and goes on saying so. */
  stallsAfterBytes?: number;
  /** Breaks off there; another pull resumes, and meets the error again unless the offer is renewed. */
  error?: { afterBytes: number; message: string };
  /** What is installed in the end. */
  model?: Omit<InstalledModel, "name">;
};

type PullBody = z.infer<typeof pullBody>;

/** Times are performance.now(). */
type PullRequest = PullBody & { arrivedAt: number; finishedAt?: number; closedByClientAt?: number };

type Layer = { digest: string; from: number; total: number };
type Download = { layers: Layer[]; total: number; completed: number; followers: number; countedAt: number };

const UNKNOWN = "pull model manifest: file does not exist";
const TICK_MS = 10;

export function createPulls(library: Library) {
  const requests: PullRequest[] = [];
  const offers = new Map<string, Offer>();
  const downloads = new Map<string, Download>();

  const isComplete = ({ completed, total, followers }: Download): boolean => completed === total && followers === 0;

  const downloadOf = (name: string): Download => {
    const installed = library.find(name);
    const known = downloads.get(name);
    // A model that was deleted has to be fetched again.
    if (known !== undefined && !(isComplete(known) && installed === undefined)) return known;
    const offer = offers.get(name);
    const sizes = offer?.layers ?? [installed?.sizeBytes ?? 5_200_000_000, 1500, 11_000];
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const completed = offer === undefined ? total : 0;
    const download = { layers: layersOf(name, sizes), total, completed, followers: 0, countedAt: 0 };
    downloads.set(name, download);
    return download;
  };

  /** What has come since the last look, whoever of the followers looks. */
  const advance = (name: string, download: Download): void => {
    const { bytesPerSecond, stallsAfterBytes, error } = offers.get(name) ?? {};
    const now = performance.now();
    const seconds = (now - download.countedAt) / 1000;
    const reached = bytesPerSecond === undefined ? download.total : download.completed + seconds * bytesPerSecond;
    const end = Math.min(download.total, stallsAfterBytes ?? download.total, error?.afterBytes ?? download.total);
    download.completed = Math.max(download.completed, Math.min(end, Math.round(reached)));
    download.countedAt = now;
  };

  /** Reports layer after layer as they come; the message of the error that broke it off, if one did. */
  const follow = async (name: string, download: Download, report: Report, exchange: Exchange) => {
    for (const layer of download.layers) {
      for (;;) {
        const completed = Math.min(layer.total, Math.max(0, download.completed - layer.from));
        await report(progress(layer, completed));
        const { error } = offers.get(name) ?? {};
        if (error !== undefined && download.completed >= error.afterBytes) return error.message;
        if (completed === layer.total) break;
        await exchange.pause(TICK_MS);
        advance(name, download);
      }
    }
    return undefined;
  };

  /** Ends with the message of the error, if there was one. */
  const pull = async (name: string, report: Report, exchange: Exchange): Promise<string | undefined> => {
    await report({ status: "pulling manifest" });
    if (!(offers.has(name) || library.find(name))) return UNKNOWN;
    const download = downloadOf(name);
    if (download.followers === 0) download.countedAt = performance.now();
    download.followers += 1;
    try {
      const fault = await follow(name, download, report, exchange);
      if (fault !== undefined) return fault;
    } finally {
      download.followers -= 1;
    }
    await report({ status: "verifying sha256 digest" });
    await report({ status: "writing manifest" });
    if (!library.find(name)) library.install({ sizeBytes: download.total, ...offers.get(name)?.model, name });
    await report({ status: "success" });
    return undefined;
  };

  return {
    /** What a client can pull, besides what is installed. Of a download under way it changes all but the layers. */
    offer: (name: string, offer: Offer = {}): void => {
      offers.set(canonicalName(name), offer);
    },
    /** Bytes that have come of a model. */
    downloaded: (name: string): number => downloads.get(canonicalName(name))?.completed ?? 0,
    requests,
    handle: async (exchange: Exchange, body: PullBody): Promise<void> => {
      const request: PullRequest = { ...body, arrivedAt: performance.now() };
      requests.push(request);
      exchange.whenLeft(() => {
        request.closedByClientAt = performance.now();
      });
      const report: Report = body.stream ? exchange.line : async () => exchange.signal.throwIfAborted();
      const fault = await pull(canonicalName(body.model), report, exchange);
      if (body.stream && fault !== undefined) await exchange.line({ error: fault });
      if (body.stream) exchange.end();
      else if (fault === undefined) exchange.json(200, { status: "success" });
      else exchange.json(500, { error: fault });
      if (fault === undefined) request.finishedAt = performance.now();
    },
  };
}

type Report = (status: object) => Promise<void>;

function layersOf(name: string, sizes: number[]): Layer[] {
  let from = 0;
  return sizes.map((total, at) => {
    const layer = { digest: `sha256:${createHash("sha256").update(`${name}/${at}`).digest("hex")}`, from, total };
    from += total;
    return layer;
  });
}

/** `completed` is left out while it is 0. */
function progress({ digest, total }: Layer, completed: number) {
  return { status: `pulling ${digest.slice(7, 19)}`, digest, total, ...(completed > 0 && { completed }) };
}
