// Dialogs that the page holds ready, and the question before a deed that cannot be taken back.

/** `data-opens="id"` shows a dialog, `data-closes` closes the one around it, `data-confirm` asks first. */
export function startDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens)?.showModal();
    event.target.closest("[data-closes]")?.closest("dialog")?.close();
  });
  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
    if (!question || event.target.dataset.isConfirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(question, event.submitter?.textContent.trim()).then((isMeant) => {
      if (!isMeant) return;
      event.target.dataset.isConfirmed = "yes";
      event.target.requestSubmit(event.submitter);
      delete event.target.dataset.isConfirmed;
    });
  }, true);
  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask(event.detail.question).then((isMeant) => isMeant && event.detail.issueRequest(true));
  });
}

/** Ask in a dialog of the page's own; true where it is meant. */
export function ask(question, yes = "") {
  const dialog = document.getElementById("question");
  if (!dialog) return Promise.resolve(window.confirm(question));
  dialog.querySelector("p").textContent = question;
  const button = dialog.querySelector("button[value=yes]");
  button.textContent = yes || button.dataset.yes;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((settle) => {
    dialog.addEventListener("close", () => settle(dialog.returnValue === "yes"), { once: true });
  });
}
