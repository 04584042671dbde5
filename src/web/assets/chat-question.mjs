/**
 * Puts questions to the person in a dialogue of their own; undefined for whoever has nothing to say.
 *
 * @param {HTMLDialogElement} dialog
 * @returns {(question: import("./chat-exchange.mjs").Question) => Promise<string | undefined>}
 */
export function createQuestion(dialog) {
  const title = dialog.querySelector("h2");
  const label = dialog.querySelector("label");
  const field = dialog.querySelector("textarea");
  const form = dialog.querySelector("form");
  if (!title || !label || !field || !form) throw new Error("the dialogue lacks something");
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  return ({ title: asked, label: wanted, maxLength }) => {
    title.textContent = asked;
    label.textContent = wanted;
    field.value = "";
    field.maxLength = maxLength;
    dialog.returnValue = "";
    dialog.showModal();
    field.focus();
    return new Promise((resolve) => {
      const closed = () => resolve(dialog.returnValue === "send" ? field.value : undefined);
      dialog.addEventListener("close", closed, { once: true });
    });
  };
}
