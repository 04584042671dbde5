import type { Hub } from "./hub.ts";
import { validationFailed } from "./refused.ts";
import type { Label, Repository } from "./repository.ts";

/** GitHub's colour for a label that is made by being put on something. */
const DEFAULT_COLOR = "ededed";
const MAX_LABEL_LENGTH = 50;

export function findLabel({ labels }: Repository, name: string): Label | undefined {
  return labels.get(name.toLowerCase());
}

/** Throws what GitHub answers for a name that is too long. */
export function addLabel(
  hub: Hub,
  { labels }: Repository,
  name: string,
  { color = DEFAULT_COLOR, description = null }: { color?: string | undefined; description?: string | null } = {},
): Label {
  if (name.length > MAX_LABEL_LENGTH) {
    hub.violation(`a label of ${name.length} characters: ${name}`);
    throw validationFailed({ resource: "Label", code: "custom", field: "name", message: "name is too long" });
  }
  const label = { id: hub.nextId(), name, color, description };
  labels.set(name.toLowerCase(), label);
  return label;
}

/** The label, made where it does not exist yet, as GitHub does when one is put on a pull request. */
export function ensureLabel(hub: Hub, repository: Repository, name: string): Label {
  return findLabel(repository, name) ?? addLabel(hub, repository, name);
}
