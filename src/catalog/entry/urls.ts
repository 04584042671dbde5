import type { Entry, Weights } from "./schema.ts";

const PAGE: Partial<Record<Weights["hub"], (id: string) => string>> = {
  huggingface: (id) => `https://huggingface.co/${id}`,
  modelscope: (id) => `https://modelscope.cn/models/${id}`,
  wisemodel: (id) => `https://wisemodel.cn/models/${id}`,
  gitcode: (id) => `https://gitcode.com/${id}`,
};

/** The page where weights can be downloaded. */
export function weightsUrl({ hub, id, url }: Pick<Weights, "hub" | "id" | "url">): string | undefined {
  return url ?? (id === undefined ? undefined : PAGE[hub]?.(id));
}

/** The project's page on GitHub. */
export const repositoryUrl = (name: string): string => `https://github.com/${name}`;

/** The page of a project's newest release, or of a tag: GitHub has the same page for both. */
export function releaseUrl({
  latestRelease,
  repository,
}: Pick<Entry, "latestRelease" | "repository">): string | undefined {
  if (latestRelease?.url !== undefined) return latestRelease.url;
  if (latestRelease === undefined || repository === undefined || repository.status === "gone") return undefined;
  return `${repositoryUrl(repository.name)}/releases/tag/${encodeURIComponent(latestRelease.tag)}`;
}
