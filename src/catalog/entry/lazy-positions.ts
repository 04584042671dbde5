import { createRequire } from "node:module";
import type { YamlPositions } from "./positions.ts";

/** Gives the positions in a YAML text; `yaml` (15 ms) is loaded and the text read with the first call. */
export function lazyPositions(text: string): () => YamlPositions {
  let opened: YamlPositions | undefined;
  return () => {
    const { openYaml }: typeof import("./positions.ts") = createRequire(import.meta.url)("./positions.ts");
    opened ??= openYaml(text);
    return opened;
  };
}
