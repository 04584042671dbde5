import { z } from "zod";

/** What Discord asks of a message beyond its published schema (developers/components/reference, resources/message). */

const V2_FLAG = 32_768;
const EPHEMERAL_FLAG = 64;

export type Component = { type: number; [field: string]: unknown };
const component: z.ZodType<Component> = z.looseObject({ type: z.number() });
/** What was uploaded: text as such, everything else as bytes. */
const file = z.union([
  z.object({ name: z.string(), text: z.string() }),
  z.object({ name: z.string(), contentType: z.string(), data: z.instanceof(Uint8Array) }),
]);
export type UploadedFile = z.infer<typeof file>;

const body = z.looseObject({
  flags: z.number().nullish(),
  content: z.string().nullish(),
  embeds: z.array(z.unknown()).nullish(),
  poll: z.unknown().optional(),
  components: z.array(component).nullish(),
  files: z.array(file).default([]),
  allowed_mentions: z.looseObject({ parse: z.array(z.string()).nullish() }).nullish(),
});
export type MessageBody = z.infer<typeof body>;

export const readMessage = (value: unknown): MessageBody => body.parse(value ?? {});
export const isV2 = (flags: number | null | undefined): boolean => ((flags ?? 0) & V2_FLAG) !== 0;
export const isEphemeral = (flags: number | null | undefined): boolean => ((flags ?? 0) & EPHEMERAL_FLAG) !== 0;

const children = (item: Component): Component[] => {
  const nested = [item["components"], item["accessory"], item["component"]].flat();
  return nested.flatMap((child) => component.safeParse(child).data ?? []);
};
/** A component with all that is inside it. */
export const flatten = (item: Component): Component[] => [item, ...children(item).flatMap(flatten)];

/** Every rule that a message breaks; `wasV2` for an edit of a message that has the flag already. */
export function messageFaults(message: MessageBody, { wasV2 = false } = {}): string[] {
  const all = (message.components ?? []).flatMap(flatten);
  return [
    ...fileFaults(message, all),
    ...layoutFaults(message, all, wasV2),
    ...all.flatMap(componentFaults),
    ...uniqueFaults(all),
    ...pingFaults(message, all),
  ];
}

function layoutFaults(message: MessageBody, all: Component[], wasV2: boolean): string[] {
  const v2 = isV2(message.flags) || wasV2;
  const faults: string[] = [];
  const usesV2 = all.some(({ type }) => [9, 10, 11, 12, 13, 14, 17].includes(type));
  if (usesV2 && !v2) faults.push("components V2 without the flag IS_COMPONENTS_V2");
  if (v2 && (message.content || (message.embeds ?? []).length > 0 || message.poll))
    faults.push("content, embeds or poll beside components V2");
  if (v2 && message.components?.length === 0) faults.push("an empty message");
  if (v2 && all.length > 40) faults.push(`${all.length} components, at most 40`);
  const characters = all.reduce((sum, item) => sum + (item.type === 10 ? String(item["content"]).length : 0), 0);
  if (characters > 4000) faults.push(`${characters} characters of text, at most 4000 together`);
  if (!v2 && (message.components ?? []).length > 5) faults.push("more than 5 action rows");
  return faults;
}

function componentFaults(item: Component): string[] {
  const inside = children(item);
  if (item.type === 1) {
    const selects = inside.filter(({ type }) => [3, 5, 6, 7, 8].includes(type)).length;
    if (inside.length === 0) return ["an empty action row"];
    if (selects > 0 && inside.length > 1) return ["a menu shares its row"];
    return inside.length > 5 ? ["more than 5 buttons in a row"] : [];
  }
  if (item.type === 2) return buttonFaults(item);
  if (item.type === 3) return selectFaults(item);
  if (item.type === 10 && String(item["content"]).trim() === "") return ["an empty text"];
  if (item.type === 17 && inside.some(({ type }) => type === 17)) return ["a container inside a container"];
  return [];
}

function buttonFaults(item: Component): string[] {
  const link = item["style"] === 5;
  if (link && (item["custom_id"] !== undefined || item["url"] === undefined))
    return ["a link button takes a url and no custom id"];
  if (!link && (item["custom_id"] === undefined || item["url"] !== undefined))
    return ["a button takes a custom id and no url"];
  return item["label"] === undefined && item["emoji"] === undefined ? ["a button without label and emoji"] : [];
}

function selectFaults(item: Component): string[] {
  const options = z
    .array(z.looseObject({ value: z.string(), default: z.boolean().optional() }))
    .parse(item["options"] ?? []);
  const values = options.map(({ value }) => value);
  const most = z.number().catch(1).parse(item["max_values"]);
  const faults: string[] = [];
  if (options.length === 0) faults.push("a menu without options");
  if (new Set(values).size < values.length) faults.push("a menu offers a value twice");
  if (options.filter((option) => option.default).length > most)
    faults.push("a menu with more defaults than may be chosen");
  return faults;
}

function uniqueFaults(all: Component[]): string[] {
  return ["custom_id", "id"].flatMap((field) => {
    const values = all.flatMap((item) => item[field] ?? []);
    return new Set(values).size < values.length ? [`${field} twice in one message`] : [];
  });
}

/** Interactions ping users by default, so a mention in the text pings unless `parse` is there and empty. */
function pingFaults({ content, allowed_mentions: allowed }: MessageBody, all: Component[]): string[] {
  const texts = [content ?? "", ...all.map((item) => (item.type === 10 ? String(item["content"]) : ""))].join("\n");
  const mentions = texts.match(/<@[!&]?\d+>|@everyone|@here/g) ?? [];
  const silent = allowed?.parse?.length === 0 && allowed["users"] === undefined && allowed["roles"] === undefined;
  return mentions.length > 0 && !silent ? [`would have pinged ${mentions.join(" ")}`] : [];
}

const media = z.looseObject({ url: z.string() });
const fileDisplay = z.looseObject({ file: media });
const gallery = z.looseObject({
  items: z
    .array(z.looseObject({ media, description: z.string().max(1024).nullish() }))
    .min(1)
    .max(10),
});
/** Bytes of one file (reference, "Uploading Files"). */
const MAX_FILE = 10 * 1024 * 1024;
const PNG_SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");

/** With components V2 a file is seen only where a component shows it, and a component can show only what is there. */
function fileFaults({ files }: MessageBody, all: Component[]): string[] {
  const pictures = all.flatMap((item) => (item.type === 12 ? gallery.parse(item).items : []));
  const shown = [
    ...all.flatMap((item) => (item.type === 13 ? fileDisplay.parse(item).file.url : [])),
    ...pictures.map((item) => item.media.url),
  ];
  const names = files.map(({ name }) => `attachment://${name}`);
  return [
    ...names.filter((name) => !shown.includes(name)).map((name) => `${name} is attached but not shown`),
    ...shown.filter((name) => !names.includes(name)).map((name) => `${name} is shown but not attached`),
    ...(new Set(names).size < names.length ? ["two files of the same name"] : []),
    ...(files.length > 10 ? [`${files.length} files, at most 10`] : []),
    ...pictures.filter(({ description }) => !description).map((item) => `${item.media.url} has no description`),
    ...files.flatMap((item) =>
      uploadFaults(
        item,
        pictures.map((picture) => picture.media.url),
      ),
    ),
  ];
}

function uploadFaults(item: UploadedFile, pictures: string[]): string[] {
  const bytes = "data" in item ? item.data : Buffer.from(item.text);
  const picture = pictures.includes(`attachment://${item.name}`);
  const png = PNG_SIGNATURE.equals(bytes.subarray(0, PNG_SIGNATURE.length));
  return [
    ...(/^[\w.-]+$/.test(item.name) ? [] : [`a file name that Discord would change: ${item.name}`]),
    ...(bytes.length === 0 || bytes.length > MAX_FILE ? [`${item.name} has ${bytes.length} bytes`] : []),
    ...(picture && !(png && item.name.endsWith(".png") && "data" in item && item.contentType === "image/png")
      ? [`${item.name} is shown as a picture and is none`]
      : []),
  ];
}
