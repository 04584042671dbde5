import { z } from "zod";
import { type Component, clip, container, customId, type TextDisplay, textDisplay, type View } from "#src/chat/view.ts";
import { customIdsIn, everyComponent } from "./component-tree.ts";
import { DISCORD_ROOM } from "./message.ts";

const text = z.object({ type: z.literal(10), content: z.string() });

/**
 * The end of a try whose message a process that is gone may have brought further than what is kept of it. `components`: the
 * message as it is. The text of the message stays where there is more of it than in `end`. Undefined where the message shows
 * an end already.
 */
export function endOfShown(end: View, components: readonly unknown[], attempt: string): View | undefined {
  const ids = customIdsIn(components);
  if (ids.includes(customId("try", "again", attempt))) return undefined;
  // A refusal, for instance: nothing of the try.
  if (!ids.includes(customId("try", "stop", attempt))) return end;
  const bodies = textsOf(everyComponent(components)).filter(isBody);
  const inEnd = end.components.flatMap(withOwnChildren);
  if (lengthOf(bodies) <= lengthOf(textsOf(inEnd).filter(isBody))) return end;
  const about = textsOf(inEnd).filter((content) => !isBody(content));
  let room = DISCORD_ROOM.characters - lengthOf(about);
  const kept = bodies.flatMap((content): TextDisplay[] => {
    const fitting = clip(content, Math.max(1, room));
    room -= fitting.length;
    return room < 0 ? [] : [textDisplay(fitting)];
  });
  const buttons = inEnd.flatMap((each) => (each.type === 1 ? [each] : []));
  return { components: [container([...kept, ...about.map(textDisplay), ...buttons])] };
}

const withOwnChildren = (component: Component): Component[] =>
  component.type === 17 ? component.components : [component];

const textsOf = (components: readonly unknown[]): string[] =>
  components.flatMap((each) => text.safeParse(each).data?.content.trim() || []);

/** Not small print alone: that says how the try stands. */
const isBody = (content: string): boolean => !content.split("\n").every((line) => line.startsWith("-# "));

const lengthOf = (texts: readonly string[]): number => texts.reduce((sum, content) => sum + content.length, 0);
