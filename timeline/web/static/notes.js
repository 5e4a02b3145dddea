// @ts-check
// The files in which proofs travel, read strictly: C2SP's signed notes, checkpoints, proofs, and public keys (vkeys).
// Owns their form: any deviation is refused. Must not judge whether anything in them is true.

import { base64, hex, same, sha256 } from "./sums.js";

const MARK = "\u2014 ";
const CONTROL = /[\x00-\x09\x0b-\x1f]/;
const NAME = /^[^\s+\p{C}\p{Z}]+$/u;
const PRINTABLE = /^(?:[^\p{C}\p{Z}]| )+$/u;
const COUNT = /^(?:0|[1-9][0-9]{0,17})$/;
const FORMAT = "c2sp.org/tlog-proof@v1";
const MOST = 64;
const FIELD = 2n ** 255n - 19n;

/** A file or typed text does not have its form. The message says why, and what to do. */
export class Malformed extends Error {}

/** @param {string} text @returns {Uint8Array | null} null if it is not the canonical base64 of its bytes */
function decoded(text) {
  try {
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    return base64(bytes) === text ? bytes : null;
  } catch {
    return null;
  }
}

/** @param {Uint8Array} bytes @returns {string | null} */
function utf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Whether a text can be written as UTF-8: it has no half of a surrogate pair. @param {string} text */
const wellFormed = (text) => utf8(new TextEncoder().encode(text)) === text;

/** @param {string} text @param {string} subject @returns {Note} */
export function note(text, subject) {
  const control = CONTROL.exec(text);
  if (control) throw new Malformed(`${subject} holds a control character${control[0] === "\r" ? ": its line ends were changed" : ""}.`);
  if (!text.endsWith("\n")) throw new Malformed(`${subject} does not end with a line end: it was cut short.`);
  const gap = text.lastIndexOf("\n\n");
  if (gap < 0) return { text, checkpoint: checkpoint(text, subject), signatures: [] };
  const signatures = text.slice(gap + 2).replace(/\n$/, "").split("\n").map((line) => {
    const space = line.lastIndexOf(" "), name = line.slice(MARK.length, space), material = decoded(line.slice(space + 1));
    if (!line.startsWith(MARK) || space < MARK.length || !NAME.test(name) || !material || material.length < 5) {
      throw new Malformed(`${subject} holds a line that is not a signature.`);
    }
    return { name, id: material.slice(0, 4), signature: material.slice(4) };
  });
  const body = text.slice(0, gap + 1);
  return { text: body, checkpoint: checkpoint(body, subject), signatures };
}

/** @param {string} text @param {string} subject @returns {Checkpoint} */
function checkpoint(text, subject) {
  const [origin, size, root, ...more] = text.replace(/\n$/, "").split("\n");
  if (root === undefined || [origin, size, root, ...more].some((line) => line === "")) {
    throw new Malformed(`${subject} does not have the three lines of a checkpoint: name, number of events, root.`);
  }
  const hash = decoded(root);
  if (!PRINTABLE.test(origin)) throw new Malformed(`${subject}: its first line, the log's name, cannot be printed.`);
  if (!COUNT.test(size)) throw new Malformed(`${subject}: its second line is not a number of events.`);
  if (size === "0") throw new Malformed(`${subject} covers no event, so it proves nothing. Give one of a log that held events.`);
  if (!hash || hash.length !== 32) throw new Malformed(`${subject}: its third line is not a root.`);
  return { origin, size: BigInt(size), root: hash };
}

/** Read a pasted checkpoint: its last line end may be missing, and other line ends changed. @param {string} typed */
export function pasted(typed) {
  return note(`${typed.replace(/\r\n?/g, "\n").trim()}\n`, "What you pasted");
}

/** @param {Uint8Array} bytes @returns {Proof} */
export function proof(bytes) {
  const text = utf8(bytes);
  if (text === null) throw new Malformed("The proof is not text.");
  if (text.startsWith(`${FORMAT}\r`)) throw new Malformed("The proof's line ends were changed.");
  if (!text.startsWith(`${FORMAT}\n`)) throw new Malformed(`The proof does not begin with “${FORMAT}”.`);
  const gap = text.indexOf("\n\n");
  if (gap < 0) throw new Malformed("The proof ends before its checkpoint: it was cut short.");
  const [, extra = "", place = "", ...hashes] = text.slice(0, gap).split("\n");
  const index = /^index (.*)$/.exec(place);
  if (!extra.startsWith("extra ")) throw new Malformed("The proof has no line with the event.");
  if (!index || !COUNT.test(index[1])) throw new Malformed("The proof does not say where its event stands.");
  return {
    size: bytes.length,
    index: BigInt(index[1]),
    hashes: hashList(hashes, "The proof"),
    note: note(text.slice(gap + 2), "The proof's checkpoint"),
    ...extraLine(decoded(extra.slice("extra ".length))),
  };
}

/** Read the answer of a log: `old` and a size, hashes, an empty line, a checkpoint. @param {string} text @returns {Addition} */
export function addition(text) {
  const gap = text.indexOf("\n\n"), [first = "", ...hashes] = text.slice(0, Math.max(gap, 0)).split("\n");
  const old = /^old (.*)$/.exec(first);
  if (gap < 0 || !old || !COUNT.test(old[1])) throw new Malformed("The proof of what was added is not in its form: it was cut short.");
  return { old: BigInt(old[1]), hashes: hashList(hashes, "The proof of what was added"), note: note(text.slice(gap + 2), "The later checkpoint") };
}

/** @param {string[]} lines @param {string} subject */
function hashList(lines, subject) {
  const hashes = lines.map(decoded);
  if (hashes.length > MOST) throw new Malformed(`${subject} holds more than ${MOST} hashes, and no tree has so many levels.`);
  if (hashes.some((one) => one?.length !== 32)) throw new Malformed(`${subject} holds a line that is not a hash.`);
  return /** @type {Uint8Array[]} */ (hashes);
}

/**
 * Read the extra line: an event in canonical JSON and nothing else, so that all readers understand the same.
 * @param {Uint8Array | null} bytes @returns {{ leaf: string, event: Leaf, data: string | null, salt: Uint8Array | null }}
 */
function extraLine(bytes) {
  const text = bytes && utf8(bytes), { data, leaf, salt } = object(text ?? ""), event = read(leaf);
  if (!event || JSON.stringify({ data, leaf, salt }) !== text) throw new Malformed("The proof does not hold an event in its form.");
  if (data === null && salt === null) return { leaf, event, data, salt };
  if (typeof data !== "string" || !data || !wellFormed(data) || typeof salt !== "string" || !/^[0-9a-f]{32}$/.test(salt)) {
    throw new Malformed("The proof does not hold the words of an event in their form.");
  }
  return { leaf, event, data, salt: Uint8Array.from(salt.match(/../g) ?? [], (pair) => parseInt(pair, 16)) };
}

/** @param {string} text @returns {Record<string, any>} empty if it is not a JSON object */
function object(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Read a leaf; null if it differs in any way from how the log writes one. @param {unknown} text @returns {Leaf | null} */
function read(text) {
  if (typeof text !== "string" || !wellFormed(text)) return null;
  const { data_hash, position, recorded_at, recorded_by, stream, type, version } = object(text);
  const event = { data_hash, position, recorded_at, recorded_by, stream, type, version };
  const fits = JSON.stringify(event) === text && /^[0-9a-f]{64}$/.test(data_hash) &&
    [data_hash, recorded_at, recorded_by, stream, type].every((one) => typeof one === "string") &&
    [position, version].every((one) => Number.isSafeInteger(one) && one > 0);
  return fits ? event : null;
}

/** Read public keys, one on each line. @param {string} text @returns {Promise<Key[]>} */
export function keys(text) {
  return Promise.all(text.split(/\r\n?|\n/).map((line) => line.trim()).filter(Boolean).map(key));
}

/** @param {string} vkey @returns {Promise<Key>} */
async function key(vkey) {
  const [name, id, ...rest] = vkey.split("+"), material = decoded(rest.join("+"));
  if (!NAME.test(name) || !material) throw new Malformed(`“${vkey.slice(0, 60)}” is not a public key, written as name+id+base64.`);
  const type = material[0], bytes = material.slice(1);
  if ((type !== 1 && type !== 4) || bytes.length !== 32) throw new Malformed(`The public key ${name} is not Ed25519, of type 1 or 4.`);
  if (weak(bytes)) throw new Malformed(`The public key ${name} proves nothing: anyone can sign under it.`);
  const expected = (await sha256(`${name}\n`, material)).slice(0, 4);
  if (hex(expected) !== id) {
    throw new Malformed(`The public key ${name} does not have the ID ${id}: it was altered.`);
  }
  return { name, id: expected, type, bytes };
}

/** Whether a point has small order or is not canonical: the y of the eight points of small order makes the product zero. @param {Uint8Array} bytes */
function weak(bytes) {
  const y = BigInt(`0x${hex(new Uint8Array(bytes).reverse())}`) & (2n ** 255n - 1n);
  return y >= FIELD || (y * (y ** 2n - 1n) * (121665n * y ** 4n - 243332n * y ** 2n + 121666n)) % FIELD === 0n;
}

/** @param {Key} one @param {Signature} signature */
export const signedBy = (one, signature) => one.name === signature.name && same(one.id, signature.id);
