// @ts-check
// The sums of a Merkle tree (RFC 6962), on the reader's machine. Owns hashing, and which hashes of a proof stand where.
// Must know nothing of files, pages or signatures. Sizes and places are BigInt: a log may hold more events than a number counts.

const encoder = new TextEncoder();

/** @param {...(Uint8Array | string)} parts */
export async function sha256(...parts) {
  const bytes = parts.map((part) => (typeof part === "string" ? encoder.encode(part) : part));
  const whole = new Uint8Array(bytes.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of bytes) {
    whole.set(one, at);
    at += one.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

/** @param {string} leaf */
export const leafHash = (leaf) => sha256(new Uint8Array([0]), leaf);

/** @param {Uint8Array} left @param {Uint8Array} right */
export const nodeHash = (left, right) => sha256(new Uint8Array([1]), left, right);

/** @param {Uint8Array} a @param {Uint8Array} b */
export const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);

/** @param {Uint8Array} bytes */
export const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Encode bytes of any length, in pieces, because a call has a limit of arguments. @param {Uint8Array} bytes */
export function base64(bytes) {
  const parts = [];
  for (let at = 0; at < bytes.length; at += 8192) parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  return btoa(parts.join(""));
}

/** The largest power of two below a size: where a tree is parted. @param {bigint} size */
function split(size) {
  let half = 1n;
  while (half * 2n < size) half *= 2n;
  return half;
}

/**
 * Which hashes lead from a leaf to the root, from the leaf up: the events that each covers, and on which side it stands.
 * @param {bigint} index @param {bigint} size
 * @returns {Step[]}
 */
export function path(index, size) {
  const steps = [];
  let start = 0n, end = size;
  while (end - start > 1n) {
    const middle = start + split(end - start);
    if (index < middle) {
      steps.push({ first: middle + 1n, last: end, side: /** @type {const} */ ("right") });
      end = middle;
    } else {
      steps.push({ first: start + 1n, last: middle, side: /** @type {const} */ ("left") });
      start = middle;
    }
  }
  return steps.reverse();
}

/**
 * Which hashes show that a tree only adds to an earlier one, from the bottom up. `seed`: the events of the subtree that both
 * have and from which both are worked out; `given`: its hash stands first in the proof, as it is not the earlier root.
 * @param {bigint} first @param {bigint} second
 * @returns {{ seed: { first: bigint, last: bigint }, given: boolean, steps: Step[] }}
 */
export function additions(first, second) {
  const steps = [];
  let start = 0n, end = second, given = false;
  while (first < end) {
    const middle = start + split(end - start);
    if (first <= middle) {
      steps.push({ first: middle + 1n, last: end, side: /** @type {const} */ ("right") });
      end = middle;
    } else {
      steps.push({ first: start + 1n, last: middle, side: /** @type {const} */ ("left") });
      start = middle;
      given = true;
    }
  }
  return { seed: { first: start + 1n, last: end }, given, steps: steps.reverse() };
}
