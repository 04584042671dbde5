/** `owner/name` as GitHub's REST takes it. */
export function ownerAndRepo(repository: string): { owner: string; repo: string } {
  const [owner = "", repo = ""] = repository.split("/");
  return { owner, repo };
}
