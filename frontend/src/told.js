// Words that pass: said to screen readers at once, gone after a while unless they tell of something bad.
const SECONDS = 8;

/** Tell a sentence at the edge of the page. `kind` is good, warn or bad. */
export function tell(sentence, kind = "good") {
  if (!sentence) return;
  const place = document.getElementById("toasts") ?? document.body;
  const words = document.createElement("p");
  words.className = `told toast ${kind}`;
  words.setAttribute("role", kind === "bad" ? "alert" : "status");
  words.textContent = sentence;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet";
  close.textContent = "×";
  close.setAttribute("aria-label", document.body.dataset.close ?? "Close");
  close.addEventListener("click", () => words.remove());
  words.append(close);
  place.append(words);
  if (kind !== "bad") setTimeout(() => words.remove(), SECONDS * 1000);
}
