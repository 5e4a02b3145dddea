// @ts-check
// The address: all of the page's state stands in it, so that it can be shared, and the browser goes back and forth.
// Owns its reading and writing. Must not know what any of it means.

/** What says how things are looked at, and not which. */
const LOOKS = ["view", "focus", "lanes", "scale", "embed"];
/** Another period is shown whole. */
const PERIOD = ["from", "to"];
/** Any other change begins the list again from its start. */
const PAGING = ["after", "before", "print"];

/** @returns {URLSearchParams} */
export const state = () => new URLSearchParams(location.search);

/** Give the address of another state: null takes a name away. @param {Record<string, string | null>} changes @returns {URL} */
export function changed(changes) {
  const url = new URL(location.href);
  const names = Object.keys(changes);
  if (!names.includes("view") && PERIOD.some((name) => name in changes && changes[name] !== url.searchParams.get(name))) url.searchParams.delete("view");
  if (names.some((name) => !LOOKS.includes(name))) for (const name of PAGING) url.searchParams.delete(name);
  for (const [name, value] of Object.entries(changes)) {
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
  }
  url.search = url.search.replaceAll("%2F", "/").replaceAll("%3A", ":");
  url.hash = "";
  return url;
}

/** Put a state into the address: as a step of its own that one can go back from, or in place of the present one. @param {URL} url @param {boolean} step */
export function go(url, step) {
  if (url.href === location.href) return;
  history[step ? "pushState" : "replaceState"](null, "", url);
}

/** Give the address of something the server answers for this state. @param {string} path @param {Record<string, string>} more */
export function asked(path, more) {
  const url = new URL(path, location.href);
  const now = state();
  for (const name of ["focus", "embed", "size", ...PAGING]) now.delete(name);
  for (const [name, value] of Object.entries(more)) now.set(name, value);
  url.search = now.toString();
  return url.href;
}
