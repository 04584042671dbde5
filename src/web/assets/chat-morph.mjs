/**
 * Makes an element's content what the HTML says and leaves alone what is the same, so that an answer which grows keeps
 * its selection, its scroll positions and its focus.
 *
 * @param {Element} element
 * @param {string} html Made by our server, which lets no tag of anybody else through.
 */
export function morph(element, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  morphChildren(element, template.content);
}

/**
 * @param {Node} element
 * @param {Node} wanted
 */
function morphChildren(element, wanted) {
  const [old, next] = [[...element.childNodes], [...wanted.childNodes]];
  for (const [at, node] of next.entries()) {
    const before = old[at];
    if (before === undefined) element.appendChild(node);
    else if (before.isEqualNode(node)) continue;
    else if (before instanceof Text && node instanceof Text) before.data = node.data;
    else if (isSame(before, node)) morphChildren(before, node);
    else before.replaceWith(node);
  }
  for (const left of old.slice(next.length)) left.remove();
}

/**
 * Whether two elements differ in nothing but their content; what a person opened stays open.
 *
 * @param {Node} one
 * @param {Node} other
 */
function isSame(one, other) {
  if (!(one instanceof Element && other instanceof Element) || one.tagName !== other.tagName) return false;
  const attributes = (/** @type {Element} */ element) =>
    [...element.attributes].flatMap(({ name, value }) => (name === "open" ? [] : `${name}=${value}`)).join("\n");
  return attributes(one) === attributes(other);
}
