import { z } from "zod";
import {
  clip,
  container,
  type Separator,
  separator,
  type TextDisplay,
  textDisplay,
  type View,
} from "#src/chat/view.ts";
import { DISCORD_ROOM } from "./message.ts";

const group = z.object({ type: z.literal(17), components: z.array(z.unknown()) });
const text = z.object({ type: z.literal(10), content: z.string() });
const line = z.object({ type: z.literal(14) });

/**
 * A message of ours as Discord sends it along with a press, less what could be pressed or is attached, and with a line of
 * small print beneath. What is not known is left out, and what does not fit is cut off.
 */
export function sealedMessage(components: readonly unknown[], about: string): View {
  const last = textDisplay(`-# ${about}`);
  let room = DISCORD_ROOM.characters - last.content.length;
  const kept = components
    .flatMap((component) => group.safeParse(component).data?.components ?? [component])
    .flatMap((component): (TextDisplay | Separator)[] => {
      if (line.safeParse(component).success) return [separator()];
      const content = clip(text.safeParse(component).data?.content.trim() ?? "", Math.max(1, room));
      if (content === "" || content.length > room) return [];
      room -= content.length;
      return [textDisplay(content)];
    });
  return { components: [container([...kept.slice(0, DISCORD_ROOM.components - 2), last])] };
}
