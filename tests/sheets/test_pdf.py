"""PDF out of pages: tagged, with bookmarks and mathematics; clear words where there is none."""

from __future__ import annotations

import io
import re
import stat
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.browser import find_chromium
from tp_solver.catalogue import exercise_files
from tp_solver.cli import main
from tp_solver.sheets import chromium as driver
from tp_solver.sheets.chromium import VARIABLE, Browser, BrowserError, browser, find_browser
from tp_solver.sheets.files import statement_html
from tp_solver.sheets.pdf import NoBrowser, printed, printed_alone
from tp_solver.sheets.solution_page import solution_html
from tp_solver.solution import load, solve
from tp_solver.text import words

MODEL = load(exercise_files(["tp-2.1"])[0])


@pytest.fixture(scope="module")
def pages(chromium: object) -> dict[str, bytes]:
    """Print a solution and a statement with one start of the browser."""
    pytest.importorskip("pypdf", reason="the Python package pypdf is not installed")
    texts = {
        "solution": solution_html(solve(MODEL), words("fr")),
        "statement": statement_html(MODEL, words("en")),
        "table": solution_html(solve(load(exercise_files(["tp-1.1"])[0])), words("en")),
    }
    half = "<math display=block><mfrac><mn>1</mn><mn>2</mn></mfrac></math>"
    texts["fraction"] = f"<!doctype html><html lang=en><title>x</title>{half}"
    return dict(zip(texts, printed(texts.values()), strict=True))


def opened(made: bytes) -> Any:
    """Open a PDF with a program that is not ours."""
    from pypdf import PdfReader

    return PdfReader(io.BytesIO(made))


def titles(outline: Any) -> Iterator[str]:
    """Yield the bookmarks, whatever their depth."""
    for item in outline:
        if isinstance(item, list):
            yield from titles(item)
        else:
            yield item.title


@pytest.mark.parametrize(("name", "language"), [("solution", "fr"), ("statement", "en")])
def test_it_is_tagged_with_bookmarks_a_language_and_a_title(
    pages: dict[str, bytes], name: str, language: str
) -> None:
    made = opened(pages[name])
    root = made.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"].value is True
    assert root["/StructTreeRoot"]["/K"]
    assert root["/Lang"] == language
    assert made.metadata.title.endswith(
        "LSTM à une unité : la propagation avant"
        if language == "fr"
        else "One-unit LSTM: the forward pass"
    )
    found = list(titles(made.outline))
    for n in range(1, len(MODEL.exercise.questions) + 1):
        assert any(f"Question {n}" in title for title in found)


def roles(made: Any) -> set[str]:
    """Return the kinds of elements in the tree of tags."""
    found: set[str] = set()
    waiting = [made.trailer["/Root"]["/StructTreeRoot"]["/K"]]
    while waiting:
        node = waiting.pop()
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            found.add(str(node.get("/S", "")))
            waiting += [node["/K"]] if "/K" in node else []
    return found


def test_headings_and_tables_are_tagged_as_such(pages: dict[str, bytes]) -> None:
    assert {"/H1", "/H2", "/P", "/Table", "/TR", "/TH", "/TD"} <= roles(opened(pages["table"]))


def test_paper_is_a4_and_fonts_are_inside(pages: dict[str, bytes]) -> None:
    for name in ("solution", "statement"):
        made = opened(pages[name])
        for page in made.pages:
            size = [float(x) for x in page.mediabox.upper_right]
            assert size == pytest.approx([595, 842], abs=1)
        fonts = [
            f.get_object() for page in made.pages for f in page["/Resources"]["/Font"].values()
        ]
        names = {str(font.get("/BaseFont", "")) for font in fonts}
        assert any("STIXTwoMath" in name for name in names)
        for font in fonts:
            if font["/Subtype"] == "/Type0":
                described = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
                assert {"/FontFile2", "/FontFile3"} & set(described)


def test_mathematics_can_be_read(pages: dict[str, bytes]) -> None:
    text = "".join(page.extract_text() for page in opened(pages["solution"]).pages)
    for value in ("0,5498", "0,1900", "0,2137", "0,0518"):
        assert value in text
    assert "⊙" in text
    assert "σ" in text


def test_a_fraction_stays_a_fraction(pages: dict[str, bytes]) -> None:
    places: dict[str, float] = {}

    def seen(text: str, _: Any, matrix: Any, *__: Any) -> None:
        places.update({text.strip(): matrix[5]} if text.strip() else {})

    opened(pages["fraction"]).pages[0].extract_text(visitor_text=seen)
    assert set(places) == {"1", "2"}  # and not 12 on one line
    assert places["1"] != places["2"]


def test_the_same_page_gives_the_same_bytes(chromium: object, pages: dict[str, bytes]) -> None:
    time.sleep(1.1)  # a PDF's date has seconds
    (again,) = printed([solution_html(solve(MODEL), words("fr"))])
    assert again == pages["solution"]


@contextmanager
def listening() -> Iterator[tuple[int, list[str]]]:
    """Serve anything on a port of this machine, and keep what was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, asked
    server.shutdown()


def test_a_page_runs_nothing_and_fetches_nothing(chromium: object, tmp_path: Path) -> None:
    pytest.importorskip("pypdf", reason="the Python package pypdf is not installed")
    secret = tmp_path / "secret.txt"
    secret.write_text("secret-of-the-machine", encoding="utf-8")
    with listening() as (port, asked):
        here = f"http://127.0.0.1:{port}"
        hostile = f"""<title>x</title><p>shown
            <script>document.write("written")</script>
            <img src="{here}/image"><link rel=stylesheet href="{here}/style">
            <iframe src="{secret.as_uri()}"></iframe><iframe src="{here}/frame"></iframe>
            <style>@import "{here}/import"; body {{ background: url({here}/back) }}</style>"""
        made = list(printed([f"<!doctype html>{hostile}", f"<!doctype html><head>{hostile}"]))
    for data in made:
        text = opened(data).pages[0].extract_text()
        assert "shown" in text
        assert "written" not in text
        assert "secret" not in text
    assert asked == []


def test_one_page_alone_as_where_pipes_are_not_to_be_had(chromium: object) -> None:
    pytest.importorskip("pypdf", reason="the Python package pypdf is not installed")
    path = find_browser()
    assert path
    made = opened(printed_alone(path, statement_html(MODEL, words("fr"))))
    assert made.trailer["/Root"]["/StructTreeRoot"]
    assert any("Question 1" in title for title in titles(made.outline))


def test_the_browser_and_its_profile_are_gone_afterwards(
    chromium: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = find_browser()
    assert path
    with browser(path) as running:
        assert alive(running.process)
        with pytest.raises(BrowserError, match=r"Page\.nonsense"):
            running.call("Page.nonsense")
    assert not alive(running.process)
    assert list(tmp_path.iterdir()) == []


def alive(group: int) -> bool:
    """Tell whether a process of a group runs: one that ended and waits to be noticed does not."""
    if not Path("/proc/self/stat").exists():
        pytest.skip("this system has no /proc to look processes up in")
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            state, _, own = path.read_text(encoding="utf-8").rpartition(")")[2].split()[:3]
            if int(own) == group and state != "Z":
                return True
    return False


def program(folder: Path, text: str) -> str:
    """Write a program that stands in for a browser."""
    path = folder / "browser"
    path.write_text(f"#!{sys.executable}\n{text}", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has ended"),
        ("import time; time.sleep(60)", "does not answer"),
        ("import os\nwhile True: os.read(3, 999)", "does not answer"),
        (
            "import os, signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)",
            "not answer",
        ),
    ],
)
def test_a_browser_that_does_not_work_is_told_and_ended(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, program(tmp_path, text))
    monkeypatch.setattr(driver, "PATIENCE", 1.0)
    monkeypatch.setattr(driver, "_FAREWELL", 0.3)
    ended: list[int] = []
    end = Browser.end

    def noted(self: Browser) -> None:
        end(self)
        ended.append(self.process)

    monkeypatch.setattr(Browser, "end", noted)
    with pytest.raises(BrowserError, match=said):
        list(printed(["x"]))
    (process,) = ended
    assert not alive(process)


def test_a_program_that_can_not_be_run_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(program(tmp_path, ""))
    path.write_bytes(b"\x7fELF and no more")
    monkeypatch.setenv(VARIABLE, str(path))
    with pytest.raises(BrowserError, match=re.escape(str(path))):
        next(printed(["x"]))


def test_where_the_browser_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(driver, "USUAL", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_browser() is None
    path = program(tmp_path, "")
    Path(path).rename(tmp_path / "msedge")
    assert find_browser() == str(tmp_path / "msedge")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nothing"))
    assert find_browser() is None
    with pytest.raises(NoBrowser, match=VARIABLE):
        next(printed(["x"]))


@pytest.mark.parametrize("command", ["solve", "sheet"])
def test_without_a_browser_there_is_a_page_to_print(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nothing"))
    out = tmp_path / "out"
    assert main([command, "tp-1.1", "--format", "pdf", "-o", str(out)]) == 1
    assert [path.name for path in out.iterdir()] == ["tp-1.1.html"]
    assert "apt install chromium" in capsys.readouterr().err


def test_commands_print(chromium: object, tmp_path: Path) -> None:
    assert main(["solve", "tp-1.1", "tp-1.2", "--format", "pdf", "-o", str(tmp_path)]) == 0
    assert main(["sheet", "tp-1.1", "--format", "pdf,yaml", "-o", str(tmp_path / "td")]) == 0
    assert {path.name for path in tmp_path.glob("*.pdf")} == {"tp-1.1.pdf", "tp-1.2.pdf"}
    assert {path.name for path in (tmp_path / "td").iterdir()} == {
        "tp-1.1.pdf",
        "tp-1.1-reponses.yaml",
    }
    for path in tmp_path.rglob("*.pdf"):
        assert re.match(rb"%PDF-1\.", path.read_bytes())


def test_the_tests_and_the_commands_find_the_same_browser(
    chromium: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert find_browser() == find_chromium()
