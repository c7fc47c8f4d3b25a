"""Using a page without a mouse."""

from playwright.sync_api import Page


class Keys:
    """Somebody who has a keyboard and nothing else."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def choose(self, question: str, downs: int = 0) -> None:
        """The first choice below a question, or one further down."""
        self.tab_to(question, "radio")
        self.page.keyboard.press("Space")
        for _ in range(downs):
            self.page.keyboard.press("ArrowDown")

    def write(self, label: str, text: str) -> None:
        self.tab_to(label)
        self.page.keyboard.type(text)

    def tick(self, label: str) -> None:
        self.tab_to(label, "checkbox")
        self.page.keyboard.press("Space")

    def press(self, label: str) -> None:
        self.tab_to(label, "submit")
        self.page.keyboard.press("Enter")

    def go(self, label: str, type_: str = "submit") -> None:
        """Press that button, or follow that link (`type_=""`), and wait for where it leads."""
        self.tab_to(label, type_)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def tab_to(self, label: str, type_: str = "") -> None:
        """Press Tab until what has the focus is called that, itself or by its question."""
        for _ in range(60):
            self.page.keyboard.press("Tab")
            found = self.page.evaluate(
                """() => {
                    const at = document.activeElement;
                    if (!at || at === document.body) return {text: "", type: ""};
                    const labels = at.labels ? [...at.labels].map(each => each.innerText) : [];
                    const question = at.closest("fieldset")?.querySelector("legend")?.innerText;
                    const text = [at.innerText || "", ...labels, question || ""].join("\\n");
                    return {text, type: at.type || ""};
                }"""
            )
            if label in found["text"] and type_ in found["type"]:
                return
        raise AssertionError(f"Tab never reached “{label}”")
