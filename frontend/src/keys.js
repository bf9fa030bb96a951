// Keys: `?` shows them all, `/` goes to the search, `g` and the key of a link goes to its page.
const isWritten = (place) => place.closest("input, select, textarea, [contenteditable], .tabulator, dialog");

/** Hear keys wherever nobody writes. */
export function startKeys() {
  let isGoing = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isWritten(event.target)) return;
    const wasGoing = isGoing;
    isGoing = false;
    const deed = wasGoing ? going(event.key) : plain(event.key);
    if (deed) {
      event.preventDefault();
      deed();
    } else isGoing = !wasGoing && event.key === "g";
  });
}

function plain(key) {
  if (key === "?") return () => document.getElementById("keys")?.showModal();
  const search = key === "/" && document.querySelector("input[type=search]");
  return search ? () => search.focus() : null;
}

function going(key) {
  const link = document.querySelector(`.navigation a[data-key="${CSS.escape(key)}"]`);
  return link ? () => link.click() : null;
}
