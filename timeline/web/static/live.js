// @ts-check
// News of the log: says how much there is, moves nothing, and takes it in when asked to. Owns the one connection for it,
// which a hidden tab does not have: browsers open six to a host.

/** @param {any} root @param {any} find @param {(id: string) => any} by @param {import("./loader.js").Loader} loader */
export function live(root, find, by, loader) {
  /** What is new or has changed: the position of each stream, and whether it is new. @type {Map<string, [number, boolean]>} */
  const news = new Map();
  const button = Object.assign(document.createElement("button"), { type: "button", className: "news", hidden: true });
  const top = (one) => one?.getBoundingClientRect().top;
  const { arrived, form, said } = find;
  let position = root.dataset.live;
  let text, pause, source;
  form.append(button);

  const show = () => {
    pause = 0;
    const many = [...news.values()].filter((one) => one[1]).length;
    const rest = news.size - many;
    button.hidden = !news.size || location.search.includes("as_of=");
    button.textContent = [many && `${many} new happening${many > 1 ? "s" : ""}`, rest && `${rest} changed`].filter(Boolean).join(", ");
    // It is said once, and not again for each that joins.
    if (!button.hidden) text ??= said.textContent = button.textContent;
  };

  const listen = () => {
    source?.close();
    if (document.hidden) return;
    source = new EventSource(`${root.dataset.here}/live?after=${position}`);
    source.onmessage = ({ data }) => {
      const { stream, type, ...event } = JSON.parse(data);
      position = event.position;
      if (stream[0] === "h") news.set(stream, [position, type === "HappeningRecorded" || !!news.get(stream)?.[1]]);
      pause ||= setTimeout(show, 150);
    };
    source.onerror = () => source.readyState > 1 && setTimeout(listen, 6e4);
  };

  // Whatever the reader looks up brings what is new by then.
  find.arrived = (page) => {
    for (const [stream, [at]] of news) {
      if (at > page.getElementById("drawing").dataset.live) continue;
      loader.news.add(stream.slice(10));
      news.delete(stream);
    }
    arrived(page);
    for (const id of loader.news) by(`h-${id}`)?.querySelector("h3").append(" ", Object.assign(document.createElement("span"), { className: "mark small", textContent: "✦ new" }));
    text = null;
    show();
  };
  button.onclick = async () => {
    const first = [...document.querySelectorAll("#found .happening")].find((one) => top(one) > 0);
    const was = top(first);
    await find.load(new URL(location.href), false);
    by("found").focus({ preventScroll: true });
    // With the drawing out of sight, the list holds still.
    if (root.getBoundingClientRect().bottom < 0) scrollBy({ top: top(by(first?.id)) - was || 0, behavior: "instant" });
  };
  document.addEventListener("visibilitychange", listen);
  listen();
}
