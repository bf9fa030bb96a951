// The grid of proposals: a quantity is judged at once, set with a reason, and never over what somebody set meanwhile.
import { send } from "./grid_columns.js";
import { tell } from "./told.js";
import "./styles/proposals.css";

const SHOW_MILLISECONDS = 150;
const REMEMBERED = "ownstock.edit-reason";

class Proposals {
  constructor(place) {
    this.place = place;
    this.form = place.closest("form");
    this.panel = document.getElementById("panel");
    this.summary = document.getElementById("ticked");
    this.address = place.dataset.proposals;
    this.open = new Set();
    this.done = [];
    this.isBehind = false;
    place.addEventListener("grid:edited", (event) => {
      event.preventDefault();
      this.edited(event.detail.changes);
    });
    place.addEventListener("grid:ticked", () => this.ticked());
    place.addEventListener("grid:answered", (event) => {
      this.saw(event.detail.seen);
      this.keepAddress();
    });
    place.addEventListener("keydown", (event) => this.key(event), true);
    this.form.elements.every?.addEventListener("change", () => this.ticked());
    document.body.addEventListener("proposals-filled", () => this.refresh());
    ["proposals", "planning_proposal_edit"].forEach((topic) => document.body.addEventListener(`live:${topic}`, () => this.refresh()));
    if (place.grid?.table.initialized) this.built();
    else place.addEventListener("grid:built", () => this.built());
  }

  /** What "all that fit the filter" means: what was there when the rows were read, and nothing that came since. */
  saw(seen) {
    const field = this.form.elements.seen ?? Object.assign(document.createElement("input"), { type: "hidden", name: "seen" });
    field.value = seen ?? "";
    this.form.append(field);
  }

  get table() {
    return this.place.grid.table;
  }

  /** What stood in for the grid goes; what was ticked there stays ticked. */
  built() {
    const plain = this.form.querySelector("div.without-script");
    const ticks = this.place.grid.ticks;
    plain?.querySelectorAll("input[name=proposal]:checked").forEach((box) => ticks?.ids.add(Number(box.value)));
    plain?.remove();
    this.form.querySelectorAll(".needs-script").forEach((part) => part.classList.add("ready"));
    this.table.on("rangeChanged", (range) => this.chosen(range.getRows()[0]));
    this.table.on("cellEditing", () => (this.isEditing = true));
    ["cellEdited", "cellEditCancelled"].forEach((what) => this.table.on(what, () => {
      this.isEditing = false;
      if (this.isBehind) this.refresh();
    }));
    this.fromAddress();
  }

  /** Filters and order that the address names, as it was saved. */
  fromAddress() {
    const asked = new URLSearchParams(location.search);
    for (const [name, value] of asked) {
      if (name.startsWith("filter.") && this.table.getColumn(name.slice(7))) this.table.setHeaderFilterValue(name.slice(7), value);
    }
    const sort = asked.get("sort");
    if (sort) this.table.setSort(sort.split(",").map((one) => ({ column: one.replace("-", ""), dir: one[0] === "-" ? "desc" : "asc" })));
    this.isReady = true;
    // Charts are there before the first quantity is typed.
    import("./chart.js");
    this.ticked();
  }

  get asked() {
    return document.querySelector("a[data-grid-file]")?.search.slice(1) ?? "";
  }

  keepAddress() {
    this.form.elements.fitting.value = this.asked;
    if (!this.isReady) return;
    const address = `${location.pathname}${this.asked ? `?${this.asked}` : ""}`;
    history.replaceState(history.state, "", address);
    if (this.form.elements.every?.checked) this.ticked();
  }

  chosen(row) {
    const data = row?.getData?.();
    if (data) this.showPanel(data);
  }

  /** Whoever runs through rows waits a moment; a quantity that was typed is shown at once. */
  showPanel(data, wait = SHOW_MILLISECONDS) {
    const asked = `/proposals/${data.id}/panel?quantity=${encodeURIComponent(data.quantity)}`;
    if (asked === this.shown && wait === 0) return;
    this.current = data.id;
    this.shown = asked;
    clearTimeout(this.waits);
    if (wait) this.waits = setTimeout(() => this.loadPanel(), wait);
    else this.loadPanel();
  }

  /** Not by htmx, which takes blocks of figures for scripts and leaves them out. */
  async loadPanel() {
    const asked = this.shown;
    const answer = await fetch(asked, { headers: { Accept: "text/html" } });
    const words = await answer.text();
    if (!answer.ok || asked !== this.shown) return;
    this.panel.innerHTML = words;
    (await import("./chart.js")).startCharts(this.panel);
    if (this.began) this.place.dataset.redrawnIn = Math.round(performance.now() - this.began);
    this.began = null;
  }

  ticked() {
    const { ids, every } = this.form.elements;
    const count = this.place.grid?.ticks?.ids.size ?? 0;
    ids.value = [...(this.place.grid?.ticks?.ids ?? [])].join(",");
    clearTimeout(this.sums);
    if (!count && !every?.checked) return void this.summary.replaceChildren();
    this.sums = setTimeout(() => this.summary.dispatchEvent(new CustomEvent("shown")), SHOW_MILLISECONDS);
  }

  key(event) {
    if (event.target.closest("input, select, textarea")) return;
    if (event.key === "?") document.getElementById("keys")?.showModal();
    else if (event.key === " ") this.tickChosen();
    else if (event.key === "z" && (event.ctrlKey || event.metaKey)) this.takeBack();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  tickChosen() {
    const ticks = this.place.grid.ticks;
    const row = this.table.getRanges()[0]?.getRows()[0];
    if (!ticks || !row) return;
    ticks.put(row.getIndex(), !ticks.ids.has(row.getIndex()));
    row.reformat();
  }

  /** Judge the quantities at once, then set them with a reason. */
  async edited(changes) {
    const meant = changes.filter((one) => one.field === "quantity" && String(one.value) !== String(one.old));
    if (!meant.length) return;
    meant.forEach((one) => this.open.add(one.id));
    const kept = this.kept();
    if (!kept) await this.judge(meant);
    const why = kept ?? (await this.askWhy(meant));
    if (why) await this.set(meant, why);
    else await this.back(meant);
    meant.forEach((one) => this.open.delete(one.id));
    if (this.isBehind) this.refresh();
    this.ticked();
  }

  asSent(changes) {
    return changes.map(({ id, value, version }) => ({ id, value, version: version ?? this.table.getRow(id)?.getData().version }));
  }

  async judge(changes) {
    const began = performance.now();
    this.began = began;
    // The band is drawn anew while the row is judged.
    this.showPanel({ id: changes[0].id, quantity: changes[0].value }, 0);
    const answer = await send(this.address, { changes: this.asSent(changes) }, this.place.grid.words.not_saved);
    if (answer.meanings?.length) await this.table.updateData(answer.meanings.map(({ faults, ...row }) => ({ ...row, edit_words: faults })));
    this.place.dataset.judgedIn = Math.round(performance.now() - began);
    this.notes = [...new Set([...(answer.meanings ?? []).map((one) => one.faults), ...(answer.refusals ?? []).map((one) => one.sentence), answer.sentence])].filter(Boolean);
    const [first] = answer.meanings ?? [];
    if (first) this.showPanel(first, 0);
  }

  kept() {
    return JSON.parse(sessionStorage.getItem(REMEMBERED) ?? "null");
  }

  askWhy() {
    const dialog = document.getElementById("edit-reason");
    const { elements } = dialog.querySelector("form");
    dialog.querySelector("[data-sentence]").textContent = (this.notes ?? []).slice(0, 3).join(" ");
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((settle) => {
      dialog.addEventListener("close", () => {
        if (dialog.returnValue !== "yes") return settle(null);
        const why = { reason_code: elements.reason_code.value, reason: elements.words.value };
        if (elements.remember.checked) sessionStorage.setItem(REMEMBERED, JSON.stringify(why));
        settle(why);
      }, { once: true });
    });
  }

  async set(changes, why, isUndo = false) {
    const began = performance.now();
    const answer = await send(this.address, { changes: this.asSent(changes), ...why }, this.place.grid.words.not_saved);
    if (!answer.rows) {
      tell(answer.sentence, "bad");
      return this.back(changes);
    }
    const refused = new Map((answer.refusals ?? []).map((one) => [one.id, one]));
    await this.back(changes.filter((one) => refused.has(one.id)));
    await this.table.updateData(answer.rows.filter((row) => this.table.getRow(row.id)));
    this.place.dataset.setIn = Math.round(performance.now() - began);
    const good = changes.filter((one) => !refused.has(one.id));
    if (!isUndo && good.length) this.done.push({ changes: good, why });
    const conflicts = [...refused.values()].filter((one) => one.is_conflict);
    [...refused.values()].filter((one) => !one.is_conflict).slice(0, 3).forEach((one) => tell(one.sentence, "bad"));
    if (changes.length > 1 && answer.changed) tell(`${answer.changed} ${this.place.dataset.done}`);
    const [first] = answer.rows;
    if (first) this.showPanel(first);
    for (const one of conflicts) await this.settle(one, changes.find((change) => change.id === one.id), why);
  }

  /** Somebody else set another quantity meanwhile: theirs, or mine over it. */
  settle(conflict, change, why) {
    const dialog = document.getElementById("conflict");
    dialog.querySelector("[data-sentence]").textContent = conflict.sentence;
    dialog.querySelector("[data-theirs]").textContent = conflict.theirs;
    dialog.querySelector("[data-mine]").textContent = conflict.mine;
    dialog.returnValue = "theirs";
    dialog.showModal();
    return new Promise((settled) => {
      dialog.addEventListener("close", async () => {
        if (dialog.returnValue === "mine") await this.set([{ ...change, version: conflict.version }], why);
        settled();
      }, { once: true });
    });
  }

  /** As it was before. */
  async back(changes) {
    if (!changes.length) return;
    await this.table.updateData(changes.filter((one) => this.table.getRow(one.id)).map((one) => ({ id: one.id, quantity: one.old })));
    await this.load(changes.map((one) => one.id));
  }

  async takeBack() {
    const last = this.done.pop();
    if (!last) return;
    const changes = last.changes.map(({ id, field, value, old }) => ({ id, field, value: old, old: value }));
    await this.set(changes, last.why, true);
    tell(this.place.dataset.undone);
  }

  /** The rows shown, anew; what somebody is just editing stays as they have it. */
  async refresh() {
    if (this.isEditing) return void (this.isBehind = true);
    this.isBehind = false;
    if (!(await this.load())) await this.place.grid.reload();
    if (this.current && !this.open.size) {
      const row = this.table.getRow(this.current);
      if (row) this.showPanel(row.getData());
    }
  }

  /** Bring rows up to date where they stand; false where others stand there by now. */
  async load(only = null) {
    const address = `${this.place.dataset.grid.split("?")[0]}?${this.asked}&page=${this.table.getPage()}&size=${this.table.getPageSize()}`;
    const answer = await (await fetch(address, { headers: { Accept: "application/json" } })).json();
    const here = this.table.getRows().map((row) => row.getIndex());
    const now = answer.rows.map((row) => row.id);
    const isSame = here.length === now.length && here.every((id, place) => id === now[place]);
    if (!isSame && !only && !this.open.size) return false;
    const rows = answer.rows.filter((row) => here.includes(row.id) && (only ? only.includes(row.id) : !this.open.has(row.id)));
    await this.table.updateData(rows);
    return true;
  }
}

document.querySelectorAll("[data-proposals]").forEach((place) => (place.proposals = new Proposals(place)));
