import type { MemoryChart } from "#src/chart/memory-chart.ts";

/**
 * A view is what a command answers with: Discord Components V2 JSON, and files beside it. Discord sends it as it is,
 * the terminal prints it, a page draws it. Type numbers are Discord's (developers/components/reference).
 */
const ComponentType = {
  ActionRow: 1,
  Button: 2,
  StringSelect: 3,
  TextDisplay: 10,
  MediaGallery: 12,
  File: 13,
  Separator: 14,
  Container: 17,
} as const;
export const ButtonStyle = { Primary: 1, Secondary: 2, Success: 3, Danger: 4, Link: 5 } as const;

export type TextDisplay = { type: 10; content: string };
export type Separator = { type: 14; divider?: boolean; spacing?: 1 | 2 };
export type ActionButton = { type: 2; style: 1 | 2 | 3 | 4; label: string; custom_id: string; disabled?: boolean };
type LinkButton = { type: 2; style: 5; label: string; url: string };
export type Button = ActionButton | LinkButton;
export type SelectOption = { label: string; value: string; description?: string; default?: boolean };
export type StringSelect = {
  type: 3;
  custom_id: string;
  placeholder?: string;
  options: SelectOption[];
  min_values?: number;
  max_values?: number;
};
export type ActionRow = { type: 1; components: Button[] | [StringSelect] };
/** Shows an attached file by its name: `attachment://answer.md`. */
export type FileDisplay = { type: 13; file: { url: string } };
/** Shows one attached picture by its name; the description is for those who do not see it. */
export type MediaGallery = { type: 12; items: [{ media: { url: string }; description: string }] };
/** A chart, and its picture where the room shows pictures. */
type ChartFile = { name: string; chart: MemoryChart; png?: Uint8Array };
/** A file that goes with a view. */
export type Attachment = { name: string; text: string } | ChartFile;
/** A question put to a person in a dialogue of its own; the answer comes to `components.<action>` of the command. */
export type Modal = { customId: string; title: string; label: string; maxLength: number };
export type Container = {
  type: 17;
  accent_color?: number;
  components: (TextDisplay | Separator | ActionRow | FileDisplay | MediaGallery)[];
};
export type Component = Container | Container["components"][number];
export type View = {
  components: Component[];
  /** Files that `FileDisplay` and `MediaGallery` components show. */
  files?: Attachment[];
  /** For the person who asked alone, where the surface can do that. */
  private?: boolean;
};

/** Discord's limits on one message (developers/components/reference; lengths in UTF-16 units). */
export const LIMITS = {
  customId: 100,
  buttonLabel: 80,
  optionText: 100,
  placeholder: 150,
  selectOptions: 25,
  suggestions: 25,
  mediaDescription: 1024,
  rowButtons: 5,
} as const;

/** How much of a view fits on the surface that shows it. */
export type Room = {
  /** Components of one message, nested ones counted. */
  components: number;
  /** Characters of all its text together. */
  characters: number;
  /** Items of one page of a list. */
  listLength: number;
  /** Whether Markdown tables are drawn; where not, the same is said in lines. */
  tables: boolean;
  /** Whether pictures are shown; where not, the surface draws a chart in characters. */
  pictures: boolean;
  /** Whether an answer can change after it was shown. */
  live: boolean;
};

/** Room without end, for pipes. */
export const UNLIMITED: Room = {
  components: Number.POSITIVE_INFINITY,
  characters: Number.POSITIVE_INFINITY,
  listLength: Number.POSITIVE_INFINITY,
  tables: true,
  pictures: false,
  live: false,
};

export const textDisplay = (content: string): TextDisplay => ({ type: ComponentType.TextDisplay, content });
/** Shows an attachment of the same view. */
export const fileDisplay = (name: string): FileDisplay => ({
  type: ComponentType.File,
  file: { url: `attachment://${name}` },
});
/** Shows a picture that is attached to the same view. */
export const pictureDisplay = (name: string, description: string): MediaGallery => ({
  type: ComponentType.MediaGallery,
  items: [{ media: { url: `attachment://${name}` }, description: clip(description, LIMITS.mediaDescription) }],
});
export const separator = (): Separator => ({ type: ComponentType.Separator, divider: true, spacing: 1 });
export const container = (components: Container["components"]): Container => ({
  type: ComponentType.Container,
  components,
});
export const buttonRow = (buttons: Button[]): ActionRow => ({ type: ComponentType.ActionRow, components: buttons });

/** A button that comes back to `components.<action>` of the command, its state in the custom id. */
export function button(
  label: string,
  id: string,
  options: { style?: ActionButton["style"]; disabled?: boolean } = {},
): ActionButton {
  return {
    type: ComponentType.Button,
    style: options.style ?? ButtonStyle.Secondary,
    label: clip(label, LIMITS.buttonLabel),
    custom_id: id,
    ...(options.disabled && { disabled: true }),
  };
}

/** A menu of one choice. */
export function selectRow(id: string, placeholder: string, options: SelectOption[]): ActionRow {
  const menu: StringSelect = {
    type: ComponentType.StringSelect,
    custom_id: id,
    placeholder: clip(placeholder, LIMITS.placeholder),
    options: options.slice(0, LIMITS.selectOptions).map((option) => ({
      ...option,
      label: clip(option.label, LIMITS.optionText),
      ...(option.description !== undefined && { description: clip(option.description, LIMITS.optionText) }),
    })),
  };
  return { type: ComponentType.ActionRow, components: [menu] };
}

/** `models:page:2:int4`. Throws where the state does not fit into Discord's 100 characters: bound the options instead. */
export function customId(command: string, action: string, ...state: (string | number)[]): string {
  const id = [command, action, ...state].join(":");
  if (id.length > LIMITS.customId) throw new RangeError(`custom id of ${id.length} characters: ${id}`);
  return id;
}

/** Shortens to a number of UTF-16 units with an ellipsis, never inside a character. */
export function clip(text: string, length: number): string {
  if (text.length <= length) return text;
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (kept.length + segment.length > length - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
