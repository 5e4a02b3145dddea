// The search for words, in the index that the database made. Owns how what is typed is cut into words, as SQLite cuts it.

const SHORT = 2, SAYING_MORE = 0x2e80, MOST_WORDS = 20, MARKS_OF_LATIN = /^[\u0300-\u036f]+$/;

/** The words of a search. @param {string} text */
const wordsOf = (text) => text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).slice(0, MOST_WORDS);

/** Without diacritics of any script, and with ligatures spelt out. @param {string} text */
function folded(text) {
  const spelt = text.replace(/[\ufb00-\ufb06]/g, (one) => one.normalize("NFKC"));
  return spelt.normalize("NFD").replace(/[\p{Mn}\u0640]/gu, "");
}

/** As SQLite writes words: in small letters, without the diacritics of the Latin, Greek and Cyrillic scripts. @param {string} text @returns {string[]} */
function tokens(text) {
  const plain = [...text].map((one) => {
    const apart = one.normalize("NFD");
    return apart.length > 1 && MARKS_OF_LATIN.test(apart.slice(1)) ? apart[0] : one;
  });
  return plain.join("").toLowerCase().replace(/[\u0300-\u0331]/g, "").match(/[\p{L}\p{N}\p{Co}]+/gu) ?? [];
}

/** Whether the last word is too short to stand for longer ones. @param {string} word */
function isShort(word) {
  const tail = folded(word).match(/[\p{L}\p{N}]+/gu)?.pop();
  return tail !== undefined && [...tail].length <= SHORT && [...tail].every((one) => (one.codePointAt(0) ?? 0) < SAYING_MORE);
}

/** The last word of a search if it is searched as a whole. @param {string} text */
function shortWord(text) {
  const last = wordsOf(text).pop();
  return last && isShort(last) ? last : null;
}

/** The positions of the versions that have all words, also of those that were replaced. @param {Store} store @param {string} text @returns {Promise<Set<number>>} */
async function search(store, text) {
  const typed = wordsOf(text);
  /** @type {Set<number> | null} */
  let found = null;
  for (const [number, word] of typed.entries()) {
    const isLast = number === typed.length - 1 && !isShort(word), forms = [...new Set([word, folded(word)])];
    const each = await Promise.all(forms.map((form) => phrase(store, tokens(form), isLast)));
    const either = new Set(each.flatMap((one) => [...one]));
    found = found ? new Set([...found].filter((one) => either.has(one))) : either;
  }
  return found ?? new Set();
}

/** Where words follow each other: the positions of the versions. @param {Store} store @param {string[]} terms @param {boolean} open whether the last may go on */
async function phrase(store, terms, open) {
  /** @type {Map<number, Set<number>> | null} the places after which the next word has to be, by version */
  let places = null;
  for (const [number, term] of terms.entries()) {
    const here = await occurrences(store, term, open && number === terms.length - 1);
    if (!places) places = here;
    else {
      const next = new Map();
      for (const [position, at] of here) {
        const follows = [...at].filter((place) => places?.get(position)?.has(place - 1));
        if (follows.length) next.set(position, new Set(follows));
      }
      places = next;
    }
  }
  return new Set(places?.keys() ?? []);
}

/** The places of a word, or of all words that begin with it. @param {Store} store @param {string} term @param {boolean} open @returns {Promise<Map<number, Set<number>>>} */
async function occurrences(store, term, open) {
  const { words } = store.site, found = new Map();
  const compare = (/** @type {string} */ one, /** @type {string} */ other) => compareCodes(one, other);
  // The part in which the word is, or would be; and those after it that begin with it.
  let at = words.findLastIndex((/** @type {string[]} */ [first]) => compare(first, term) <= 0);
  for (at = Math.max(at, 0); at < words.length; at += 1) {
    const [first, file] = words[at];
    if (compare(first, term) > 0 && !(open && first.startsWith(term))) break;
    const part = await store.get(file);
    for (const word of open ? Object.keys(part).filter((one) => one.startsWith(term)) : Object.hasOwn(part, term) ? [term] : []) {
      let position = 0;
      for (const number of part[word]) {
        if (number < 0) position = -number;
        else found.get(position)?.add(number) ?? found.set(position, new Set([number]));
      }
    }
  }
  return found;
}

/** In the order of code points, as the index is. @param {string} one @param {string} other */
function compareCodes(one, other) {
  const [first, second] = [[...one], [...other]];
  for (let n = 0; n < Math.min(first.length, second.length); n += 1) {
    if (first[n] !== second[n]) return (first[n].codePointAt(0) ?? 0) - (second[n].codePointAt(0) ?? 0);
  }
  return first.length - second.length;
}
