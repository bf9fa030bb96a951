// Live pages: one stream a page. What changed becomes a DOM event `live:<topic>` on the body, and what asks for it loads anew.
//
// <section data-live="purchase_order movement" hx-get="…" hx-trigger="live-purchase_order from:body" hx-swap="morph">
// A topic is a subject (`stock:7`), a kind of subject (`purchase_order` of `purchase_order:PO-1`) or a table. Of changes that are
// not told one by one, every topic hears. What comes within a moment counts as one. Pages do not ask all at once, or whoever opens
// another page would wait for them: each waits for as much longer as fell to it, less where it shows the very thing.
const WAIT_MILLISECONDS = 300;
const SPREAD_MILLISECONDS = { mine: 600, many: 1000 };
const AGAIN_MILLISECONDS = [3000, 10_000, 30_000];
const ADDRESS = "/live";

let stream = null;
let asked = "";
let failures = 0;
let pending = null;
const topics = new Set();

/** Hear of what a part of the page names in `data-live` (parted by spaces) or in its triggers. */
export function startLive(root) {
  const all = (what) => [...(root.matches?.(what) ? [root] : []), ...root.querySelectorAll(what)];
  all("[data-live]").forEach((part) => part.dataset.live.split(/[\s,]+/).forEach((topic) => topic && topics.add(topic)));
  all("[hx-trigger]").forEach((part) => {
    for (const [, topic] of part.getAttribute("hx-trigger").matchAll(/live[-:]([\w.:]+)/g)) topics.add(topic);
  });
  const wanted = [...topics].sort().join(",");
  if (wanted === asked) return;
  asked = wanted;
  open();
}

function open() {
  stream?.close();
  stream = new EventSource(`${ADDRESS}?topics=${encodeURIComponent(asked)}`);
  stream.addEventListener("open", () => {
    failures = 0;
    mark("live");
  });
  stream.addEventListener("changed", (event) => collect(JSON.parse(event.data)));
  // The session has ended, or this stream has lasted long enough: whoever is still signed in gets the next.
  stream.addEventListener("ended", () => later());
  stream.addEventListener("error", () => {
    mark("away");
    // A browser comes back by itself unless the answer was no.
    if (stream.readyState === EventSource.CLOSED) later();
  });
}

function later() {
  stream.close();
  mark("away");
  setTimeout(open, AGAIN_MILLISECONDS[Math.min(failures++, AGAIN_MILLISECONDS.length - 1)]);
}

function mark(state) {
  document.documentElement.dataset.stream = state;
}

function collect(told) {
  const first = pending === null;
  pending ??= { subjects: new Set(), tables: {}, isComplete: true };
  told.subjects.forEach((subject) => pending.subjects.add(subject));
  Object.assign(pending.tables, told.tables);
  pending.isComplete &&= told.is_complete;
  if (!first) return;
  const isMine = told.subjects.some((subject) => topics.has(subject));
  setTimeout(announce, WAIT_MILLISECONDS + Math.random() * SPREAD_MILLISECONDS[isMine ? "mine" : "many"]);
}

function announce() {
  const { subjects, tables, isComplete } = pending;
  pending = null;
  const kinds = new Set([...Object.keys(tables), ...[...subjects].map((subject) => subject.split(":")[0])]);
  for (const topic of topics) {
    // `stock` without a key is told of many, and concerns each.
    const isTold = kinds.has(topic) || subjects.has(topic) || subjects.has(topic.split(":")[0]);
    if (isComplete && !isTold) continue;
    const mine = [...subjects].filter((subject) => subject === topic || subject.startsWith(`${topic}:`));
    const detail = { topic, subjects: mine, tables, isComplete };
    for (const name of [`live:${topic}`, `live-${topic}`]) document.body.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

addEventListener("pagehide", () => stream?.close());
addEventListener("pageshow", (event) => event.persisted && asked && open());
