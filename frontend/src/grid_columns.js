// Columns of a grid as a page names them: `{field, title, kind, href, editable, filter, width, choices}`.
//
// kind: text (usual), code, number, money, day, state, link. `href: "/item-sites/{id}"` makes a link of the cell.
// On a phone a grid shows the columns that say `phone`, their least width there; one that says it for none scrolls sideways.
const language = () => document.documentElement.lang || "en-GB";
/** Whether the window is a phone's; the styles say the same width. */
export const PHONE = matchMedia("(max-width: 44rem)");
const NOTHING = "–";
// As the filter `day` writes it: 10 Dec 2010, elsewhere in figures.
const dayParts = () => (language().startsWith("en") ? { day: "numeric", month: "short" } : { day: "2-digit", month: "2-digit" });

const written = {
  number: (value, column) => figure(value, column.decimals ?? 0, column.decimals ?? 4),
  money: (value, column) => figure(value, column.decimals ?? 2, column.decimals ?? 2),
  day: (value) => new Date(`${value}T00:00:00Z`).toLocaleDateString(language(), { ...dayParts(), year: "numeric", timeZone: "UTC" }),
  text: String,
};

function figure(value, least, most) {
  const options = { minimumFractionDigits: least, maximumFractionDigits: most };
  return Number(value).toLocaleString(language(), options).replace("-", "−");
}

/** What a cell shows of a value, as words. */
export function text(value, column) {
  return value === null || value === undefined || value === "" ? NOTHING : (written[column.kind] ?? written.text)(value, column);
}

/** The columns as Tabulator takes them. */
export function shownColumns(columns, words) {
  const isFew = PHONE.matches && columns.some((column) => column.phone);
  return columns.map((column) => ({
    field: column.field,
    title: column.title,
    width: isFew ? undefined : column.width,
    minWidth: isFew ? column.phone : column.min_width,
    widthGrow: column.grow,
    frozen: column.frozen,
    visible: isFew ? Boolean(column.phone) : (column.visible ?? true),
    headerSort: column.sort ?? true,
    hozAlign: column.kind === "number" || column.kind === "money" ? "right" : "left",
    headerHozAlign: column.kind === "number" || column.kind === "money" ? "right" : "left",
    headerFilter: column.filter ? (column.choices ? "list" : "input") : undefined,
    headerFilterParams: column.choices ? { values: column.choices, clearable: true } : { elementAttributes: { autocomplete: "off" } },
    headerFilterPlaceholder: words.filter ?? "",
    sorter: column.kind === "number" || column.kind === "money" ? "number" : "string",
    formatter: (cell) => content(cell, column),
    editor: column.editable ? (column.choices ? "list" : "input") : undefined,
    editable: column.editable ? (cell) => cell.getData().is_locked !== true : undefined,
    editorParams: column.choices ? { values: column.choices } : { selectContents: true },
    cssClass: column.editable ? "editable" : undefined,
  }));
}

function content(cell, column) {
  const shown = column.text ? cell.getData()[column.text] : text(cell.getValue(), column);
  if (column.kind === "state") return element("span", `state ${cell.getValue()}`, shown);
  if (!column.href) return element("span", column.kind === "code" ? "code" : "", shown);
  const link = element("a", column.kind === "code" ? "code" : "", shown);
  link.href = column.href.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(cell.getData()[name]));
  return link;
}

function element(name, kind, words) {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  made.textContent = words;
  return made;
}

/** Send something as JSON and give back the answer; of no answer, `{sentence}`. */
export async function send(address, body, otherwise) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token, Accept: "application/json" },
      body: JSON.stringify(body),
    });
    return await answer.json();
  } catch {
    return { sentence: otherwise };
  }
}
