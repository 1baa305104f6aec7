"""The view on a page of its own, driven as a user drives it: keys, buttons, search, card, outline."""

from __future__ import annotations

from typing import Any

import pytest

from tests.viz.pages import Open, place, point_at, press, settle, state

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_stepping_by_keys(show: Open, trace: dict[str, Any], scheme: str) -> None:
    page = show(trace, color_scheme=scheme)
    assert state(page, "scheme") == scheme
    press(page, "j", "j", "k")
    assert state(page, "step") == "1"
    assert page.locator(".sl-position").text_content() == "1 / 8"
    assert "times_one, x * 1 becomes x. 0 nodes added, 2 removed" in page.locator(".sl-live").text_content()
    steps = []
    for key in ("J", "J", "J", "J", "K", "K", "K", "End", "Home"):
        press(page, key)
        steps.append(state(page, "step"))
    assert steps == ["4", "6", "8", "8", "6", "4", "0", "8", "0"]


def test_buttons_passes_and_slider(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace)
    page.get_by_role("button", name="Next rewrite").click()
    assert state(page, "step") == "1"
    page.get_by_role("button", name="To the end of the pass").click()
    assert state(page, "step") == "4"
    chips = page.locator(".sl-pass")
    assert [text.split()[0] for text in chips.all_text_contents()] == ["as", "canonicalize4", "stabilize2", "fuse2"]
    assert "4 · 1.24 ms" in chips.nth(1).text_content()
    assert chips.nth(1).get_attribute("aria-current") == "step"
    page.get_by_role("button", name="2 without effect hidden").click()
    assert chips.count() == 6
    chips.filter(has_text="stabilize").click()
    assert state(page, "step") == "6"
    chips.filter(has_text="stabilize").click()
    assert state(page, "step") == "4"
    slider = page.get_by_role("slider", name="Rewrite")
    slider.fill("7")
    assert state(page, "step") == "7"
    assert slider.get_attribute("aria-valuetext") == "7 of 8: fuse, fuse"
    assert page.locator(".sl-stretch").count() == 3


def test_playing(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace)
    press(page, " ")
    page.wait_for_selector(".sl-view[data-step='2']")
    press(page, " ")
    paused = state(page, "step")
    page.wait_for_timeout(1500)
    assert state(page, "step") == paused


def test_the_panel_tells_the_rewrite(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace)
    press(page, *"jjjjj")
    panel = page.locator(".sl-rewrite")
    text = panel.inner_text()
    assert "rewrite 5 of 8 · stabilize · 18 µs" in text
    assert "1 + x drops the low digits of a small x." in text
    assert "log(1 + x) → log1p(x)" in text
    assert "1 node added, 3 removed, 1 edge rewired" in text
    assert "✓ DebugMode: the result is the same" in text
    colours = panel.locator(".sl-formula b, .sl-bindings b").evaluate_all(
        "all => all.map(b => getComputedStyle(b).color)"
    )
    assert len(colours) == 3
    assert len(set(colours)) == 1
    panel.get_by_role("button", name="#5 exp").click()
    assert state(page, "selected") == "5"
    assert "used by" in page.locator(".sl-selection").inner_text()


def test_the_code_of_a_kernel(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace)
    press(page, "End")
    page.mouse.click(*point_at(page, 23))
    assert state(page, "selected") == "23"
    assert "total += fmax(z, 0.0) + log1p(exp(-fabs(z)));" in page.locator(".sl-code").text_content()
    ancestry = page.locator(".sl-ancestry li").all_text_contents()
    assert ancestry[-1] == "5 log_of_one_plus from #9 log, #8 add"
    page.get_by_role("button", name="5 log_of_one_plus").click()
    assert state(page, "step") == "5"


def test_search(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace)
    press(page, "/")
    page.keyboard.type("op:mul")
    assert page.locator(".sl-hits").text_content() == "3 hits"
    page.keyboard.press("Enter")
    assert state(page, "selected") == "2"
    page.locator(".sl-canvas").focus()
    press(page, "n")
    assert state(page, "selected") == "4"
    press(page, "N", "N")
    assert state(page, "selected") == "15"
    page.keyboard.press("Escape")
    assert state(page, "hits") == "0"
    assert page.get_by_role("searchbox").input_value() == ""
    page.get_by_role("searchbox").fill("jjj")
    assert state(page, "step") == "0", "letters in the search box are no commands"


def test_the_card(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace)
    card = page.locator(".sl-card")
    assert card.is_hidden()
    page.mouse.move(*point_at(page, 9))
    text = card.inner_text()
    assert "#9 log" in text
    assert "float64, f64[?, 3]" in text
    assert "cell 3, line 5" in text
    assert "loss = T.sum(T.log(0.5 + 0.5 + T.exp(z)))" in text
    page.mouse.move(5, 5)
    assert card.is_hidden()
    press(page, "j", "j", "j", "j", "j")
    page.mouse.move(*point_at(page, 21))
    assert "made by log_of_one_plus (5)" in card.inner_text()


def test_a_pinned_card_stays(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace)
    page.mouse.click(*point_at(page, 10))
    press(page, "Enter")
    page.mouse.move(5, 5)
    card = page.locator(".sl-card.sl-pinned")
    assert "axes=(0, 1)" in card.inner_text()
    press(page, "j")
    assert "axes=(0, 1)" in card.inner_text()
    press(page, "Escape")
    assert card.count() == 0
    assert state(page, "selected") == "10"
    press(page, "Escape")
    assert state(page, "selected") == ""


def test_walking_by_arrows(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace)
    press(page, "ArrowUp")
    assert state(page, "selected") == "10"
    walked = []
    for key in ("ArrowUp", "ArrowUp", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowRight", "ArrowLeft"):
        press(page, key)
        walked.append(state(page, "selected"))
    assert walked[:3] == ["9", "8", "9"]
    assert walked[3] == "8"
    assert walked[6] == walked[4]
    assert "Node" in page.locator(".sl-live").text_content()


def test_the_camera(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace)
    first = place(page, 10)
    press(page, "+", "+")
    assert place(page, 10)["width"] == pytest.approx(first["width"] * 1.25**2)
    press(page, "0")
    assert place(page, 10)["width"] == pytest.approx(56)
    press(page, "f")
    assert place(page, 10)["width"] == pytest.approx(first["width"])
    x, y = point_at(page, 10)
    page.mouse.move(x - 200, y)
    page.mouse.down()
    page.mouse.move(x - 130, y + 30, steps=4)
    page.mouse.up()
    settle(page)
    moved = place(page, 10)
    assert moved["x"] - first["x"] == pytest.approx(70, abs=1)
    assert moved["y"] - first["y"] == pytest.approx(30, abs=1)
    assert state(page, "selected") == "", "a drag is no click"


def test_the_outline_is_a_tree(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace)
    page.get_by_text("Outline", exact=True).click()
    tree = page.get_by_role("tree")
    first = tree.get_by_role("treeitem").first
    assert first.text_content() == "▾output 0: sum f64 #10"
    assert first.get_attribute("aria-level") == "1"
    first.focus()
    page.keyboard.press("ArrowDown")
    assert state(page, "selected") == "9"
    page.keyboard.press("ArrowLeft")
    assert page.locator("[role=treeitem]:focus").get_attribute("aria-expanded") == "false"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert state(page, "selected") == "8"
    page.keyboard.press("Home")
    assert state(page, "selected") == "10"
    assert state(page, "step") == "0", "Home belongs to the tree here"
    page.keyboard.press("j")
    assert state(page, "step") == "1"
    assert page.locator("[role=treeitem]:focus").get_attribute("data-node") == "10"


def test_help(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace)
    press(page, "?")
    dialog = page.get_by_role("dialog", name="Keys")
    assert dialog.is_visible()
    assert "Next rewrite" in dialog.inner_text()
    page.keyboard.press("Escape")
    assert dialog.is_hidden()
    assert page.evaluate("document.activeElement.tagName") == "CANVAS"


def test_before_and_after_side_by_side(show: Open, trace: dict[str, Any]) -> None:
    """One picture on two canvases: on the left without what the step added, on the right without what it removed."""
    page = show(trace)
    before = page.locator(".sl-second")
    assert before.is_hidden()
    press(page, "j", "j", "j", "j", "j", "s")
    settle(page)
    left, right = before.bounding_box(), page.locator(".sl-canvas").bounding_box()
    assert left["width"] == pytest.approx(right["width"], abs=2)
    gone, made = place(page, 9), place(page, 21)
    found = []
    for spot in (gone, made):
        for box in (left, right):
            press(page, "Escape")
            page.mouse.click(box["x"] + spot["x"], box["y"] + spot["y"])
            found.append(state(page, "selected"))
    assert found == ["9", "", "", "21"]
    press(page, "s")
    assert before.is_hidden()
    page.mouse.click(*point_at(page, 9))
    assert state(page, "selected") == "9"
