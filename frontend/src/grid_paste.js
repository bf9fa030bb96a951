// A column, or several, pasted from a spreadsheet: from the active cell down, into cells that may be edited.

/** Hear of what is pasted into a grid. */
export function startPaste(grid) {
  grid.place.addEventListener("paste", (event) => {
    if (event.target.closest("input, textarea, select")) return;
    const cells = parsed(event.clipboardData.getData("text/plain"));
    const first = grid.table.getRanges?.()[0]?.getCells().flat()[0];
    if (!first || !cells.length) return;
    event.preventDefault();
    put(grid, first, cells);
  });
}

/** The cells of a text as spreadsheets copy it: lines, parted by tabs. */
export function parsed(words) {
  const lines = words.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n");
  return words === "" ? [] : lines.map((line) => line.split("\t").map((cell) => cell.trim()));
}

function put(grid, first, cells) {
  const fields = grid.table.getColumns(false).filter((column) => column.isVisible()).map((column) => column.getField());
  const left = fields.indexOf(first.getField());
  const open = new Set(grid.columns.filter((column) => column.editable).map((column) => column.field));
  const rows = grid.table.getRows("active");
  const top = rows.findIndex((row) => row.getIndex() === first.getRow().getIndex());
  const changes = [];
  cells.forEach((line, down) => line.forEach((value, along) => {
    const row = rows[top + down];
    const field = fields[left + along];
    if (!row || !open.has(field) || row.getData().is_locked === true) return;
    changes.push({ id: row.getIndex(), field, value, old: row.getData()[field] });
  }));
  const all = new Map();
  changes.forEach(({ id, field, value }) => all.set(id, { ...(all.get(id) ?? { id }), [field]: value }));
  grid.table.updateData([...all.values()]).then(() => grid.change(changes));
}
