import { z } from "zod";

const nesting = z.object({ components: z.array(z.unknown()) });
const pressable = z.object({ custom_id: z.string() });

/** The components of a message as Discord sends them, and all that they hold, in their order. */
export const everyComponent = (components: readonly unknown[]): unknown[] =>
  components.flatMap((component) => [
    component,
    ...everyComponent(nesting.safeParse(component).data?.components ?? []),
  ]);

/** What every button and menu carries, however deep it sits. */
export const customIdsIn = (components: readonly unknown[]): string[] =>
  everyComponent(components).flatMap((component) => pressable.safeParse(component).data?.custom_id ?? []);
