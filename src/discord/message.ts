import type { APIMessageTopLevelComponent } from "@discordjs/core/http-only";
import { MessageFlags, type RawFile } from "discord.js";
import type { Attachment, Button, Component, StringSelect, View } from "#src/chat/view.ts";
import { LIMITS, type Room } from "#src/chat/view.ts";

/**
 * What fits into one message (developers/components/reference; lengths in UTF-16 units, the safe reading). The
 * library's builders check neither total.
 */
export const DISCORD_ROOM: Room = {
  components: 40,
  characters: 4000,
  listLength: 10,
  tables: false,
  pictures: true,
  live: true,
};

/** A message as every endpoint that takes one accepts it. */
export type Message = {
  flags: MessageFlags;
  components: APIMessageTopLevelComponent[];
  allowed_mentions: { parse: [] };
};

/** A view that Discord would refuse: a fault of ours, found before anything is sent. */
class MessageDoesNotFit extends RangeError {
  override name = "MessageDoesNotFit";
}

/**
 * The one way from a view to a message. Nothing in it can mention anybody, whatever the text says. Throws
 * MessageDoesNotFit where it breaks a limit or a total of Discord's.
 */
export function toMessage(view: View): Message {
  const faults = faultsOf(view);
  if (faults.length > 0) throw new MessageDoesNotFit(faults.join("; "));
  return {
    flags: view.private ? MessageFlags.IsComponentsV2 | MessageFlags.Ephemeral : MessageFlags.IsComponentsV2,
    components: view.components,
    allowed_mentions: { parse: [] },
  };
}

/** An edit cannot change who sees a message, so the flag for that is left out. */
export function toEdit(view: View): Message {
  return { ...toMessage(view), flags: MessageFlags.IsComponentsV2 };
}

/** The files of a view, as the client uploads them. */
export const filesOf = ({ files }: View): { files?: RawFile[] } => (files ? { files: files.map(rawFile) } : {});

function rawFile(file: Attachment): RawFile {
  const { name } = file;
  if ("text" in file) return { name, data: Buffer.from(file.text), contentType: "text/markdown; charset=utf-8" };
  return { name, data: Buffer.from(file.png ?? []), contentType: "image/png" };
}

function faultsOf({ components, files = [] }: View): string[] {
  const all = components.flatMap(withChildren);
  const controls = all.flatMap((item): (Button | StringSelect)[] => (item.type === 1 ? item.components : []));
  const texts = all.flatMap((item) => (item.type === 10 ? item.content : []));
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  const ids = controls.flatMap((item) => ("custom_id" in item ? item.custom_id : []));
  const count = all.length + controls.length;
  const shown = all.flatMap((item) => {
    if (item.type === 12) return item.items.map(({ media }) => media.url);
    return item.type === 13 ? item.file.url : [];
  });
  const attached = files.map(({ name }) => `attachment://${name}`);
  const faults: [boolean, string][] = [
    [shown.toSorted().join() !== attached.toSorted().join(), "files and the components that show them differ"],
    [files.some((file) => "chart" in file && file.png === undefined), "a chart that was not drawn"],
    [count === 0, "no components"],
    [count > DISCORD_ROOM.components, `${count} components, at most ${DISCORD_ROOM.components}`],
    [characters > DISCORD_ROOM.characters, `${characters} characters, at most ${DISCORD_ROOM.characters}`],
    [texts.some((text) => text === ""), "an empty text"],
    [new Set(ids).size < ids.length, `a custom id twice among ${ids.join(", ")}`],
    [ids.some((id) => id.length === 0 || id.length > LIMITS.customId), "a custom id is empty or too long"],
  ];
  return [...faults.flatMap(([broken, fault]) => (broken ? fault : [])), ...all.flatMap(rowFaults)];
}

const withChildren = (component: Component): Component[] =>
  component.type === 17 ? [component, ...component.components] : [component];

function rowFaults(component: Component): string[] {
  if (component.type !== 1) return [];
  const { components } = component;
  const [first] = components;
  if (first === undefined) return ["an empty row"];
  if (first.type === 2) return components.length > LIMITS.rowButtons ? [`${components.length} buttons in a row`] : [];
  const { options } = first;
  const values = options.map(({ value }) => value);
  return [
    ...(options.length === 0 || options.length > LIMITS.selectOptions ? [`${options.length} options in a menu`] : []),
    ...(new Set(values).size < values.length ? ["a menu offers a value twice"] : []),
    ...(values.some((value) => value.length > LIMITS.optionText) ? ["a menu's value is too long"] : []),
  ];
}
