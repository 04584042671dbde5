import { z } from "zod";

/**
 * The parts of an interaction that we read (developers/interactions/receiving-and-responding). Discord adds fields and
 * kinds at any time, so objects are open and an unknown kind is no mistake.
 */
const snowflake = z.string().regex(/^\d{1,20}$/);
const person = z.object({ id: snowflake });

const common = z.object({
  id: snowflake,
  application_id: snowflake,
  token: z.string().min(1),
  locale: z.string().optional(),
  guild_locale: z.string().optional(),
  /** In a server the person stands under `member`, elsewhere under `user`. */
  user: person.optional(),
  member: z.object({ user: person }).optional(),
});

const commandOption = z.object({
  name: z.string(),
  value: z.union([z.string(), z.number(), z.boolean()]).optional(),
  focused: z.boolean().optional(),
});
const commandData = z.object({ name: z.string(), options: z.array(commandOption).default([]) });

const Type = { Command: 2, Component: 3, Autocomplete: 4 } as const;

const interaction = z.discriminatedUnion("type", [
  common.extend({ type: z.literal(Type.Command), data: commandData }),
  common.extend({ type: z.literal(Type.Autocomplete), data: commandData }),
  common.extend({
    type: z.literal(Type.Component),
    data: z.object({ custom_id: z.string(), values: z.array(z.string()).default([]) }),
    message: z.object({ interaction_metadata: z.object({ user: person }).nullish() }),
  }),
]);

export type Interaction = z.infer<typeof interaction>;
export type CommandInteraction = Extract<Interaction, { type: 2 }>;
export type AutocompleteInteraction = Extract<Interaction, { type: 4 }>;
export type ComponentInteraction = Extract<Interaction, { type: 3 }>;

/** Reads a raw interaction; undefined for a kind that Mulu does not serve or a payload it cannot read. */
export function readInteraction(payload: unknown): Interaction | undefined {
  const parsed = interaction.safeParse(payload);
  return parsed.success ? parsed.data : undefined;
}

/** Who acted, by id. */
export const personOf = ({ user, member }: Interaction): string | undefined => (member?.user ?? user)?.id;
