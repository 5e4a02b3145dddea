// Stands in for the server: answers what the scripts of the page fetch, from the files of the site. Owns the addresses that are
// answered, and the page of a state in the place of the one that was loaded.

const PARTS = ["notes", "known", "chosen", "found", "facets"];

/** Answer a request. @param {Store} store @param {string} path of the address, its last part @param {URLSearchParams} parameters @returns {Promise<string>} */
async function answerTo(store, path, parameters) {
  const rows = await store.rows(), state = await readState(parameters, store);
  if (state.given.q) state.positions = await search(store, state.given.q);
  const drawn = new Drawn(store, matchesOf(store, rows, state), state);
  const position = store.site.end, json = async (/** @type {any} */ content) => JSON.stringify({ position, notes: state.notes, ...(await content) });
  if (path === "overview") return json(drawn.overview());
  if (path === "view") return json(drawn.view(parameters));
  if (path === "list") return json(drawn.list(parameters));
  if (path === "next") return json(drawn.next(parameters));
  const listing = new Listing(drawn);
  if (state.given.story) return listing.story();
  return listing.page();
}

/** What only says how the matches are looked at. */
const LOOKS = ["lanes", "scale", "view", "width", "parts", "step", "focus", "story", "after", "before", "size"];
const REMEMBERED = 6;

/** Find the matches of a state, or those that were found when it was last asked for. @param {Store} store @param {Rows} rows @param {State} state */
function matchesOf(store, rows, state) {
  const asked = JSON.stringify(Object.entries(state.given).filter(([name]) => !LOOKS.includes(name)).sort());
  const found = store.matches.get(asked) ?? new Matches(rows, state);
  store.matches.delete(asked);
  store.matches.set(asked, found);
  if (store.matches.size > REMEMBERED) store.matches.delete(store.matches.keys().next().value);
  return found;
}

/** Load a file of data as a script: from a disk, browsers load nothing else. @param {string} file @returns {Promise<any>} */
function loadScript(file) {
  const name = file.replace(/^data\/|(-[0-9a-f]{10})?\.js$/g, "");
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    arrivals.set(name, resolve);
    script.onload = () => script.remove();
    script.onerror = () => {
      script.remove();
      reject(new Error("a file of this site is missing, or you are offline"));
    };
    script.src = file;
    document.head.append(script);
  });
}

/** Who waits for which data. @type {Map<string, (value: any) => void>} */
const arrivals = new Map();

/** Show what the address asks for, and give what the scripts of the page fetch with. */
async function start() {
  globalThis.timelineData = (/** @type {string} */ name, /** @type {any} */ value) => arrivals.get(name)?.(value);
  const store = new Store(JSON.parse(document.getElementById("site")?.textContent ?? "{}"), loadScript);
  const fetch = async (/** @type {string | URL} */ url, /** @type {any} */ options) => {
    const { pathname, searchParams } = new URL(url, location.href);
    const text = await answerTo(store, /\/drawing\/([a-z]+)$/.exec(pathname)?.[1] ?? "", searchParams);
    options?.signal?.throwIfAborted();
    return { ok: true, status: 200, text: async () => text, json: async () => JSON.parse(text) };
  };
  const parameters = new URLSearchParams(location.search);
  for (const name of ["embed", "print"]) parameters.delete(name);
  if (new URLSearchParams(location.search).has("embed") && !document.body.classList.contains("embed")) {
    location.replace(`embed.html?${parameters}`);
    return new Promise(() => {});
  }
  if (location.protocol === "file:") document.getElementById("embed")?.remove();
  if (![...parameters].length) return { fetch, XMLHttpRequest: Unanswered };
  let page;
  try {
    page = new DOMParser().parseFromString(await answerTo(store, "", parameters), "text/html");
  } catch (error) {
    document.getElementById("notes")?.insertAdjacentHTML("afterbegin", `<p class="timeline-problem" role="alert">That could not be looked up (${escaped(error instanceof Error ? error.message : error)}). This is the whole timeline.</p>`);
    return { fetch, XMLHttpRequest: Unanswered };
  }
  if (parameters.has("story")) return tell(store, page);
  for (const id of [...PARTS, "drawing-data"]) {
    const fresh = page.getElementById(id);
    if (fresh) document.getElementById(id)?.replaceWith(document.adoptNode(fresh));
  }
  for (const field of document.querySelectorAll("#find [name], #f-lanes")) {
    if (parameters.has(field.getAttribute("name") ?? "")) /** @type {HTMLInputElement} */ (field).value = parameters.get(field.getAttribute("name") ?? "") ?? "";
  }
  return { fetch, XMLHttpRequest: Unanswered };
}

/** Show a story in place of the timeline. @param {Store} store @param {Document} page @returns {Promise<any>} never done: the timeline's own script has nothing to do */
function tell(store, page) {
  const { style, script } = store.site.story, main = document.getElementById("main");
  if (style) document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: style }));
  document.head.append(Object.assign(document.createElement("script"), { src: script }));
  document.body.classList.add("story");
  const title = page.querySelector("h1")?.textContent;
  if (title) document.title = `${title}: ${document.querySelector("h1")?.textContent ?? ""}`;
  main?.replaceChildren(...(page.querySelector("main")?.childNodes ?? []));
  return new Promise(() => {});
}

/** A printer does not wait, and nothing can be loaded at once: what is shown is printed. */
class Unanswered {
  responseText = "";
  open() {}
  send() {}
}
