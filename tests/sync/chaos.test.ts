import { it } from "vitest";
import { causeChaos } from "./chaos.ts";

it.each([{ graphql: true }, { graphql: false }])(
  "whatever happens in whatever order, nothing is lost, doubled or repeated (GraphQL: $graphql)",
  (options) => causeChaos(4, options),
  120_000,
);
