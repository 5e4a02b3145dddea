// @ts-check
// Names and tags of the form: each in a chip, completed from what is there. The field keeps one in a line, as it is sent.

/** @param {any} area */
export function chips(area) {
  const list = document.createElement("ul"), entry = document.createElement("input"), label = area.labels[0];
  list.className = "chosen-lines";
  entry.setAttribute("list", area.dataset.list);
  Object.assign(entry, { autocomplete: "off", dir: "auto", placeholder: area.placeholder.replace(/^One( name)? on each line/, "Type a name, then Enter") });
  entry.setAttribute("aria-label", label.textContent.trim());
  const lines = () => area.value.split("\n").map((/** @type {string} */ line) => line.trim()).filter(Boolean);
  const draw = () => {
    list.replaceChildren(...lines().map((/** @type {string} */ line, /** @type {number} */ number) => {
      const item = document.createElement("li"), button = document.createElement("button");
      button.type = "button";
      button.append(Object.assign(document.createElement("bdi"), { textContent: line }), " ×");
      button.setAttribute("aria-label", `Remove ${line}`);
      button.addEventListener("click", () => {
        put(lines().filter((/** @type {string} */ _, /** @type {number} */ other) => other !== number));
        entry.focus();
      });
      item.append(button);
      return item;
    }));
    list.hidden = !lines().length;
  };
  const put = (/** @type {string[]} */ values) => {
    area.value = values.join("\n");
    draw();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const take = () => {
    const line = entry.value.trim();
    if (!line) return;
    entry.value = "";
    if (!lines().includes(line)) put([...lines(), line]);
  };
  entry.addEventListener("input", (event) => event.stopPropagation());
  entry.addEventListener("change", take);
  entry.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey) {
      if (event.key === "Enter") take();
      else if (event.key === "Backspace" && !entry.value) put(lines().slice(0, -1));
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    take();
  });
  area.addEventListener("filled", draw);
  label.htmlFor = entry.id = `${area.id}-entry`;
  area.hidden = true;
  area.before(list, entry);
  draw();
}
