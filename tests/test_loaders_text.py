"""How texts of many styles are taken apart: sentences, marks, parts, headings, footers, dates."""

from __future__ import annotations

from datetime import date as Date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders import markup, prose
from loaders.dates import find_date, read_date
from loaders.digest import parse
from loaders.errors import LoaderError
from loaders.registry import Context, read
from loaders.source import Source
from plain_reader import PlainReader
from samples import SAMPLES


def texts(line: str) -> list[str]:
    return [piece.text for piece in prose.sentences(line)]


SENTENCES = {
    "SK hynix won [12]. xAI raised $3bn. iPhone sales fell.": ["SK hynix won.", "xAI raised $3bn.", "iPhone sales fell."],
    "Nvidia fell, says a paper.[11] Micron rose.[3]Samsung too.": ["Nvidia fell, says a paper.", "Micron rose.", "Samsung too."],
    "It took orders [11].Furthermore, it paid.": ["It took orders.", "Furthermore, it paid."],
    "SiFive licenses RISC-V. J.-P. Nakamura and Y-J. Park of Arm said no.": ["SiFive licenses RISC-V.", "J.-P. Nakamura and Y-J. Park of Arm said no."],
    "He met C.C. Wei of TSMC Ltd. The company said no.": ["He met C.C. Wei of TSMC Ltd.", "The company said no."],
    "Apple Inc. CEO Tim Cook spoke. Élan Corp. ships.": ["Apple Inc. CEO Tim Cook spoke.", "Élan Corp. ships."],
    "Mr. Son met Dr. Li at 3 p.m. The deal closed.": ["Mr. Son met Dr. Li at 3 p.m.", "The deal closed."],
    "“We ship HBM4.” He said so.": ["“We ship HBM4.”", "He said so."],
    "He said \"no.\" [4] The rest waited": ['He said "no."', "The rest waited"],
    "1. SK hynix wins. 2. Micron loses.": ["SK hynix wins.", "Micron loses."],
    "据报道,台积电涨价。英伟达跟进。[12] 三星亦然": ["据报道,台积电涨价。", "英伟达跟进。", "三星亦然"],
    "삼성전자는 HBM4를 공급한다. 엔비디아가 산다.": ["삼성전자는 HBM4를 공급한다.", "엔비디아가 산다."],
    "「出荷する」と述べた。価格は上がる！": ["「出荷する」と述べた。", "価格は上がる！"],
    "AMD updated v1.7 to 2.0. It cost $3.5 bn.": ["AMD updated v1.7 to 2.0.", "It cost $3.5 bn."],
    "Intel vs. AMD in Fig. 3, approx. 40%.": ["Intel vs. AMD in Fig. 3, approx. 40%."],
    "Does it ship? Yes! It does… Maybe.": ["Does it ship?", "Yes!", "It does…", "Maybe."],
    "- 🔹 **Nvidia**: orders up": ["Nvidia: orders up"],
    "• ✅ Done by *TSMC*, `N3`": ["Done by TSMC, N3"],
    "> 3、 台积电供应苹果": ["台积电供应苹果"],
    "See [Groq](https://groq.com/a_(b)) and (https://x.ai) today. <b>Bold</b> R&amp;D.": ["See Groq and today.", "Bold R&D."],
    "![logo](https://example.org/l.png) | --- |": ["logo | --- |"],
    "*** --- ***": [],
    "Shipments in Q1 2026 rose 8.7 % to 1.2 m units": ["Shipments in Q1 2026 rose 8.7 % to 1.2 m units"],
}  # fmt: skip


@pytest.mark.parametrize("line", SENTENCES)
def test_sentences_of_many_styles(line: str) -> None:
    assert texts(line) == SENTENCES[line]


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("[16][53], again [7, 8]", "16 53 7 8"),
        ("[21-23] and [5–6]", "21 22 23 5 6"),
        ("note [^2] 【12†source】", "2 12"),
        ("[3](https://example.org) and [a] and [12345]", ""),
        ("[1-900]", "1 900"),
        ("[9-3]", "9 3"),
    ],
)
def test_citation_marks(text: str, marks: str) -> None:
    assert prose.marks(text) == tuple(marks.split())


@given(st.text(alphabet=st.sampled_from(list("ab AB.[]1!?。“”\"'()*_-#>é台:\t\u00a0<&;")), max_size=200))
def test_pieces_stand_where_they_say(line: str) -> None:
    end = 0
    for piece in prose.sentences(line):
        assert end <= piece.start < piece.end <= len(line)
        assert prose.clean(line[piece.start : piece.end]) == piece.text
        assert prose.marks(line[piece.start : piece.end]) == piece.citations
        end = piece.end


@pytest.mark.parametrize(
    "unit", [" ", "Mr. A ", "[a](", ". ", "[1]", "<a", "- ", "*", "((", "[1,", "<!--", "https://", "。"]
)
def test_the_cost_of_a_hostile_line_grows_no_faster_than_the_line(unit: str) -> None:
    import time

    def cost(length: int) -> float:
        line = unit * (length // len(unit)) + "x. A"
        begun = time.process_time()
        for _ in prose.sentences(line):
            pass
        return time.process_time() - begun

    small, large = max(min(cost(10_000) for _ in range(2)), 0.002), min(cost(80_000) for _ in range(2))
    assert large < 32 * small  # eightfold text; quadratic cost would be 64-fold


# ------------------------------------------------------------------ dates


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("January 28, 2026, was", "2026-01-28"),
        ("Jan. 28th, 2026", "2026-01-28"),
        ("28 January 2026", "2026-01-28"),
        ("the 3rd of March 2026", "2026-03-03"),
        ("2026/1/28 12:48", "2026-01-28"),
        ("digest_20260128_v2", "2026-01-28"),
        ("2026年1月28日", "2026-01-28"),
        ("2026년 1월 28일", "2026-01-28"),
        ("28.1.2026", "2026-01-28"),
        ("28/01/2026", "2026-01-28"),
        ("01/28/2026", "2026-01-28"),
        ("28-Jan-2026", "2026-01-28"),
        ("02/03/2026", None),
        ("2026-13-40 and 2026-02-30", None),
        ("version 12026.1.28 of 1.2026.1.28", None),
        ("call 202601281", None),
    ],
)
def test_dates(text: str, day: str | None) -> None:
    found = find_date(text)
    assert (found and found[0].isoformat()) == day


def test_timestamps_of_feeds_and_mail() -> None:
    assert read_date("Wed, 28 Jan 2026 23:59:00 -0800") == Date(2026, 1, 28)
    assert read_date("2026-01-28T01:02:03Z") == Date(2026, 1, 28)
    assert read_date("yesterday") is None


@pytest.mark.parametrize(
    ("name", "text", "day"),
    [
        ("2026-02-01", "January 28, 2026, was quiet.", "2026-01-28"),
        ("2026-01-28", "Since March 11, 2020, TSMC has grown.", "2026-01-28"),
        ("news", "By Bob, Jan. 28th, 2026. It was quiet.", "2026-01-28"),
        ("news", "It was quiet.\n生成时间:2026/1/28 12:48:40", "2026-01-28"),
        ("2026-01-28", "TSMC plans much, due by 31 December 2028, it says.", "2026-01-28"),
        ("2026-01-28", "Nvidia, founded on April 5, 1993, supplies GPUs to OpenAI.\nMore.", "2026-01-28"),
        ("2026-01-28", "Nvidia, listed since it sold shares on January 22, 1999, is large.", "2026-01-28"),
        ("2026-01-28", "TSMC opened a plant on 24 February 2024 and plans another.", "2026-01-28"),
        ("news", "TSMC opened a plant on 24 February 2024 and plans another.", "2024-02-24"),
        ("2026-02-01", "The AI industry on January 28, 2026, saw new deals.", "2026-01-28"),
        ("2026-02-01", "On January 28, 2026, TSMC said so.", "2026-01-28"),
        ("2026-02-01", "SEOUL, Jan. 28, 2026 -- SK hynix said so.", "2026-01-28"),
        ("2026-02-01", "Wednesday, 28 January 2026: chips sell.", "2026-01-28"),
        ("2026-02-01", "AI Daily | 2026-01-28 | Chips\nThey sell.", "2026-01-28"),
        ("2026-02-01", "Chips\nBy Bob, 28 January 2026, 08:00 GMT\nThey sell.", "2026-01-28"),
        ("2026-02-01", "# News of January 28, 2026, of chips and those who make them\nThey sell.", "2026-01-28"),
    ],
)
def test_the_day_a_text_is_about(name: str, text: str, day: str) -> None:
    assert parse(text, name).date.isoformat() == day


def test_without_a_date_the_file_is_named() -> None:
    with pytest.raises(LoaderError, match=r"^news\.txt:1: no date found .* --date"):
        parse("It was quiet.", "news", origin="news.txt")
    assert parse("It was quiet.", "news", Date(2026, 1, 28)).date == Date(2026, 1, 28)


def test_the_caller_s_date_is_of_texts_that_do_not_say_theirs() -> None:
    quiet, other = "It was quiet.", Date(2020, 2, 2)
    assert parse(quiet, "2026-01-28", other).date == Date(2026, 1, 28)
    assert parse(f"January 28, 2026, was long.\n{quiet}", "news", other).date == Date(2026, 1, 28)
    assert parse(f"---\ndate: 2026-01-28\n---\n{quiet}", "news", other).date == Date(2026, 1, 28)
    assert parse(f"January 28, 2026, was long.\n{quiet}", "2026-01-29", known=other).date == other
    page = b"<html><head><meta name='date' content='2026-01-28'></head><body><p>It was quiet.</p></body></html>"
    mail = b"Subject: News\nDate: Wed, 28 Jan 2026 08:00:00 +0000\n\nOn May 5, 2025, it was quiet."
    for data, suffix in ((page, ".html"), (mail, ".eml"), (SAMPLES["pdf"].data, ".pdf")):
        context = Context(date=other, reader=PlainReader())
        (found,) = read(Source("x", data, f"x{suffix}"), context, None, suffix)
        assert found.document.date == Date(2026, 1, 28), suffix


# ------------------------------------------------------------------ digests

TWO = """# Chips, January 28, 2026

Memory and Storage: SK hynix ships HBM4 [1]. On January 28, 2026, Micron said no [2].
百度发布AI自动驾驶芯片。生成AIが成長している。
On January 28, 2026, TSMC said yes [3].
### Funding
- OpenAI raised money [4].
The AI industry on January 28, 2026, was dominated by agents [1].
Product and Market Strategy:
It rests [2].
生成时间:2026/1/28 12:48:40
由AI自动分析生成 · 每天早上8点更新
Another digest follows without a date [1].
"""


def test_parts_headings_and_footers() -> None:
    document = parse(TWO, "news")
    said = [(each.part, each.heading, each.text) for each in document.sentences]
    assert said == [
        (1, "Memory and Storage", "SK hynix ships HBM4."),
        (1, "Memory and Storage", "On January 28, 2026, Micron said no."),
        (1, "Chips, January 28, 2026", "百度发布AI自动驾驶芯片。"),
        (1, "Chips, January 28, 2026", "生成AIが成長している。"),
        (1, "Chips, January 28, 2026", "On January 28, 2026, TSMC said yes."),
        (1, "Funding", "OpenAI raised money."),
        (2, "", "The AI industry on January 28, 2026, was dominated by agents."),
        (2, "Product and Market Strategy", "It rests."),
        (3, "", "Another digest follows without a date."),
    ]
    assert document.generated == "2026/1/28 12:48:40"
    assert document.title == "Chips, January 28, 2026"


MARKDOWN = """---
title: "Chip Letter"
date: 2026-02-03
url: https://example.org/a
---
# Chips
Nvidia waits [1].
```
code: TSMC supplies nothing.
```
#AI is no heading.
## Sources
[1] A paper: SK hynix supplies https://example.org/x
[2]: https://example.org/y
Unsubscribe
© 2026 Letter. All rights reserved.
"""


def test_markdown_front_matter_code_and_references() -> None:
    document = parse(MARKDOWN, "letter")
    assert (document.title, document.source, document.date) == (
        "Chip Letter",
        "https://example.org/a",
        Date(2026, 2, 3),
    )
    assert [each.text for each in document.sentences] == ["Nvidia waits.", "#AI is no heading."]


NUMBERED = """# AI news, January 28, 2026
1. SK hynix will supply HBM4 to Nvidia, Reuters reports (https://reuters.com/a).
2. [Microsoft rents capacity from Nebius](https://ft.com/b) for $17.4bn. It runs to 2031.
3) 台积电向苹果供货。(https://example.org/c)
4. TSMC makes chips for AMD.
5. [Chips: a history of them.](https://example.org/d)
6. Reuters, https://example.org/e.
[7] A paper: SK hynix supplies Nvidia. https://example.org/f
References
1. SK hynix will supply HBM4 to Nvidia, Reuters reports (https://reuters.com/a).
"""


def test_news_in_a_numbered_list_is_read_and_a_list_of_sources_is_not() -> None:
    assert [each.text for each in parse(NUMBERED, "letter").sentences] == [
        "SK hynix will supply HBM4 to Nvidia, Reuters reports.",
        "Microsoft rents capacity from Nebius for $17.4bn.",
        "It runs to 2031.",
        "台积电向苹果供货。",
        "TSMC makes chips for AMD.",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A is.\n~~~~~~~~~~\nB is.\n~~~~~~~~~~\nC is.", "A is. B is. C is."),
        ("A is.\n```\nB is.\nC is.", "A is. B is. C is."),
        ("A is.\n```\nB is.\n~~~\nC is.", "A is. B is. C is."),
        ("A is.\n```py\nb = 1\n~~~\n```\nB is.\n~~~\nc\n~~~\nC is.", "A is. B is. C is."),
        ("A is.\n````\n```\nb = 1\n````\nB is.\n```\nC is.", "A is. B is. C is."),
    ],
)
def test_code_stands_between_two_fences_and_a_line_of_tildes_is_a_rule(text: str, said: str) -> None:
    assert " ".join(each.text for each in parse(text, "2026-01-28").sentences) == said


def test_text_comes_in_utf_16_with_its_mark_and_without_control_characters() -> None:
    assert Source("x", "a\r\nb台".encode("utf-16"), "x").text() == "a\nb台"
    assert Source("x", b"a\x1b[2Jb\x07", "x").text() == "a [2Jb "


# ------------------------------------------------------------------ HTML


def test_html_becomes_lines() -> None:
    page = "<h2>A</h2><p>One<br>two &amp;<script>no</script> three</p><table><tr><td>x</td><td>y</td></tr></table><ul><li>z</li></ul>tail"
    assert markup.text_of(page).split("\n") == ["## A", "One", "two & three", "x y", "- z", "tail"]


@pytest.mark.parametrize("page", ["", "<", "<p", "<!--", "\0\0", "<div>" * 5000 + "x", "&#xFFFFFFFF;", "<p>\ud800</p>"])
def test_broken_html_is_no_trouble(page: str) -> None:
    assert not any(word in markup.text_of(page) for word in ("<p", "<div", "<!--", "\0"))


def test_charsets_are_those_declared() -> None:
    assert markup.decode("<meta charset='gbk'>台".encode("gbk")).endswith("台")
    assert markup.decode("é".encode("cp1252")) == "é"
    assert markup.decode("é".encode(), "klingon") == "é"


# ------------------------------------------------------------------ mail and feeds

PARTS = """From: a@example.org
Subject: Chips
Date: Wed, 28 Jan 2026 08:00:00 +0000
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain

SK hynix supplies HBM4 to Nvidia.
--x
Content-Type: message/rfc822
Content-Disposition: attachment

Subject: Old
Content-Type: text/plain

Micron waits.
--x
Content-Type: text/plain
Content-Disposition: inline

TSMC makes chips for AMD.
--x--
"""


def test_all_parts_of_a_message_that_are_shown_are_read() -> None:
    (found,) = read(Source("x", PARTS.encode(), "x.eml"), Context(reader=PlainReader()), None, ".eml")
    assert [each.text for each in found.document.sentences] == [
        "SK hynix supplies HBM4 to Nvidia.",
        "TSMC makes chips for AMD.",
    ]


def test_an_entry_without_a_date_is_named_and_the_others_are_read(caplog: pytest.LogCaptureFixture) -> None:
    day, none = "<pubDate>Wed, 28 Jan 2026 08:00:00 GMT</pubDate>", ""
    item = "<item><title>TITLE</title>DAY<description>It was quiet.</description></item>"

    def titles(days: tuple[str, ...], date: Date | None = None) -> list[str]:
        items = "".join(item.replace("DAY", each).replace("TITLE", f"News {n}") for n, each in enumerate(days, 1))
        source = Source("x", f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), "x.rss")
        return [each.document.title for each in read(source, Context(date=date, reader=PlainReader()), None, ".rss")]

    assert titles((day, none, day)) == ["News 1", "News 3"]
    assert "x.rss: no date in entry 2 ('News 2'); say it with --date" in caplog.text
    caplog.clear()
    assert titles((day, none), Date(2026, 1, 29)) == ["News 1", "News 2"]
    assert not caplog.text
    with pytest.raises(LoaderError, match=r"^x\.rss: no date in entry 1 \('News 1'\), .* and 2 more; say it"):
        titles((none,) * 5)
