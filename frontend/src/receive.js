// The goods-in. A scan is put in a queue that the device keeps, with a key of its own, and sent in the order in which it came:
// when the network is away it stays there, and however often it is sent it is received once.
const KEPT = 40;
const AGAIN_MILLISECONDS = [1000, 3000, 8000, 15_000];
const TO_SEND = ["waiting", "undoing"];
const OPEN = [...TO_SEND, "asked"];

class Receiving {
  constructor(place) {
    this.place = place;
    this.words = JSON.parse(document.getElementById(place.dataset.words).textContent);
    this.form = place.querySelector("[data-scan-form]");
    this.list = place.querySelector("[data-scans]");
    this.store = `ownstock.scans.${place.dataset.who}`;
    this.order = place.dataset.order || "";
    this.scans = this.read();
    this.isSending = false;
    this.failures = 0;
    this.listen();
    this.show();
    this.send();
  }

  get box() {
    return this.form.elements.scan;
  }

  listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const { scan, count, damaged, received_on: day } = this.form.elements;
      const text = scan.value.trim();
      if (text) this.add({ scan: text, count: count.value, choice: damaged.checked ? "damaged" : "", day: day.value });
      scan.value = count.value = "";
      damaged.checked = false;
      scan.focus();
    });
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      const key = button?.closest("li").dataset.key;
      const one = this.scans.find((each) => each.key === key);
      if (!one) return;
      this.act(one, button.dataset.does, button.dataset.choice);
      this.box.focus();
    });
    this.place.querySelector("[data-any-order]").addEventListener("click", () => {
      this.choose("", this.words.noOrder);
      this.box.focus();
    });
    addEventListener("online", () => this.send());
    addEventListener("offline", () => this.show());
    // A scanner types wherever the focus is: it goes to the box unless something else takes what is typed.
    document.addEventListener("keydown", (event) => {
      const isTaken = event.target.closest("input, select, textarea, button, a, summary");
      if (!isTaken && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) this.box.focus();
    });
  }

  add(said) {
    this.scans.unshift({ key: uuid(), order: this.order, state: "waiting", ...said });
    this.keep();
    this.send();
  }

  /** What a button beside a scan does. */
  act(one, does, choice) {
    if (does === "remove") this.scans = this.scans.filter((each) => each !== one);
    if (does === "choose") Object.assign(one, { state: "waiting", choice, sentence: "" });
    if (does === "undo" || does === "broken") one.state = "undoing";
    if (does === "broken") {
      const again = { ...one, key: uuid(), choice: "damaged", state: "waiting", receipt: "" };
      this.scans.splice(this.scans.indexOf(one), 0, again);
    }
    this.keep();
    this.send();
  }

  async send() {
    if (this.isSending) return;
    this.isSending = true;
    clearTimeout(this.timer);
    try {
      // The oldest first: an order that was scanned holds for what was scanned after it.
      for (let one; (one = this.scans.findLast((each) => TO_SEND.includes(each.state))); ) {
        if (!(await this.post(one))) return;
        this.failures = 0;
        this.keep();
      }
      this.why = "";
    } finally {
      this.isSending = false;
      this.show();
    }
  }

  /** Send one; whether there was an answer. */
  async post(one) {
    const isBack = one.state === "undoing";
    const said = isBack
      ? { key: one.receipt }
      : { key: one.key, scan: one.scan, order: one.order, count: one.count, choice: one.choice, received_on: one.day };
    let answer;
    try {
      const got = await fetch(isBack ? this.place.dataset.back : this.place.dataset.receiving, {
        method: "POST",
        redirect: "manual",
        signal: AbortSignal.timeout(20_000),
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token() },
        body: JSON.stringify(said),
      });
      if (got.type === "opaqueredirect" || got.status === 401) return this.later(this.words.signIn);
      if (got.status >= 500 || got.status === 429 || got.status === 403) return this.later(this.words.failed);
      answer = await got.json();
    } catch {
      return this.later("");
    }
    if (isBack) taken(one, answer);
    else this.settle(one, answer);
    return true;
  }

  /** What the server made of a scan. */
  settle(one, answer) {
    if (!this.scans.includes(one)) {
      // It was removed while it was on its way: what it received is taken back.
      if (answer.key) this.scans.unshift({ ...one, state: "undoing", sentence: answer.sentence, receipt: answer.key });
      return;
    }
    const { sentence, order } = answer;
    if (answer.refused) Object.assign(one, { state: "refused", sentence: answer.refused });
    else if (answer.choices.length) Object.assign(one, { state: "asked", sentence, choices: answer.choices });
    else if (answer.key) Object.assign(one, { state: "received", sentence, receipt: answer.key, order });
    else {
      Object.assign(one, { state: "order", sentence });
      const after = this.scans.slice(0, this.scans.indexOf(one));
      after.filter((each) => each.state === "waiting").forEach((each) => (each.order = order));
      this.choose(order, sentence);
    }
    if (one.state === "received" && !this.order) this.choose(order, order);
  }

  later(why) {
    this.why = why;
    this.timer = setTimeout(() => this.send(), AGAIN_MILLISECONDS[Math.min(this.failures++, AGAIN_MILLISECONDS.length - 1)]);
    return false;
  }

  /** From now on what comes is of this order; empty: of any. */
  choose(number, sentence) {
    this.order = number;
    this.place.querySelector("[data-now]").textContent = sentence;
    this.place.querySelector("[data-any-order]").hidden = !number;
    const orders = this.place.dataset.orders;
    const byHand = number ? `${orders}/${encodeURIComponent(number)}/receive` : `${orders}?stage=acknowledged`;
    this.place.querySelector("[data-by-hand]").href = byHand;
  }

  read() {
    try {
      return JSON.parse(localStorage.getItem(this.store) ?? "[]");
    } catch {
      return [];
    }
  }

  keep() {
    this.scans = this.scans.filter((one, at) => at < KEPT || OPEN.includes(one.state));
    localStorage.setItem(this.store, JSON.stringify(this.scans));
    this.show();
  }

  show() {
    const { words } = this;
    const open = this.scans.filter((one) => TO_SEND.includes(one.state)).length;
    const told = this.place.querySelector("[data-unsent]");
    const isLate = open > 0 && (this.failures > 0 || !navigator.onLine);
    const sentence = open === 1 ? words.one : words.many.replace("{count}", open);
    told.hidden = !isLate;
    told.textContent = isLate ? [sentence, this.why].filter(Boolean).join(" ") : "";
    this.place.querySelector("[data-none]").hidden = this.scans.length > 0;
    this.list.replaceChildren(...this.scans.map((one) => this.row(one)));
  }

  row(one) {
    const { words } = this;
    const item = element("li", `scan-row ${one.state}`);
    item.dataset.key = one.key;
    const said = { received: words.sent, undone: words.undone, refused: words.refused, asked: words.asked, order: words.chosen };
    const [about, deeds] = [element("div", "about"), element("div", "deeds")];
    about.append(
      element("p", "what", one.sentence || [one.count, one.scan].filter(Boolean).join(" × ")),
      element("p", "where", [said[one.state] ?? words.waiting, one.state === "order" ? "" : one.order].filter(Boolean).join(" · ")),
    );
    if (one.state === "asked") one.choices.forEach((each) => deeds.append(button(each.sentence, "choose", each.word)));
    if (one.state === "received") {
      deeds.append(button(words.undo, "undo"));
      const isSound = !["damaged", "wrong"].includes(one.choice) && one.receipt.startsWith("scan:");
      if (isSound) deeds.append(button(words.broken, "broken"));
    } else if (one.state !== "undoing") {
      deeds.append(button(one.state === "asked" ? words.leave : words.remove, "remove"));
    }
    item.append(about, deeds);
    return item;
  }
}

function taken(one, answer) {
  if (answer.refused) Object.assign(one, { state: "received", sentence: answer.refused });
  else one.state = "undone";
}

function button(said, does, choice) {
  const made = element("button", "", said);
  made.type = "button";
  Object.assign(made.dataset, { does, ...(choice ? { choice } : {}) });
  return made;
}

function element(name, kind, said) {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  if (said !== undefined) made.textContent = said;
  return made;
}

function token() {
  return document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
}

/** A key of its own; where a page is served without TLS, a browser has no randomUUID. */
function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const place = document.querySelector("[data-receiving]");
if (place) new Receiving(place);
