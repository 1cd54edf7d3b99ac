"""`pyex export --to html`: a page that can be read by everybody, and that obeys nothing a stranger wrote."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import product

import pytest

from pyex.repl.export.colouring import failure, output_pieces
from pyex.repl.export.html_page import html_page
from pyex.repl.export.palette import BACKGROUNDS, DARK, LIGHT
from pyex.repl.transcript.document import parse

VOID = {"meta", "br", "hr", "link", "img", "input"}


class Page(HTMLParser):
    """The elements of a page, and the text within each; complains about one that is not closed."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.elements: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(html_page(parse(markdown)))
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append((tag, dict(attrs), []))
        else:
            self.elements.append((tag, dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        for _, _, texts in self.open:
            texts.append(data)

    def handle_endtag(self, tag: str) -> None:
        opened, attributes, texts = self.open.pop()
        assert opened == tag
        self.elements.append((tag, attributes, "".join(texts)))

    def texts(self, tag: str, kind: str | None = None) -> list[str]:
        return [
            text
            for each, attributes, text in self.elements
            if each == tag and (kind is None or kind in (attributes.get("class") or "").split())
        ]

    def text(self) -> str:
        return self.texts("main")[0]


def fence(*lines: str, words: str = "pyex") -> str:
    return "\n".join([f"```{words}", *lines, "```", ""])


# Sessions


def test_inputs_are_apart_from_prompts_and_outputs() -> None:
    """What the copy button takes are the inputs as they are to be typed; prompts cannot be selected."""
    page = Page(fence("pyex(1)> def f():", "...(1)>     return 1", "...(1)> ", "pyex(2)> f()", "1", "pyex(3)>"))
    assert page.texts("span", "input") == ["def f():", "    return 1", "", "f()"]
    assert page.texts("span", "prompt") == ["pyex(1)> ", "...(1)> ", "...(1)> ", "pyex(2)> ", "pyex(3)> "]
    assert page.texts("span", "output") == ["1"]
    assert re.search(r"\.prompt \{[^}]*user-select: none", html_page(parse("")))


def test_a_session_reads_as_it_is_written() -> None:
    """The text of a session on the page is that of the file, character by character."""
    lines = ["pyex(1)> print('<&>\"')", '<&>"', "  indented", "", "pyex(2)> 1", "1"]
    assert Page(fence(*lines)).texts("pre") == ["\n".join(lines)]


def test_a_button_is_there_for_each_session_and_says_which() -> None:
    """Each session has a button that a screen reader can tell from the next; without scripts there is none to see."""
    page = Page(fence("pyex(1)> 1", "1") + "\n" + fence("pyex(2)> 2", "2"))
    buttons = [attributes for tag, attributes, _ in page.elements if tag == "button"]
    assert [each["aria-label"] for each in buttons] == ["Copy the inputs of session 1", "Copy the inputs of session 2"]
    assert all("hidden" in each and each["type"] == "button" for each in buttons)


def test_answers_and_hints_are_folded() -> None:
    """A lesson's answer and its hints are there to be opened."""
    page = Page("<!-- pyex: hint Try *it* -->\n\n" + fence("pyex(1)> 6 * 7", "42", words="pyex answer"))
    assert page.texts("summary") == ["Hint", "Answer"]
    hint, answer = page.texts("details")
    assert "Try it" in hint and "6 * 7" in answer


def test_what_is_not_for_readers_is_left_out() -> None:
    """Notes, set-ups, directives and comments are not on the page; a directive that is quoted as code is."""
    text = "<!-- pyex: note secret -->\n<!-- pyex: set-up hidden = 1 -->\n<!-- aside -->\n"
    text += "\nWrite `<!-- pyex: skip -->`.\n"
    page = html_page(parse(text))
    assert not [word for word in ("secret", "hidden = 1", "aside") if word in page]
    assert Page(text).text().strip() == "Write <!-- pyex: skip -->."


# Values and errors


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("'counter'", ["green"]),
        ("(:EXIT, #PID<0.118.0>, :killed)", ["cyan", "bright", "cyan"]),
        ("{'active': 1, 'ok': None}", ["green", "magenta", "green", "magenta italic"]),
        ("[(Till, #PID<0.160.0>, :worker, [Till])]", ["bright", "cyan"]),
        ("** (NameError) name 'x' is not defined", ["red"]),
        ("12:00:00.000 [error] Process crashed", ["red"]),
        ("12:00:00.000 [debug] looked", ["cyan"]),
        ("Hello, world", []),
        ("New state is 1", []),
        ("State: 2", []),
        ("  share = 0.25", []),
        ("Data type", []),
        ("#PID<0.159.0>  Supervisor, one_for_one", []),
    ],
)
def test_outputs_have_the_shell_s_colours_where_their_text_tells(line: str, kinds: list[str]) -> None:
    """Values are coloured by their parts and errors as a whole; what somebody printed stays as it is."""
    [pieces] = output_pieces([line])
    assert [" ".join(style) for style, _ in pieces if style] == kinds
    assert "".join(text for _, text in pieces) == line


def test_an_error_reaches_to_what_is_no_part_of_it() -> None:
    """The places of an error belong to it; the banner of the next shell, and the value below a report, do not."""
    death = ["** (EXIT from #PID<0.1.0>) shell", "    ** (E) x", "", "Interactive Pyex (0.1.0) - press", "12"]
    red = [bool(pieces and pieces[0][0] == ("red",)) for pieces in output_pieces(death)]
    assert red == [True, True, False, False, False]
    report = ["12:00:00.000 [error] P", "** (E) x", "    f.py:1: f", "State: 2", "(#PID<0.1.0>, 1)"]
    red = [pieces[0][0] == ("red",) for pieces in output_pieces(report)]
    assert red == [True, True, True, True, False]
    assert failure(report) == ""
    assert failure([*report, death[0]]) == death[0]


# Strangers


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>\n",
        "Text <img src=x onerror=alert(1)> and <b onclick='x'>more</b>\n",
        "# <script>alert(1)</script>\n",
        "[a](javascript:alert(1)) [b](JAVASCRIPT:alert(1)) <javascript:alert(1)>\n",
        "[c](data:text/html,x) [d](vbscript:x)\n",
        "[a](//evil.example/x) [c](file:///etc/passwd)\n",
        "![pic](http://track.example/p.png) [![in](http://a.example)](http://b.example)\n",
        '[a][r]\n\n[r]: https://ok.example "x\\" onmouseover=\\"alert(1)"\n',
        fence("pyex(1)> '</code></pre><script>alert(1)</script>'", "</span><script>alert(1)</script>"),
        fence("<script>alert(1)</script>", words='html"onload="x'),
    ],
)
def test_nothing_of_a_stranger_s_is_obeyed(markdown: str) -> None:
    """Elements, handlers, addresses: what is on the page is the page's own, links to the web and to near files."""
    page = Page(markdown)
    own = {"html", "head", "meta", "title", "style", "body", "main", "div", "header", "h1", "p", "a", "pre", "code"}
    own |= {"span", "button", "script"}
    assert {tag for tag, _, _ in page.elements} <= own
    assert len(page.texts("script")) == 1 and "alert" not in page.texts("script")[0]
    for _, attributes, _ in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "style")]
        assert re.match(r"https?://|#|$", attributes.get("href") or "")


def test_the_page_loads_nothing_and_allows_no_other_script() -> None:
    """There is a policy that forbids all but the page's own style and script, which is named by its hash."""
    text = html_page(parse("# Title\n\n![x](y.png)\n"))
    assert re.search(r"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-[\w+/]{43}='", text)
    assert not re.search(r"@import|url\(|<link|<img|src=", text)


def test_what_a_terminal_would_obey_is_visible() -> None:
    """Escapes and marks that turn text around are spelt out."""
    page = Page("Turn \u202e around\n\n" + fence("pyex(1)> 1", "\x1b[2J\u2066"))
    assert "\\u202e" in page.text() and "\\x1b[2J\\u2066" in page.text()


# Reading


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_colour_can_be_read_on_every_background(palette: dict[str, str]) -> None:
    """The contrast of text is 4.5 to 1 at least, as WCAG's level AA wants it, in both schemes."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    for name, background in product(palette.keys() - set(BACKGROUNDS), BACKGROUNDS):
        assert contrast(palette[name], palette[background]) >= 4.5, (name, background)


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_headings_have_anchors_and_a_table_of_contents() -> None:
    """Headings can be linked to as on GitHub, equal ones too, and the contents have them all, by their levels."""
    page = Page("# Top\n\n## A `b` & c\n\n### In it\n\n## Same\n\n## Same\n\n[there](#same-1)\n")
    anchors = [attributes["id"] for tag, attributes, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert anchors == ["top", "contents", "a-b--c", "in-it", "same", "same-1"]
    [contents] = page.texts("nav")
    assert contents.split() == ["Contents", "A", "b", "&", "c", "In", "it", "Same", "Same"]
    assert "<nav" not in html_page(parse("# Top\n\n## Only\n\n## Two\n"))


def test_a_page_tells_its_language_and_fits_a_phone() -> None:
    """The page has a language, a title and a viewport, and what scrolls can be reached by keys."""
    text = html_page(parse("# Grüße\n\n" + fence("pyex(1)> 1", "1")), language="de")
    assert '<html lang="de">' in text and "<title>Grüße</title>" in text
    assert 'name="viewport" content="width=device-width, initial-scale=1"' in text
    assert '<pre tabindex="0" role="region" aria-label="Session 1">' in text


def test_links_defined_elsewhere_are_found() -> None:
    """A link can be defined anywhere in the file, behind a session too."""
    page = Page("See [this][r].\n\n" + fence("pyex(1)> 1", "1") + "\n[r]: docs/x.md\n")
    assert [attributes["href"] for tag, attributes, _ in page.elements if tag == "a"] == ["#text", "docs/x.md"]
