// Filters on a phone: behind a button that says how many are set. What one opened stays open while parts of the page come anew.

/** Start the button of the filters, wherever it stands or comes later. */
export function startFilters() {
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-fold]")) return;
    document.body.classList.toggle("filters-shown");
    showFilters();
  });
  document.body.addEventListener("htmx:afterSettle", showFilters);
  showFilters();
}

function showFilters() {
  document.querySelectorAll("[data-fold]").forEach((button) => {
    button.setAttribute("aria-expanded", String(document.body.classList.contains("filters-shown")));
    const boxes = document.getElementById(button.getAttribute("aria-controls")).querySelectorAll("input:not([type=hidden]), select");
    const set = [...boxes].filter((box) => box.value !== "").length;
    button.querySelector("[data-set]").textContent = set.toLocaleString(document.documentElement.lang);
    button.querySelector(".badge").hidden = set === 0;
  });
}
