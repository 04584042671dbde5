import { ExchangeError, exchange } from "./chat-exchange.mjs";
import { addMessage, answerOf, note, seal, show } from "./chat-messages.mjs";

/**
 * @typedef {import("./chat-exchange.mjs").Question} Question
 * @typedef {{
 *   conversation: HTMLElement,
 *   texts: { working: string, answered: string, offline: string, broken: string },
 *   say: (text: string) => void,
 *   ask: (question: Question) => Promise<string | undefined>,
 *   changed: () => void,
 *   signal: () => AbortSignal,
 * }} Surroundings
 * @typedef {{ asked: string, own?: HTMLElement, pressed?: HTMLElement }} Place What was asked, the message that is the
 *   answer's own, and the one with the button that was pressed.
 */

/** Characters of an answer that are read aloud; who wants more goes there. */
const SAID = 200;

/**
 * Sends lines and presses, and puts the answers where they belong.
 *
 * @param {Surroundings} surroundings
 */
export function createAnswers({ conversation, texts, say, ask, changed, signal }) {
  /**
   * @param {string} path
   * @param {object} body
   * @param {Place} place
   */
  const hear = async (path, body, place) => {
    const until = signal();
    const turn = createTurn(conversation, place);
    await exchange(path, body, (event) => until.aborted || turn.take(event), until).catch((error) => {
      if (!(error instanceof ExchangeError)) throw error;
      if (!until.aborted) note(turn.answer(), "trouble", error.message || texts[error.kind]);
    });
    if (until.aborted) return;
    for (const message of turn.end()) {
      say(`${texts.answered} ${answerOf(message).textContent.replace(/\s+/g, " ").slice(0, SAID)}`);
    }
    changed();
    const question = turn.question();
    if (question) await answerQuestion(question);
  };

  /** @param {Question} question */
  const answerQuestion = async (question) => {
    const reply = await ask(question);
    if (reply !== undefined) await begin("/chat/press", { id: question.customId, values: [reply] }, reply);
  };

  /**
   * @param {string} path
   * @param {object} body
   * @param {string} asked
   */
  const begin = async (path, body, asked) => {
    const own = addMessage(conversation, asked);
    own.ariaBusy = "true";
    note(own, "working", texts.working);
    say(texts.working);
    await hear(path, body, { asked, own });
  };

  return {
    /** @param {string} line */
    send: (line) => begin("/chat/line", { line }, line),

    /** @param {HTMLButtonElement} button */
    press: async (button) => {
      const pressed = button.closest("article");
      if (!pressed || button.ariaBusy) return;
      button.ariaBusy = "true";
      const { press: id, value } = button.dataset;
      const asked = button.firstChild?.textContent ?? "";
      await hear("/chat/press", { id, values: value === undefined ? [] : [value] }, { asked, pressed });
      button.ariaBusy = null;
    },

    /**
     * Goes on with an answer that was under way when the page was left.
     *
     * @param {HTMLElement} own
     * @param {string} id
     */
    watch: (own, id) => hear("/chat/watch", { id }, { asked: "", own }),
  };
}

/**
 * One answer, as it comes.
 *
 * @param {HTMLElement} conversation
 * @param {Place} place
 */
function createTurn(conversation, { asked, own, pressed }) {
  /** @type {Set<HTMLElement>} */
  const touched = new Set(own && [own]);
  /** @type {Question | undefined} */
  let question;
  const answer = () => {
    own ??= addMessage(conversation, asked);
    touched.add(own);
    return own;
  };
  return {
    answer,
    question: () => question,
    /** @param {import("./chat-exchange.mjs").Event} event */
    take: (event) => {
      if ("ask" in event) question = event.ask;
      else if ("watch" in event) answer().dataset["watch"] = event.watch;
      else if ("show" in event) {
        const message = event.at === "pressed" && pressed ? pressed : answer();
        touched.add(message);
        message.ariaBusy = "true";
        if (event.seals && message === pressed) seal(message, event.show);
        else show(message, event.show);
      }
    },
    /** The messages that changed. */
    end: () => {
      for (const message of touched) {
        message.ariaBusy = null;
        delete message.dataset["watch"];
        message.querySelector(".working")?.remove();
      }
      return touched;
    },
  };
}
