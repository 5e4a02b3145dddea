// Answers what the check of a proof fetches: the proof of an event is in the page, and what was added is computed from the hashes of
// all events. Owns that computation (RFC 6962, 2.1.4).

/** @type {Promise<any> | undefined} */
let loading;

/** @returns {Promise<{origin: string, hashes: Uint8Array, notes: Record<string, string>, now: string}>} */
const leaves = (/** @type {string} */ file) => (loading ??= new Promise((resolve, reject) => {
  globalThis.timelineData = (/** @type {string} */ _, /** @type {any} */ value) => resolve({ ...value, hashes: Uint8Array.from(atob(value.hashes), (one) => one.charCodeAt(0)) });
  const script = Object.assign(document.createElement("script"), { src: file, onerror: reject });
  document.head.append(script);
}));

/** The root over some leaves, from one to before another. @param {Uint8Array} hashes @param {number} from @param {number} until @returns {Promise<Uint8Array>} */
async function rootOf(hashes, from, until) {
  if (until - from === 1) return hashes.slice(from * 32, until * 32);
  const middle = from + splitOf(until - from);
  const joined = new Uint8Array([1, ...(await rootOf(hashes, from, middle)), ...(await rootOf(hashes, middle, until))]);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", joined));
}

/** The largest power of two below a number. @param {number} many */
function splitOf(many) {
  let split = 1;
  while (split * 2 < many) split *= 2;
  return split;
}

/** @param {Uint8Array} hashes @param {number} old @param {number} from @param {number} until @param {boolean} isWhole @returns {Promise<Uint8Array[]>} */
async function growth(hashes, old, from, until, isWhole) {
  const many = until - from;
  if (old === many) return isWhole ? [] : [await rootOf(hashes, from, until)];
  const split = splitOf(many);
  if (old <= split) return [...(await growth(hashes, old, from, from + split, isWhole)), await rootOf(hashes, from + split, until)];
  return [...(await growth(hashes, old - split, from + split, until, false)), await rootOf(hashes, from, from + split)];
}

/** @param {Uint8Array} bytes */
const base64 = (bytes) => btoa(String.fromCharCode(...bytes));

/** @param {string} file @param {number} from @param {number | null} to */
async function consistency(file, from, to) {
  const { origin, hashes, notes, now } = await leaves(file), end = hashes.length / 32, size = to ?? end;
  if (size > end || from > size) throw new RangeError(`the log holds ${end} events`);
  const proof = from ? await growth(hashes, from, 0, size, true) : [];
  const note = (size === end ? now : notes[size]) ?? `${origin}\n${size}\n${base64(await rootOf(hashes, 0, size))}\n`;
  return `old ${from}\n${proof.map((hash) => `${base64(hash)}\n`).join("")}\n${note}`;
}

/** @param {string} address */
async function answer(address) {
  const url = new URL(address, location.href), plain = { get: () => "text/plain" };
  const reply = (/** @type {string} */ text, ok = true) => ({ ok, status: ok ? 200 : 404, headers: plain, text: async () => text, arrayBuffer: async () => new TextEncoder().encode(text).buffer });
  if (!url.pathname.endsWith("/leaves.js")) return reply(document.getElementById("proof-file")?.textContent ?? "");
  const { searchParams } = url, to = searchParams.get("to");
  try {
    return reply(await consistency(url.href.split("?")[0], Number(searchParams.get("from")), to === null ? null : Number(to)));
  } catch (error) {
    return reply(error instanceof Error ? error.message : "the hashes of the log cannot be loaded", false);
  }
}
