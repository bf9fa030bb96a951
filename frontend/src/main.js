// What every page runs: htmx, questions before a deed, the menu, words that pass, keys; the rest comes where it is needed.
import htmx from "htmx.org";
import "idiomorph/htmx";
import { startDialogs } from "./dialogs.js";
import { startFilters } from "./filters.js";
import { startKeys } from "./keys.js";
import { startNavigation } from "./navigation.js";
import { tell } from "./told.js";

// The pages' policy allows no inline style and no code from text.
Object.assign(htmx.config, {
  includeIndicatorStyles: false,
  allowEval: false,
  allowScriptTags: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
});

/** Give life to what stands in a part of the page: once for each element, also for what comes later. */
async function start(root) {
  const has = (what) => root.matches?.(what) || root.querySelector?.(what);
  try {
    if (has("[data-grid]")) (await import("./grid.js")).startGrids(root);
    if (has("[data-chart]")) (await import("./chart.js")).startCharts(root);
    if (has("[data-worklist]")) (await import("./worklist.js")).startWorklist();
    if (has("[data-live], [hx-trigger*='live-'], [hx-trigger*='live:']")) (await import("./live.js")).startLive(root);
  } catch (fault) {
    tell(document.body.dataset.notLoaded ?? String(fault), "bad");
    throw fault;
  }
}

document.body.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
  if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
});
// A refusal is a page part like any other: it is shown where the answer would be.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const status = event.detail.xhr.status;
  if (status === 409 || status === 422 || status === 400) Object.assign(event.detail, { shouldSwap: true, isError: false });
});
document.body.addEventListener("htmx:sendError", () => tell(document.body.dataset.notReached ?? "", "bad"));
htmx.onLoad((part) => part !== document.body && start(part));

startDialogs();
startKeys();
startFilters();
startNavigation();
start(document);
