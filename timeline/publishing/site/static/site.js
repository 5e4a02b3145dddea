// Runs at once on every page of a site: shows the controls that need a script, and makes links of what needs one.
document.documentElement.classList.add("scripted");
addEventListener("DOMContentLoaded", () => {
  // On the page itself only the state changes, so that the page need not be loaded again.
  const isHere = document.getElementById("site") !== null;
  for (const one of document.querySelectorAll("a[data-scripted]")) {
    const address = one.dataset.scripted;
    one.setAttribute("href", isHere ? address.replace(/^index\.html/, "") : address);
  }
});
