// The boxes at the left of a grid: which rows are chosen, kept while one turns pages, sorts and filters.

/** What is ticked in a grid; `data-ticks="name"` names the hidden fields that a form around it sends. */
export class Ticks {
  constructor(grid) {
    this.grid = grid;
    this.ids = new Set();
    this.allOnceLoaded = null;
  }

  /** The column, as Tabulator takes it. */
  column() {
    return {
      title: "", width: 48, minWidth: 48, headerSort: false, resizable: false, cssClass: "tick",
      titleFormatter: () => this.box(this.grid.words.tick_all, (is) => this.all(is)),
      formatter: (cell) => {
        const id = cell.getRow().getIndex();
        const box = this.box(`${this.grid.words.tick ?? ""} ${this.named(cell.getData()) ?? id}`.trim(), (is) => this.put(id, is));
        box.checked = this.ids.has(id);
        return box;
      },
    };
  }

  box(label, changed) {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.setAttribute("aria-label", label ?? "");
    box.addEventListener("change", () => changed(box.checked));
    return box;
  }

  /** What a row is called: by its code and its site, as its columns show them. */
  named(row) {
    const code = (this.grid.columns.find((one) => one.kind === "code") ?? this.grid.columns[0])?.field;
    return [row[code], code === "sku" ? row.site : null].filter(Boolean).join(" ") || null;
  }

  all(is) {
    // Checked while the rows are still on their way, it counts for them once they are there.
    if (this.grid.place.hasAttribute("aria-busy")) return void (this.allOnceLoaded = is);
    this.grid.table.getRows("active").forEach((row) => this.ids[is ? "add" : "delete"](row.getIndex()));
    this.grid.table.getRows("visible").forEach((row) => row.reformat());
    this.show();
  }

  put(id, is) {
    this.ids[is ? "add" : "delete"](id);
    this.show();
  }

  /** Tell the page, and fill the hidden fields. */
  show() {
    const { place } = this.grid;
    if (this.allOnceLoaded !== null && !place.hasAttribute("aria-busy")) {
      const is = this.allOnceLoaded;
      this.allOnceLoaded = null;
      return this.all(is);
    }
    const name = place.dataset.ticks;
    const form = name && place.closest("form");
    if (form) {
      form.querySelectorAll(`input[type=hidden][data-tick]`).forEach((field) => field.remove());
      for (const id of this.ids) {
        const field = Object.assign(document.createElement("input"), { type: "hidden", name, value: id });
        field.dataset.tick = "";
        form.append(field);
      }
    }
    place.dispatchEvent(new CustomEvent("grid:ticked", { bubbles: true, detail: { ids: [...this.ids] } }));
  }
}
