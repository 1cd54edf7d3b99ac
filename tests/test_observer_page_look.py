"""The Observer's page, looked at in a browser: on a telephone, in light and dark, and enlarged."""

from __future__ import annotations

import re

import pytest
from browser import Page
from observed_program import observed

SCENE = """
def begin():
    import lending
    table = ets.new("numbers", ["public", "named_table"])
    for number in range(50):
        ets.insert(table, (number, "a long text " * 20))
    return repr(ok(lending.PoolSupervisor.start_link(5)))[5:-1]
"""
# The places of the page, and what is seen there when it has been filled. "process/" is that of the pool's supervisor.
PLACES = {
    "system": "dd",
    "load": "svg",
    "applications": "[data-box]",
    "processes": "#processes-rows td",
    "process/": "#process-overview dd",
    "tables": "#tables td",
    "table/numbers": "#table-contents td",
    "trace": "#trace-none",
    "log": ".log-none",
    "compare": "#compare-slots",
}
# What a person reads: words, in which colour, on which ground.
COLOURS = """
    const seen = (element) => element.getClientRects().length > 0 && getComputedStyle(element).visibility === "visible";
    const opaque = (colour) => !/, 0\\)$|^transparent$/.test(colour);
    const ground = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const colour = getComputedStyle(at).backgroundColor;
            if (opaque(colour)) return colour;
        }
        return "rgb(255, 255, 255)";
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = new Map();
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        const words = walker.currentNode.textContent.trim();
        if (!words || !seen(element) || element.closest("svg, [disabled], [aria-disabled=true], .ghost")) continue;
        const style = getComputedStyle(element);
        if (style.opacity !== "1") continue;
        found.set(`${style.color} on ${ground(element)}`, words.slice(0, 40));
    }
    return [...found];
"""


def visited(page: Page, place: str, pid: str) -> None:
    """Go to a place, and wait until it is shown."""
    page.go(place + pid if place.endswith("/") else place)
    page.see(f"#panel.page-{place.partition('/')[0]} {PLACES[place]}")


def test_on_a_telephone_nothing_scrolls_sideways(page: Page) -> None:
    """At the width of a small telephone a page is as wide as the screen; only tables and drawings have more."""
    with observed(SCENE) as program:
        pid = program.ask("begin()")
        page.size(360, 740)
        page.open(program.url)
        for place in PLACES:
            visited(page, place, pid)
            page.until("document.scrollingElement.scrollWidth <= 360")
            page.until("document.querySelector('#panel').scrollWidth <= 360")
        for tab in ("system", "log"):
            page.run("document.querySelector('#tab-' + arguments[0]).focus()", tab)
            middle = page.run("const b = document.activeElement.getBoundingClientRect(); return (b.left + b.right) / 2")
            assert 0 < middle < 360


def contrast(pair: str) -> float:
    """How far two colours are from each other, as WCAG has it: 1 to 21."""
    one, other = (luminance(colour) for colour in pair.split(" on "))
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def luminance(colour: str) -> float:
    """Of "rgb(1, 2, 3)", between 0 and 1."""
    values = [float(part) / 255 for part in re.findall(r"[\d.]+", colour)[:3]]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_contrast_is_computed_as_it_is_defined() -> None:
    """Black on white is 21, grey 119 on white is the well-known 4.48."""
    assert round(contrast("rgb(0, 0, 0) on rgb(255, 255, 255)"), 2) == 21
    assert round(contrast("rgb(119, 119, 119) on rgb(255, 255, 255)"), 2) == 4.48


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_words_can_be_read(page: Page, scheme: str) -> None:
    """In light and in dark every text has the contrast that WCAG's level AA asks of small text, 4.5."""
    with observed(SCENE) as program:
        pid = program.ask("begin()")
        page.prefer(prefers_color_scheme=scheme)
        page.open(program.url)
        page.see("#status-connection[data-state=live]")
        bright = luminance(page.run("return getComputedStyle(document.body).backgroundColor"))
        assert bright > 0.5 if scheme == "light" else bright < 0.1
        faint = {}
        for place in PLACES:
            visited(page, place, pid)
            found = page.run(COLOURS)
            assert found
            faint |= {pair: (words, place) for pair, words in found if contrast(pair) < 4.5}
        assert faint == {}


def test_the_theme_is_chosen_and_kept(page: Page) -> None:
    """The button turns what the system has into light, then dark; and a page that is loaded again is dark still."""
    with observed() as program:
        page.prefer(prefers_color_scheme="light")
        page.open(program.url)
        page.click("#theme")
        page.until("getComputedStyle(document.documentElement).colorScheme === 'light'")
        page.click("#theme")
        page.until("getComputedStyle(document.documentElement).colorScheme === 'dark'")
        page.driver.refresh()
        page.see("#panel > *")
        assert page.run("return getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_enlarged_for_a_projector_everything_is_there(page: Page) -> None:
    """At the largest letters, on a projector's 1280 × 720, nothing scrolls sideways and the status is seen."""
    with observed(SCENE) as program:
        pid = program.ask("begin()")
        page.size(1280, 720)
        page.open(program.url)
        for _ in range(4):
            page.click("#larger")
        page.until("parseFloat(getComputedStyle(document.documentElement).fontSize) >= 28")
        for place in PLACES:
            visited(page, place, pid)
            page.until("document.scrollingElement.scrollWidth <= 1280")
            page.until("document.querySelector('#status').getBoundingClientRect().bottom <= 720.5")
