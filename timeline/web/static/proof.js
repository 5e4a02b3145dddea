// @ts-check
/**
 * On the pages of an event and of the checkpoints, checks the proofs on the reader's machine, in words.
 *
 * Owns the forms, what is fetched, and what a page shows that must be what was proved. Must send nothing that a reader types,
 * but the size of the log in a checkpoint of his.
 */
import { additionsOnly, code, event, number, signatures } from "./checks.js";
import { addition, keys, Malformed, note, pasted, proof } from "./notes.js";
import { same } from "./sums.js";
import { run } from "./steps.js";

const offline = "Download the file and check it with one of the commands on the event’s page.";

/** @param {string} address @param {string} what */
async function fetched(address, what) {
  const response = await fetch(address, { cache: "no-store" });
  if (!response.ok) {
    const text = response.headers.get("content-type")?.startsWith("text/plain") ? await response.text() : `it answers ${response.status}`;
    throw new Malformed(`The server does not give ${what}: ${text.trim()}`);
  }
  return new Uint8Array(await response.arrayBuffer());
}

/** @param {string} selector */
const text = (selector) => document.querySelector(selector)?.textContent ?? null;

/** The keys of whoever signed, as a page names them. @param {string} within */
const named = (within) => [...document.querySelectorAll(`${within} .vkey`)].map((one) => one.textContent).join("\n");

/** What was added, from a size on; up to another or now. @param {string} address @param {bigint} from @param {bigint} [to] */
async function added(address, from, to) {
  const bytes = await fetched(`${address}?from=${from}${to === undefined ? "" : `&to=${to}`}`, "the proof of what was added");
  return addition(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
}

/** @param {HTMLElement} place @param {FormData} typed @returns {AsyncGenerator<Told, string>} */
async function* ofEvent({ dataset }, typed) {
  const own = typedCheckpoint(typed), trusted = await typedKeys(typed), found = proof(await fetched(dataset.proof ?? "", "the proof"));
  const facts = [...document.querySelectorAll("[data-said]")].map((one) => [/** @type {HTMLElement} */ (one).dataset.said, one.textContent]);
  const { checkpoint } = shownNote("#checkpoint");
  yield* event(found, { position: BigInt(dataset.position ?? 0), facts: Object.fromEntries(facts), data: text("#data"), checkpoint });
  yield* signatures(found.note, trusted ?? (await keys(named(".checkpoint"))), trusted !== null || found.note.checkpoint.size === checkpoint.size);
  const said = `Event ${number(found.index + 1n)} stands in the log of ${number(found.note.checkpoint.size)} events${found.data === null ? "" : ", word for word"}.`;
  if (!own) return `${said} The root and the keys came from this site: compare them with ones that you have from elsewhere.`;
  yield* ofOwn(own, found.note.checkpoint, dataset.consistency ?? "");
  if (found.index < own.size) return `${said} It stood there already when your checkpoint was made, and the log has only been added to since.`;
  return `${said} It was added after your checkpoint of ${number(own.size)} events, and the log has only been added to since then.`;
}

/**
 * Check that a log only adds to a checkpoint that the reader kept: by way of the one on the page, up to now.
 * @param {Checkpoint} own @param {Checkpoint} shown @param {string} address @returns {AsyncGenerator<Told>}
 */
async function* ofOwn(own, shown, address) {
  const alike = own.origin === shown.origin;
  yield {
    says: alike ? `Your checkpoint has ${number(own.size)} events. Does the log only add to it?`
      : `Your checkpoint is of the log ${code(own.origin)}, this page of ${code(shown.origin)}: they are of different logs.`,
    holds: alike,
  };
  const now = await added(address, shown.size), end = now.note.checkpoint.size, enough = own.size <= end;
  if (!enough) {
    yield {
      says: `Your checkpoint has ${number(own.size)} events, and the log holds ${number(end)} now: events were dropped, or this is an older copy.`,
      holds: enough,
    };
  }
  yield* additionsOnly(shown, now);
  if (own.size <= shown.size) yield* additionsOnly(own, withLater(await added(address, own.size, shown.size), shown));
  else yield* additionsOnly(own, withLater(await added(address, own.size, end), now.note.checkpoint));
  if (own.size > shown.size) yield* additionsOnly(shown, withLater(await added(address, shown.size, own.size), own));
}

/** A proof that leads to a checkpoint that is known, whatever the server says that it leads to. @param {Addition} found @param {Checkpoint} checkpoint */
const withLater = (found, checkpoint) => ({ ...found, note: { ...found.note, checkpoint } });

/** @param {HTMLElement} place @returns {AsyncGenerator<Told, string>} */
async function* ofChosen({ dataset }) {
  const [before, after] = [shownNote("#from").checkpoint, shownNote("#to").checkpoint];
  const found = await added(dataset.consistency ?? "", before.size, after.size);
  yield* additionsOnly(before, withLater(found, after));
  yield {
    says: "The proof’s own checkpoint is the later one on this page.",
    holds: found.note.checkpoint.origin === after.origin && found.note.checkpoint.size === after.size && same(found.note.checkpoint.root, after.root),
  };
  yield* signatures(found.note, await keys(named("#to ~ *")), true);
  return `The log of ${number(after.size)} events only adds to what it was with ${number(before.size)}. Both roots came from this site: compare them with a checkpoint that you kept.`;
}

/** @param {HTMLElement} place @param {FormData} typed @returns {AsyncGenerator<Told, string>} */
async function* ofMine({ dataset }, typed) {
  const own = typedCheckpoint(typed), shown = shownNote("#now").checkpoint;
  if (!own) throw new Malformed("Paste the lines of a checkpoint first.");
  yield* ofOwn(own, shown, dataset.consistency ?? "");
  return `Today’s log only adds to your checkpoint of ${number(own.size)} events: none of those was changed, moved or dropped.`;
}

/** @param {string} selector */
const shownNote = (selector) => note(text(selector) ?? "", "The checkpoint on this page");

/** @param {FormData} typed */
function typedCheckpoint(typed) {
  const words = String(typed.get("checkpoint") ?? "");
  return words.trim() ? pasted(words).checkpoint : null;
}

/** @param {FormData} typed */
async function typedKeys(typed) {
  const words = String(typed.get("keys") ?? "");
  return words.trim() ? keys(words) : null;
}

/** @param {HTMLElement} place @param {HTMLTemplateElement} template @param {(place: HTMLElement, typed: FormData) => AsyncGenerator<Told, string>} check */
function offer(place, template, check) {
  place.append(template.content.cloneNode(true));
  const form = /** @type {HTMLFormElement} */ (place.querySelector("form")), outcome = /** @type {HTMLElement} */ (place.querySelector(".outcome"));
  if (!globalThis.isSecureContext || !globalThis.crypto?.subtle) {
    form.remove();
    /** @type {HTMLElement} */ (outcome.firstElementChild).textContent =
      `It cannot be checked here: browsers compute hashes only on pages that come over HTTPS. ${offline}`;
    return;
  }
  // Datasette folds every open box at a click outside of it: what was pasted would be out of sight when it is checked.
  form.addEventListener("click", (event) => event.stopPropagation());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!outcome.hasAttribute("aria-busy")) run(outcome, () => check(place, new FormData(form)));
  });
}

const checksOf = { check: ofEvent, between: ofChosen, mine: ofMine };
for (const template of /** @type {NodeListOf<HTMLTemplateElement>} */ (document.querySelectorAll("template.checking"))) {
  const place = /** @type {HTMLElement} */ (template.previousElementSibling);
  offer(place, template, checksOf[place.id]);
}
