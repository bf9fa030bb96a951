// The worklist from the keyboard: j and k go down and up, o opens, a takes on, s puts off. Buttons that put off ask in a dialog.
const isWritten = (place) => place.closest("input, select, textarea, [contenteditable], dialog");
const KEYS = { j: () => step(1), k: () => step(-1), o: () => here()?.querySelector(".todo-sentence").click(), a: () => press("[data-take]"), s: () => press("[data-puts-off]") };
let isStarted = false;

/** Hear keys and questions of the list, once a page: the list itself changes while it is open. */
export function startWorklist() {
  if (isStarted) return;
  isStarted = true;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isWritten(event.target)) return;
    const deed = KEYS[event.key];
    if (!deed) return;
    event.preventDefault();
    deed();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-puts-off]");
    const dialog = document.getElementById("put-off");
    if (!button || !(dialog instanceof HTMLDialogElement)) return;
    event.preventDefault();
    dialog.querySelector("[data-put-off]").action = button.dataset.putsOff;
    dialog.querySelector("[data-put-off-sentence]").textContent = button.closest(".todo").querySelector(".todo-sentence").textContent;
    dialog.showModal();
    dialog.querySelector("[name=reason]").focus();
  });
}

const rows = () => [...document.querySelectorAll(".worklist .todo")];
const here = () => document.activeElement?.closest(".todo") ?? null;
const press = (what) => here()?.querySelector(what)?.click();

function step(by) {
  const all = rows();
  const at = all.indexOf(here());
  const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
  const link = all[next]?.querySelector(".todo-sentence");
  link?.focus();
  link?.closest(".todo").scrollIntoView({ block: "nearest" });
}
