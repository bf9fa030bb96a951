// Grids: `<div data-grid="/address" data-columns-id="columns">` becomes a table of any length that is worked by keyboard.
import {
  AccessorModule, AjaxModule, ClipboardModule, EditModule, FilterModule, FormatModule, FrozenColumnsModule, InteractionModule,
  KeybindingsModule, PageModule, ResizeColumnsModule, ResizeTableModule, SelectRangeModule, SortModule, Tabulator,
} from "tabulator-tables";
import { PHONE, send, shownColumns } from "./grid_columns.js";
import { startPaste } from "./grid_paste.js";
import { Ticks } from "./grid_ticks.js";
import { tell } from "./told.js";
import "tabulator-tables/dist/css/tabulator_simple.min.css";
import "./styles/grid.css";

Tabulator.registerModule([
  AccessorModule, AjaxModule, ClipboardModule, EditModule, FilterModule, FormatModule, FrozenColumnsModule, InteractionModule,
  KeybindingsModule, PageModule, ResizeColumnsModule, ResizeTableModule, SelectRangeModule, SortModule,
]);

const ROWS_A_PAGE = 100;
// A grid holds rows and nothing else; the buttons that turn pages are its last.
const ROLES = {
  ".tabulator-header": "rowgroup",
  ".tabulator-header-contents": "presentation",
  ".tabulator-headers": "row",
  ".tabulator-tableholder": "rowgroup",
  ".tabulator-table": "presentation",
  ".tabulator-placeholder": "row",
  ".tabulator-placeholder-contents": "gridcell",
  ".tabulator-footer": "rowgroup",
  ".tabulator-footer-contents": "row",
  ".tabulator-paginator": "gridcell",
  ".tabulator-col-resize-handle, .tabulator-range-overlay": "presentation",
};
const json = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "null");

/** Make grids of what a part of the page holds. */
export function startGrids(root) {
  const places = [...(root.matches?.("[data-grid]") ? [root] : []), ...root.querySelectorAll("[data-grid]")];
  places.filter((place) => !place.grid).forEach((place) => (place.grid = new Grid(place)));
}

/** One grid; `element.grid` reaches it, `element.grid.table` the Tabulator inside. */
class Grid {
  constructor(place) {
    this.place = place;
    this.isRemote = place.dataset.mode !== "local";
    this.words = json(place.dataset.wordsId ?? "grid-words") ?? {};
    this.ticks = place.dataset.ticks === undefined ? null : new Ticks(this);
    const columns = json(place.dataset.columnsId) ?? [];
    this.columns = columns;
    const frame = document.createElement("div");
    place.append(frame);
    this.table = new Tabulator(frame, this.options());
    this.table.on("tableBuilt", () => this.built(frame));
    this.table.on("dataLoadError", () => this.failed());
    this.table.on("cellEdited", (cell) => this.change([this.changed(cell, cell.getOldValue())]));
    this.table.on("dataProcessed", () => this.loaded());
    this.table.on("renderComplete", () => this.label());
    PHONE.addEventListener("change", () => this.table.setColumns(this.shown()));
    startPaste(this);
  }

  shown() {
    return [...(this.ticks ? [this.ticks.column()] : []), ...shownColumns(this.columns, this.words)];
  }

  options() {
    const words = this.words;
    return {
      index: "id",
      maxHeight: this.place.dataset.height || "min(70vh, 46rem)",
      layout: "fitColumns",
      columns: this.shown(),
      columnDefaults: { minWidth: 80, headerSortTristate: true, resizable: "header" },
      placeholder: this.place.dataset.empty || words.empty || "",
      selectableRange: 1,
      selectableRangeColumns: false,
      selectableRangeRows: false,
      selectableRangeClearCells: false,
      // Whoever types a filter stays in its box when the rows have come.
      selectableRangeAutoFocus: false,
      editTriggerEvent: "dblclick",
      clipboard: "copy",
      clipboardCopyRowRange: "range",
      clipboardCopyConfig: { rowHeaders: false, columnHeaders: false },
      dataLoader: false,
      headerFilterLiveFilterDelay: 350,
      locale: "page",
      langs: { page: { pagination: this.pageWords() } },
      sortMode: this.isRemote ? "remote" : "local",
      filterMode: this.isRemote ? "remote" : "local",
      ...(this.isRemote ? this.remote() : this.local()),
    };
  }

  pageWords() {
    const { first, prev, next, last } = this.words;
    return { first, first_title: first, prev, prev_title: prev, next, next_title: next, last, last_title: last };
  }

  local() {
    const rows = this.place.dataset.rowsId;
    return rows ? { data: json(rows) } : {
      ajaxURL: this.place.dataset.grid,
      ajaxResponse: (_, __, answer) => this.counted(answer).rows,
    };
  }

  /** Pages, order and filters are asked of the server: ?page=2&size=100&sort=-usable&filter.sku=A. */
  remote() {
    return {
      ajaxURL: this.place.dataset.grid,
      ajaxURLGenerator: (address, _, { page, size, sort = [], filter = [] }) => {
        const url = new URL(address, location.href);
        url.searchParams.set("page", page);
        url.searchParams.set("size", size);
        if (sort.length) url.searchParams.set("sort", sort.map((one) => (one.dir === "desc" ? "-" : "") + one.field).join(","));
        filter.forEach((one) => one.value !== "" && url.searchParams.set(`filter.${one.field}`, one.value));
        this.nameFiles(url);
        return url.href;
      },
      ajaxResponse: (_, __, answer) => {
        this.counted(answer);
        return { data: answer.rows, last_page: answer.last_page, last_row: answer.count };
      },
      pagination: true,
      paginationMode: "remote",
      paginationSize: Number(this.place.dataset.rowsAPage) || ROWS_A_PAGE,
    };
  }

  /** What is saved as a file is what the grid shows, all pages of it. */
  nameFiles(url) {
    const asked = new URLSearchParams(url.search);
    ["page", "size"].forEach((name) => asked.delete(name));
    document.querySelectorAll("a[data-grid-file]").forEach((link) => (link.search = asked.toString()));
  }

  counted(answer) {
    const place = document.getElementById(this.place.dataset.countId ?? "");
    if (place && answer.count !== undefined) place.textContent = answer.count.toLocaleString(document.documentElement.lang);
    this.place.dispatchEvent(new CustomEvent("grid:answered", { bubbles: true, detail: answer }));
    return answer;
  }

  built(frame) {
    frame.setAttribute("aria-label", this.place.dataset.label ?? document.title);
    this.place.classList.add("ready");
    this.label();
    for (const topic of (this.place.dataset.reloads ?? "").split(" ").filter(Boolean)) {
      document.body.addEventListener(`live:${topic}`, () => this.reload());
    }
    this.place.dispatchEvent(new CustomEvent("grid:built", { bubbles: true }));
  }

  /** What Tabulator leaves unsaid to screen readers. */
  label() {
    const frame = this.place.querySelector(".tabulator");
    if (!frame) return;
    frame.querySelectorAll(".tabulator-header-filter input, .tabulator-header-filter select").forEach((box) => {
      const title = box.closest(".tabulator-col").querySelector(".tabulator-col-title")?.textContent ?? "";
      box.setAttribute("aria-label", `${this.words.filter ?? ""} ${title}`.trim());
    });
    frame.removeAttribute("aria-owns");
    Object.entries(ROLES).forEach(([what, role]) => {
      frame.querySelectorAll(what).forEach((part) => part.setAttribute("role", role));
    });
  }

  loaded() {
    this.place.removeAttribute("aria-busy");
    this.ticks?.show();
    this.label();
  }

  failed() {
    this.place.removeAttribute("aria-busy");
    tell(this.words.not_loaded, "bad");
  }

  changed(cell, old) {
    return { id: cell.getRow().getIndex(), field: cell.getField(), value: cell.getValue(), old };
  }

  /** Tell the page, and the server where `data-edit-address` names one; what it refuses stands as it was. */
  async change(changes) {
    const detail = { changes };
    if (!this.place.dispatchEvent(new CustomEvent("grid:edited", { bubbles: true, cancelable: true, detail }))) return;
    const address = this.place.dataset.editAddress;
    if (!address || !changes.length) return;
    const answer = await send(address, { changes: changes.map(({ old, ...change }) => change) }, this.words.not_saved);
    const refused = answer.rows === undefined ? changes : (answer.refusals ?? []);
    for (const { id, field } of refused) {
      const before = changes.find((one) => one.id === id && one.field === field);
      if (before) this.table.updateData([{ id, [field]: before.old }]);
    }
    if (answer.rows) await this.table.updateData(answer.rows);
    if (answer.sentence) tell(answer.sentence, "bad");
    (answer.refusals ?? []).slice(0, 3).forEach((refusal) => tell(refusal.sentence, "bad"));
    this.place.dispatchEvent(new CustomEvent("grid:saved", { bubbles: true, detail: answer }));
  }

  /** Ask the server anew, and stay where one is. */
  reload() {
    return this.isRemote ? this.table.setPage(this.table.getPage()) : this.table.replaceData();
  }
}
