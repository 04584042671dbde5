import type { APIModalInteractionResponseCallbackData } from "@discordjs/core/http-only";
import { ComponentType, TextInputStyle } from "discord.js";
import { clip, type Modal } from "#src/chat/view.ts";

/** Titles and labels are 1 to 45 characters, a text field takes up to 4000 (developers/components/reference). */
const LABEL = 45;
const FIELD = 4000;

/** A dialogue with one text field. */
export function modalBody({ customId, title, label, maxLength }: Modal): APIModalInteractionResponseCallbackData {
  return {
    custom_id: customId,
    title: clip(title, LABEL),
    components: [
      {
        type: ComponentType.Label,
        label: clip(label, LABEL),
        component: {
          type: ComponentType.TextInput,
          custom_id: "text",
          style: TextInputStyle.Paragraph,
          required: true,
          max_length: Math.min(maxLength, FIELD),
        },
      },
    ],
  };
}
