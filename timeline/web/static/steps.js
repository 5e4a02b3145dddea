// @ts-check
// How a check is told: its steps as they are done, and what came of it, to those who see and to those who hear.
// Owns the list and the verdict. Must not check anything.

import { Malformed } from "./notes.js";

const OUTCOMES = /** @type {const} */ ({ true: ["✓", "Holds"], false: ["✗", "Fails"], null: ["–", "Not checked"] });

/** What may not be checked further is told with this. */
export class Failed extends Error {}

/**
 * Tell the steps of a check one after the other, and give how many were not checked. Raises Failed at one that does not hold.
 * @param {HTMLElement} list @param {AsyncIterable<Told>} steps
 */
async function tellAll(list, steps) {
  let unchecked = 0;
  for await (const step of steps) {
    tell(list, step);
    if (step.holds === false) throw new Failed(step.says);
    if (step.holds === null) unchecked += 1;
  }
  return unchecked;
}

/** @param {HTMLElement} list @param {Told} step */
function tell(list, { says, holds, within }) {
  const item = document.createElement("li"), [sign, word] = OUTCOMES[/** @type {"true" | "false" | "null"} */ (String(holds))];
  const outcome = Object.assign(document.createElement("span"), { className: "holds" });
  const seen = Object.assign(document.createElement("span"), { textContent: `${sign} ` });
  seen.setAttribute("aria-hidden", "true");
  outcome.append(seen, `${word}: `);
  item.className = String(holds) === "true" ? "" : String(holds) === "false" ? "fails" : "unchecked";
  if (!within) item.append(outcome);
  item.append(...written(says));
  if (within && list.lastElementChild) {
    const last = list.lastElementChild, inner = last.querySelector("ol") ?? document.createElement("ol");
    inner.append(item);
    last.append(inner);
  } else {
    list.append(item);
  }
}

/** Words, with what stands between marks as code. @param {string} text */
export const written = (text) =>
  text.split("\x01").map((part, at) => (at % 2 ? Object.assign(document.createElement("code"), { textContent: part }) : part));

/**
 * Run a check, from the first step to the verdict.
 * @param {HTMLElement} place @param {() => AsyncGenerator<Told, string>} steps give the verdict at their end
 */
export async function run(place, steps) {
  const [status, alert, list] = /** @type {HTMLElement[]} */ ([...place.children]);
  place.setAttribute("aria-busy", "true");
  status.textContent = "Checking …";
  alert.replaceChildren();
  list.replaceChildren();
  try {
    let verdict = "";
    const all = steps();
    const kept = (async function* () {
      let next = await all.next();
      while (!next.done) {
        yield next.value;
        next = await all.next();
      }
      verdict = next.value;
    })();
    const unchecked = await tellAll(list, kept);
    const more = unchecked ? ` ${unchecked} step${unchecked === 1 ? " was" : "s were"} not checked: see below why.` : "";
    status.replaceChildren(strong(unchecked ? "All that was checked holds." : "All of it holds."), " ", ...written(verdict + more));
  } catch (error) {
    status.replaceChildren();
    const known = error instanceof Failed || error instanceof Malformed;
    if (!(error instanceof Failed)) tell(list, { says: known ? error.message : "The check could not be finished.", holds: false });
    alert.replaceChildren(strong("It does not hold."), " ", ...written(known ? error.message : `Something went wrong in the browser: ${error}`));
  } finally {
    place.removeAttribute("aria-busy");
  }
}

/** @param {string} text */
const strong = (text) => Object.assign(document.createElement("strong"), { textContent: text });
