import { html, raw } from "hono/html";
import type { Text } from "#src/base/locale.ts";
import { FONT_FAMILY } from "#src/chart/glyphs.ts";
import { memorySvg } from "#src/chart/memory-svg.ts";
import type {
  ActionRow,
  Attachment,
  Button,
  Component,
  FileDisplay,
  MediaGallery,
  StringSelect,
  View,
} from "#src/chat/view.ts";
import type { Html } from "./page.ts";
import { isWebAddress, linkHtml } from "./safe-markdown.ts";
import { markdownHtml } from "./view-markdown.ts";

type Drawing = { files: readonly Attachment[]; text: Text };

/** A picture gets no fonts from the page: what else looks alike, where the machine has not the one that is meant. */
const FONTS = [FONT_FAMILY, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "sans-serif"].join(", ");

const BUTTON_CLASSES = { 1: "button primary", 2: "button", 3: "button primary", 4: "button danger" } as const;

/**
 * A view as HTML. Texts are Markdown, of which nothing but plain elements comes; buttons and menus carry their custom id in
 * `data-press`, which the page's script sends back.
 */
export async function viewHtml({ components, files = [] }: View, text: Text): Promise<string> {
  return String(await html`${components.map((component) => componentHtml(component, { files, text }))}`);
}

function componentHtml(component: Component, drawing: Drawing): Html {
  switch (component.type) {
    case 17:
      return html`<div class="card">${component.components.map((child) => componentHtml(child, drawing))}</div>`;
    case 10:
      return raw(markdownHtml(component.content));
    case 14:
      return raw("<hr>");
    case 13:
      return fileHtml(component, drawing);
    case 12:
      return pictureHtml(component, drawing);
    case 1:
      return rowHtml(component);
  }
}

const attached = (url: string, files: readonly Attachment[]): Attachment | undefined =>
  files.find(({ name }) => url === `attachment://${name}`);

/** A file to be read here, and to be saved. */
function fileHtml({ file: { url } }: FileDisplay, { files, text }: Drawing): Html {
  const file = attached(url, files);
  if (file === undefined || !("text" in file)) return raw("");
  const data = Buffer.from(file.text).toString("base64");
  return html`<div class="file">
<details><summary>${file.name}</summary><pre tabindex="0">${file.text}</pre></details>
<a class="button" href="data:text/plain;charset=utf-8;base64,${data}" download="${file.name}">${text("web.chatPage.save")}</a>
</div>`;
}

/** A chart is drawn as SVG, sharp at every size; as a picture of its own nothing in it can act on the page. */
function pictureHtml({ items }: MediaGallery, { files }: Drawing): Html {
  const pictures = items.map(({ media: { url }, description }) => {
    const file = attached(url, files);
    if (file === undefined || !("chart" in file)) return "";
    const svg = memorySvg(file.chart).replace(`"${FONT_FAMILY}"`, `"${FONTS}"`);
    const data = Buffer.from(svg).toString("base64");
    return html`<img src="data:image/svg+xml;base64,${data}" alt="${description}">`;
  });
  return html`<div class="pictures">${pictures}</div>`;
}

function rowHtml({ components }: ActionRow): Html {
  return html`<div class="row">${components.map((item) => (item.type === 3 ? menuHtml(item) : buttonHtml(item)))}</div>`;
}

function buttonHtml(button: Button): Html {
  if (button.style === 5) {
    return isWebAddress(button.url)
      ? raw(linkHtml(button.url, String(html`${button.label}`), ' class="button"'))
      : html`<span>${button.label}</span>`;
  }
  const off = button.disabled ? raw(" disabled") : "";
  return html`<button type="button" class="${BUTTON_CLASSES[button.style]}" data-press="${button.custom_id}"${off}>${button.label}</button>`;
}

/** A menu opens a list of buttons: choosing in a native one acts while somebody only looks through it with the keys. */
function menuHtml({ custom_id: id, placeholder = "…", options }: StringSelect): Html {
  const items = options.map(({ label, value, description, default: current }) => {
    const state = current ? raw(' aria-current="true"') : "";
    const about = description === undefined ? "" : html`<small>${description}</small>`;
    return html`<li><button type="button" data-press="${id}" data-value="${value}"${state}>${label}${about}</button></li>`;
  });
  const chosen = options.find((option) => option.default)?.label;
  return html`<details class="menu"><summary class="button">${chosen ?? placeholder}</summary><ul>${items}</ul></details>`;
}
