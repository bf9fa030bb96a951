// The menu: on a phone a button shows it; `More` closes when one looks elsewhere.

/** Start the button and the groups of the menu. */
export function startNavigation() {
  const button = document.querySelector("[data-menu]");
  const menu = button && document.getElementById(button.getAttribute("aria-controls"));
  if (!menu) return;
  const show = (isShown) => {
    button.setAttribute("aria-expanded", String(isShown));
    menu.classList.toggle("shown", isShown);
  };
  button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
  const groups = menu.querySelectorAll("details");
  const close = (but) => groups.forEach((group) => group !== but && (group.open = false));
  document.addEventListener("click", (event) => close(event.target.closest(".navigation details")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = [...groups].find((group) => group.open && group.contains(document.activeElement));
    if (open) open.querySelector("summary").focus();
    else if (menu.contains(document.activeElement)) button.focus();
    close();
    show(false);
  });
}
