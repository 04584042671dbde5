import { parseJson } from "#src/base/parse-json.ts";
import { HubFailure, isAbsence } from "./failure.ts";
import type { ModelFacts } from "./hub.ts";
import { bodyAt } from "./provider.ts";
import type { HubClient } from "./request.ts";
import { jsonObject, safetensorsIndex } from "./shapes.ts";
import { storedByIndex } from "./stored-numbers.ts";

/** The most files of a repository that are kept. */
export const MAX_FILES = 5000;
const MAX_CONFIG_BYTES = 256_000;
const MAX_INDEX_BYTES = 16_000_000;
const INDEX = "model.safetensors.index.json";

/** Where the files of one repository are, and how an answer becomes JSON. */
export type RepositoryFiles = {
  client: HubClient;
  files: ModelFacts["files"];
  addressOf: (path: string) => string;
  parse?: (text: string) => unknown;
};

/** config.json; undefined where there is none that everybody can read. Throws HubFailure. */
export async function readConfig(repository: RepositoryFiles): Promise<ModelFacts["config"]> {
  return jsonObject.safeParse(await readJsonFile(repository, "config.json", MAX_CONFIG_BYTES)).data;
}

/** How many numbers are stored, as the index of split safetensors has it. Throws HubFailure. */
export async function readStored(
  repository: RepositoryFiles,
  config: ModelFacts["config"],
): Promise<ModelFacts["stored"]> {
  const index = safetensorsIndex.safeParse(await readJsonFile(repository, INDEX, MAX_INDEX_BYTES));
  return index.data && storedByIndex(index.data, { config, files: repository.files });
}

async function readJsonFile(
  { client, files, addressOf, parse = parseJson }: RepositoryFiles,
  path: string,
  maxBytes: number,
): Promise<unknown> {
  const file = files.find((each) => each.path === path);
  if (file === undefined || (file.bytes ?? 0) > maxBytes) return undefined;
  try {
    return parse(await bodyAt(client, addressOf(path), maxBytes));
  } catch (error) {
    if (isAbsence(error) || (error instanceof HubFailure && error.kind === "unreadable")) return undefined;
    throw error;
  }
}
