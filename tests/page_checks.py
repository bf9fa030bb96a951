"""What must hold of every page in a browser: no complaint, nobody else asked, nothing refused, nothing that axe finds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Page, Request, Response

AXE = Path(__file__).resolve().parents[1] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")
RUN = """async ([left_out, only]) => {
  const rules = Object.fromEntries(left_out.map((rule) => [rule, { enabled: false }]));
  const runOnly = only.length ? { runOnly: only } : {};
  const found = await axe.run(document, { resultTypes: ["violations"], rules, ...runOnly });
  const said = (node) => `${node.html.slice(0, 160)}: ${node.failureSummary}`;
  return found.violations.map((one) => [one.impact, one.id, one.nodes.slice(0, 3).map(said)]);
}"""


def is_of_the_stream(message: ConsoleMessage) -> bool:
    """Whether a page complains that a test's server has no stream: the WSGI one serves pages alone."""
    return "/live?" in message.location.get("url", "")


class Watch:
    """What a page said and asked for while somebody used it: `complaints`, `strangers` (others' addresses), `failures`.

    `expected` are the refusals (400 to 499) that the test brings about: they fail nothing.
    """

    def __init__(self, page: Page, address: str, *, expected: Sequence[int] = ()) -> None:
        self.address = address
        self.expected = expected
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        self.failures: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._see)
        page.on("response", self._answered)

    def _hear(self, message: ConsoleMessage) -> None:
        # What the policy refuses is an error of the console too.
        if message.type in ("error", "warning") and not is_of_the_stream(message) and not self._is_expected(message):
            self.complaints.append(message.text)

    def _is_expected(self, message: ConsoleMessage) -> bool:
        return any(f"the server responded with a status of {status}" in message.text for status in self.expected)

    def _see(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.strangers.append(request.url)

    def _answered(self, response: Response) -> None:
        is_of_stream = response.url.startswith(f"{self.address}/live?")
        if response.status >= 400 and response.status not in self.expected and not is_of_stream:
            self.failures.append(f"{response.status} {response.url}")

    def is_content(self) -> None:
        """Nothing was complained of, nobody else was asked, nothing failed."""
        found = self.complaints, self.strangers, self.failures
        assert found == ([], [], []), found

    def told(self) -> list[str]:
        """All of it in sentences; the next page begins anew."""
        told = [f"complains: {one}" for one in self.complaints]
        told += [f"asks a stranger: {one}" for one in self.strangers] + [f"got {one}" for one in self.failures]
        for said in (self.complaints, self.strangers, self.failures):
            said.clear()
        return told


def axe(page: Page, *, left_out: Sequence[str] = (), only: Sequence[str] = ()) -> list[tuple[str, str, list[str]]]:
    """The serious and critical issues that axe finds on a page: impact, rule, and the elements; of all rules or some."""
    if not page.evaluate("'axe' in window"):
        # Not the page's own script: its policy says nothing about what a test evaluates.
        page.evaluate(AXE.read_text(encoding="utf-8"))
    return [
        (impact, rule, nodes)
        for impact, rule, nodes in page.evaluate(RUN, [list(left_out), list(only)])
        if impact in SERIOUS
    ]


# A chart is drawn anew some frames after its window has changed.
FITS = """async () => {
    const root = document.documentElement, until = performance.now() + 2000
    while (root.scrollWidth > root.clientWidth && performance.now() < until) await new Promise(requestAnimationFrame)
    return root.scrollWidth <= root.clientWidth
}"""


def fits(page: Page) -> bool:
    """Whether the page is no wider than its window: nothing scrolls sideways but inside its own frame."""
    page.wait_for_load_state("domcontentloaded")
    return bool(page.evaluate(FITS))


def go_to(page: Page, label: str) -> None:
    """Follow a link of the menu, behind its button or under More where it stands there."""
    menu = page.get_by_role("button", name="Menu")
    if menu.is_visible() and menu.get_attribute("aria-expanded") == "false":
        menu.click()
    link = page.locator("#navigation").get_by_role("link", name=label, exact=True)
    if not link.is_visible():
        page.locator("#navigation summary").first.click()
    with page.expect_navigation():
        link.click()
