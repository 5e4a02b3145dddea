// @ts-check
// The form of the desk and what is typed in it: its fields, its quotations, and the request that sends them.
// Must not know when anything is sent.

export const find = (/** @type {ParentNode} */ element, /** @type {string} */ selector) => /** @type {any} */ (element.querySelector(selector));
export const form = find(document, "#form");

/** The textarea, the hidden fields and the answer of each quotation. */
export const quotations = () => [.../** @type {any} */ (form.querySelectorAll(".typed-quotation"))];
export const field = (/** @type {any} */ quotation, /** @type {string} */ name) => find(quotation, `[name="quote_${name}"]`);
export const unused = () => quotations().find((one) => ["quote", "description", "fragment"].every((name) => !field(one, name).value.trim()));
export const input = (/** @type {string} */ name) => find(form, `[name="${name}"]`);

/** Whether nothing is typed. */
export const nothing = () => [...new FormData(form)].every(([name, value]) => !value || /^(csrftoken|draft|version|beside|certainty|quote_(source|stance|start_char|prefix|suffix))$/.test(name));

/** What is typed, as it is sent. @param {Record<string, string>} [more] */
export function content(more = {}) {
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  for (const [name, value] of Object.entries(more)) body.set(name, value);
  return body;
}

/** @param {string} address @param {Record<string, string>} [more] @param {AbortSignal} [signal] */
export function send(address, more = {}, signal) {
  return fetch(address, { method: "POST", body: content(more), headers: { "x-csrftoken": input("csrftoken").value }, signal });
}

/** Number a quotation anew. @param {any} quotation @param {number} number */
export function renumber(quotation, number) {
  quotation.dataset.number = number;
  for (const one of quotation.querySelectorAll("[id], [for], [aria-describedby], [data-answer], .remove, [value^=choose]")) {
    for (const name of ["id", "for", "aria-describedby", "data-answer"]) {
      if (one.hasAttribute(name)) one.setAttribute(name, one.getAttribute(name).replace(/\d+$/, `${number}`));
    }
    if (one.value) one.value = one.value.replace(/:\d+/, `:${number}`);
  }
  const legend = find(quotation, "legend");
  legend.firstChild.textContent = `${legend.dataset.word}${quotations().length > 1 ? ` ${number + 1}` : ""}`;
}

/** Add an empty quotation, and return it. */
export function another() {
  const copy = find(document, "#empty-quotation").content.firstElementChild.cloneNode(true);
  quotations().at(-1).after(copy);
  quotations().forEach(renumber);
  return copy;
}
