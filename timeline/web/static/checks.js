// @ts-check
// The checks, step by step, told in words: that an event is in a log, that a log only adds to an earlier one, who signed.
// Owns what is checked and in which order. Each check is a generator of steps; the first that does not hold ends it.
// Must not show anything, nor believe anything but what it is given.

import { signedBy } from "./notes.js";
import { additions, base64, hex, leafHash, nodeHash, path, same, sha256 } from "./sums.js";

/** @param {number | bigint} count */
export const number = (count) => count.toLocaleString("en");

/** A word of others' within a sentence: it stands between marks that no text has. @param {string | bigint | number} text */
export const code = (text) => `\x01${String(text).replaceAll("\x01", "")}\x01`;

/** @param {bigint} first @param {bigint} last */
const events = (first, last) => (first === last ? `event ${number(first)}` : `events ${number(first)} to ${number(last)}`);

/** @param {number | bigint} count */
const counted = (count) => `${number(count)} event${BigInt(count) === 1n ? "" : "s"}`;

/** Check an event's proof against what a page shows of it. @param {Proof} proof @param {Shown} shown @returns {AsyncGenerator<Told>} */
export async function* event(proof, shown) {
  const { data, salt, leaf, event: said, note: { checkpoint } } = proof;
  const position = BigInt(said.position);
  const here = position === shown.position && proof.index + 1n === position;
  yield {
    says: `The proof is a file of ${number(proof.size)} bytes, of event ${number(position)}` +
      (here ? "." : `, which is said to stand at ${number(proof.index + 1n)}. This page shows event ${number(shown.position)}.`),
    holds: here,
  };
  if (data === null || salt === null) {
    yield {
      says: "What the event said has been redacted, so its words cannot be checked. The hash of them stays, and its place can be.",
      holds: null,
    };
  } else {
    const found = hex(await sha256(salt, data)), holds = found === said.data_hash;
    yield {
      says: `The words of the event, ${number(new TextEncoder().encode(data).length)} bytes, hashed after their salt, ` +
        (holds ? `give ${code(found)}, the hash of its data.` : `give ${code(found)}. The hash of its data is ${code(said.data_hash)}: the words were altered.`),
      holds,
    };
  }
  const other = differing(proof, shown);
  yield {
    says: other.length ? `This page shows something else than the proof says, as its ${other.join(", ")}.`
      : `What this page shows is what the proof says, to the letter: ${data === null ? "" : "the words, "}the stream, version, type, time and author.`,
    holds: other.length === 0,
  };
  let hash = await leafHash(leaf);
  yield { says: `All of that but the words, with their hash, is the leaf of the tree. Hashed, it gives ${code(base64(hash))}.`, holds: true };
  const index = proof.index, inside = index < checkpoint.size, steps = inside ? path(index, checkpoint.size) : [];
  const fits = inside && steps.length === proof.hashes.length;
  yield {
    says: fits ? `${steps.length} hash${steps.length === 1 ? " leads" : "es lead"} from there to the root of ${counted(checkpoint.size)}:`
      : inside ? `The proof holds ${proof.hashes.length} hashes, and a tree of ${counted(checkpoint.size)} needs ${steps.length} from there.`
      : `The checkpoint holds ${counted(checkpoint.size)}, and event ${number(position)} is not among them.`,
    holds: fits,
  };
  for (const [at, { first, last, side }] of steps.entries()) {
    const with_ = proof.hashes[at];
    hash = side === "left" ? await nodeHash(with_, hash) : await nodeHash(hash, with_);
    yield { says: `together with the hash of ${events(first, last)}, on the ${side}, it gives ${code(base64(hash))}`, holds: true, within: true };
  }
  yield root("That", hash, checkpoint);
  yield* shownCheckpoint(checkpoint, shown);
}

/** @param {string} what @param {Uint8Array} hash @param {Checkpoint} checkpoint @returns {Told} */
function root(what, hash, checkpoint) {
  const holds = same(hash, checkpoint.root);
  return {
    says: holds ? `${what} is the root that the checkpoint of ${counted(checkpoint.size)} names: ${code(base64(hash))}.`
      : `${what} leads to ${code(base64(hash))}. The checkpoint of ${counted(checkpoint.size)} names another root: ${code(base64(checkpoint.root))}.`,
    holds,
  };
}

/** What a page shows otherwise than the proof says. @param {Proof} proof @param {Shown} shown */
function differing(proof, shown) {
  const names = { data_hash: "hash of data", recorded_at: "time", recorded_by: "author", stream: "stream", type: "type", version: "version" };
  const other = Object.entries(names)
    .filter(([field]) => String(proof.event[/** @type {keyof Leaf} */ (field)]) !== shown.facts[field])
    .map(([, name]) => name);
  return spelled(proof.data).includes(shown.data) ? other : ["words", ...other];
}

/** The ways in which a page may spell an event's words. @param {string | null} data @returns {(string | null)[]} */
function spelled(data) {
  if (data === null) return [null];
  try {
    return [JSON.stringify(JSON.parse(data), null, 2), data];
  } catch {
    return [data];
  }
}

/** @param {Checkpoint} checkpoint @param {Shown} shown @returns {Generator<Told>} */
function* shownCheckpoint(checkpoint, { checkpoint: seen }) {
  if (seen.origin !== checkpoint.origin || seen.size > checkpoint.size || (seen.size === checkpoint.size && !same(seen.root, checkpoint.root))) {
    yield { says: "The proof’s checkpoint is not the one that this page shows.", holds: false };
  } else if (seen.size < checkpoint.size) {
    yield { says: `The log has grown since this page was loaded, and the proof is of ${counted(checkpoint.size)}. Reload the page to see that checkpoint.`, holds: null };
  }
}

/** Check that a log only added to what it was. @param {Checkpoint} before @param {Addition} addition @returns {AsyncGenerator<Told>} */
export async function* additionsOnly(before, addition) {
  const after = addition.note.checkpoint;
  if (before.origin !== after.origin) {
    yield { says: `The earlier checkpoint is of the log ${code(before.origin)}, the later of ${code(after.origin)}: they are of different logs.`, holds: false };
    return;
  }
  if (before.size > after.size || addition.old !== before.size) {
    yield { says: `The later checkpoint has ${counted(after.size)}, the earlier ${number(before.size)}, and the proof begins at ${number(addition.old)}: they do not fit.`, holds: false };
    return;
  }
  if (before.size === 0n) {
    yield { says: "The earlier checkpoint covers no event, so it proves nothing: everything adds to that.", holds: false };
    return;
  }
  if (before.size === after.size) {
    yield root("The root of the earlier checkpoint", before.root, after);
    if (addition.hashes.length) yield { says: "Both are of one size, and yet hashes were given.", holds: false };
    return;
  }
  const { seed, given, steps } = additions(before.size, after.size), needed = steps.length + (given ? 1 : 0);
  const fits = addition.hashes.length === needed;
  yield {
    says: fits ? `From ${counted(before.size)} to ${number(after.size)}: ${needed} hash${needed === 1 ? "" : "es"} must lead to both roots.`
      : `The proof holds ${addition.hashes.length} hashes, and from ${counted(before.size)} to ${number(after.size)} it takes ${needed}.`,
    holds: fits,
  };
  let older = given ? addition.hashes[0] : before.root, newer = older;
  yield { says: `Both trees begin with the hash of ${events(seed.first, seed.last)}: ${code(base64(older))}`, holds: true, within: true };
  for (const [at, { first, last, side }] of steps.entries()) {
    const with_ = addition.hashes[at + (given ? 1 : 0)];
    if (side === "left") older = await nodeHash(with_, older);
    newer = side === "left" ? await nodeHash(with_, newer) : await nodeHash(newer, with_);
    yield {
      says: `together with the hash of ${events(first, last)}, on the ${side}` +
        (side === "left" ? ", which both have," : ", which was added later,") + ` it gives ${code(base64(newer))}`,
      holds: true,
      within: true,
    };
  }
  yield root("So, what both trees share", older, before);
  yield root("With what was added, it", newer, after);
}

/**
 * Check who signed a checkpoint. `expected`: by whom it must be signed, if by anyone. Where the browser cannot, it says so.
 * @param {Note} note @param {Key[]} keys @param {boolean} expected @returns {AsyncGenerator<Told>}
 */
export async function* signatures(note, keys, expected) {
  const missing = keys.filter((key) => !note.signatures.some((one) => signedBy(key, one)));
  if (expected && missing.length) {
    yield { says: `The checkpoint has no signature by ${missing.map(({ name }) => code(name)).join(", ")}.`, holds: false };
  }
  if (!note.signatures.length) {
    yield { says: "Nobody has signed the checkpoint. The root is worth as much as the place where you compare it.", holds: null };
  }
  for (const signature of note.signatures) {
    const key = keys.find((one) => signedBy(one, signature));
    yield key ? await signed(note, key, signature.signature)
      : { says: `There is a signature in the name of ${code(signature.name)}, but no public key to check it with.`, holds: null };
  }
}

/** @param {Note} note @param {Key} key @param {Uint8Array} content @returns {Promise<Told>} */
async function signed({ text, checkpoint }, key, content) {
  const by = code(key.name), id = code(hex(key.id));
  if (key.type === 1 && key.name !== checkpoint.origin) {
    return { says: `${by} signs as a log, but the checkpoint is of ${code(checkpoint.origin)}: it is not the log’s own signature.`, holds: false };
  }
  let message = text, signature = content, at = "";
  if (key.type === 4) {
    if (content.length !== 72) return { says: `The signature of ${by} is not of the length of a witness’s.`, holds: false };
    const seconds = new DataView(content.buffer, content.byteOffset).getBigUint64(0);
    [message, signature, at] = [`cosignature/v1\ntime ${seconds}\n${text}`, content.slice(8), moment(seconds)];
  }
  const holds = await verify(key.bytes, signature, message);
  if (holds === null) return { says: `The signature of ${by} could not be checked: this browser has no Ed25519. Check the file offline.`, holds };
  if (!holds) return { says: `The signature of ${by} does not hold: the checkpoint or the signature was altered.`, holds };
  return { says: `The signature of ${by} holds${at}, by the public key with the ID ${id}.`, holds };
}

/** @param {bigint} seconds since 1970 */
function moment(seconds) {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? "" : `, given on ${date.toLocaleString("en-GB", { dateStyle: "long", timeStyle: "medium", timeZone: "UTC" })} UTC`;
}

/** @param {Uint8Array} key @param {Uint8Array} signature @param {string} message @returns {Promise<boolean | null>} null where the browser cannot */
async function verify(key, signature, message) {
  let imported;
  try {
    imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotSupportedError") return null;
    return false;
  }
  return crypto.subtle.verify("Ed25519", imported, signature, new TextEncoder().encode(message));
}
