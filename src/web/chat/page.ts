import { html } from "hono/html";
import { type Locale, textIn } from "#src/base/locale.ts";
import type { Command } from "#src/chat/command.ts";
import { commandDescription } from "#src/chat/descriptions.ts";
import { type Html, page } from "#src/web/html/page.ts";
import { assetUrl } from "#src/web/http/assets.ts";

/** Commands that the empty page offers. */
const EXAMPLES = 5;
/** Characters of a line: the longest prompt, with the command. */
export const MAX_LINE = 6500;

/** The page `/`: where commands are typed, and their answers. Its scripts do the rest. */
export function chatPage(commands: readonly Command[], locale: Locale): Html {
  const text = textIn(locale);
  return page({
    title: `Mulu · ${text("web.chat")}`,
    locale,
    place: "chat",
    styles: ["chat.css"],
    scripts: [assetUrl("chat.mjs")],
    body: html`
<noscript><p>${text("web.chatPage.noScript")} <a href="/catalog">${text("web.catalog")}</a></p></noscript>
<section class="welcome">
<h1>${text("web.chatPage.heading")}</h1>
<p>${text("web.chatPage.intro")}</p>
<p class="quiet" id="examples">${text("web.chatPage.examples")}</p>
<ul class="examples" aria-labelledby="examples">${examples(commands, locale)}</ul>
</section>
<section id="conversation" aria-label="${text("web.chatPage.conversation")}"></section>
<p id="said" class="unseen" role="status"></p>
<form id="ask" class="ask" autocomplete="off" data-working="${text("web.chatPage.working")}" data-answered="${text("web.chatPage.answered")}" data-offline="${text("web.chatPage.offline")}" data-broken="${text("web.chatPage.broken")}">
<ul id="choices" class="choices" role="listbox" aria-label="${text("web.chatPage.choices")}" hidden></ul>
<p class="below"><span id="hint" class="quiet"></span>
<button type="button" id="clear" class="plain" hidden>${text("web.chatPage.clear")}</button></p>
<div class="line">
<label class="unseen" for="line">${text("web.chatPage.label")}</label>
<textarea id="line" rows="1" maxlength="${MAX_LINE}" placeholder="${text("web.chatPage.placeholder")}" role="combobox" aria-autocomplete="list" aria-expanded="false" aria-haspopup="listbox" aria-controls="choices" aria-describedby="hint" autocapitalize="off" autocorrect="off" spellcheck="false" enterkeyhint="send"></textarea>
<button type="submit" class="button primary">${text("web.chatPage.send")}</button>
</div>
</form>
<dialog id="question" aria-labelledby="question-title"><form method="dialog">
<h2 id="question-title"></h2>
<label for="question-text"></label>
<textarea id="question-text" rows="5" required></textarea>
<div class="row">
<button type="submit" class="button primary" value="send">${text("web.chatPage.send")}</button>
<button type="submit" class="button" value="cancel" formnovalidate>${text("web.chatPage.cancel")}</button>
</div>
</form></dialog>`,
  });
}

/** The first example of each command that has one to type. */
function examples(commands: readonly Command[], locale: Locale): Html[] {
  const text = textIn(locale);
  return commands
    .filter(({ examples: [first = ""] }) => first !== "")
    .slice(0, EXAMPLES)
    .map((command) => {
      const line = `/${command.name} ${command.examples[0]}`;
      return html`<li><button type="button" data-line="${line}"><code>${line}</code><small>${commandDescription(command, text)}</small></button></li>`;
    });
}
