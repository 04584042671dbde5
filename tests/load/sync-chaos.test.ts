import { it } from "vitest";
import { causeChaos } from "#tests/sync/chaos.ts";

it.each([{ graphql: true }, { graphql: false }])(
  "a long time of anything in any order (GraphQL: $graphql)",
  (options) => causeChaos(25, options),
  600_000,
);
