import { z } from "zod";
import type { RepositoryPart, Source } from "./source.ts";

/** GitHub says NOASSERTION of a licence that it does not know. */
const spdxName = z
  .string()
  .nullish()
  .transform((spdxId) => (spdxId === null || spdxId === "NOASSERTION" ? undefined : spdxId));

/** The licence that GitHub recognised. It is the code's; whether the weights' terms changed is for a person to read. */
export const license: Source & RepositoryPart<string | undefined> = {
  name: "license",
  graphql: "licenseInfo { spdxId }",
  shape: z
    .object({ licenseInfo: z.object({ spdxId: spdxName }).nullable() })
    .transform(({ licenseInfo }) => licenseInfo?.spdxId),
  restRequests: 0,
  rest: async ({ repository }) =>
    repository(z.object({ license: z.object({ spdx_id: spdxName }).nullish() })).license?.spdx_id,
  find: ({ entries, repository }) => {
    const found = repository.license;
    const stated = entries.flatMap((entry) => entry.license.code ?? []);
    const isStated = stated.some((code) => code.toLowerCase().includes(found?.toLowerCase() ?? ""));
    return {
      signals: [],
      notices: found === undefined || stated.length === 0 || isStated ? [] : [{ kind: "license", license: found }],
    };
  },
};
