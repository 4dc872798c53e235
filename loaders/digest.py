"""Prose digests: the day's news as text, with sections, citation marks and sometimes several parts in one file.

A citation number belongs to its part: two digests in one file count from one again, for other sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date as Date

from loaders import prose
from loaders.claim import Document, Loaded, Sentence
from loaders.dates import find_span, read_date
from loaders.errors import LoaderError
from loaders.registry import Context, loader
from loaders.source import Source, well_formed

_GENERATED = re.compile(
    r"^\W{0,8}(?:生成时间|生成時間|更新时间|更新時間|作成日時|生成日時|생성\s?시간|생성\s?일시|Generated(?: at| on)?|Last updated)"
    r"\s{0,4}[:：]\s{0,4}(.{1,80})$",
    re.IGNORECASE,
)
_FOOTER_LENGTH = 160
_FOOTER = re.compile(
    r"AI\s?(?:自动|自動)?(?:分析|生成|总结|總結|整理|汇总|要約)(?:生成)?(?:\W|$)|(?:自动|自動)分析|每(?:天|日).{0,8}更新"
    r"|AI(?:が|によ[るっり]).{0,8}(?:生成|要約|作成|分析)|(?:AI|자동)(?:가|로|으로)?\s?(?:자동\s?)?생성"
    r"|^\W*(?:(?:this (?:digest|newsletter|summary) (?:was|is) )?(?:automatically )?generated (?:by|with|automatically)\b)"
    r"|^\W*(?:unsubscribe|view (?:this )?(?:email )?in (?:your )?browser|all rights reserved|manage (?:your )?preferences)"
    r"|^\W*(?:©|\(c\)|copyright)\s?(?:19|20)\d\d",
    re.IGNORECASE,
)
_RULE = re.compile(r"^\s{0,3}(?:(?:-\s?){3,}|(?:=\s?){3,}|(?:\*\s?){3,}|(?:_\s?){3,}|~{5,}|[─—━═]{3,})\s*$")
#: "AI Hardware and Chips: Chinese GPU vendor …": a heading in front of its paragraph.
_INLINE_HEADING = re.compile(
    r"^\s{0,8}(?:[-*+•]\s)?(?:\*\*)?(?P<heading>[A-Z][\w&/,'’() -]{2,60}?)(?::\*\*|\*\*:|:)\s{1,4}"
    r"(?=[\"“'*[(]{0,4}[A-Z0-9\u3040-\u9fff\uac00-\ud7af])"
)
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s")
_HEADING_WORDS = 8
#: "January 28, 2026, was dominated by …", "The AI industry on January 28, 2026, saw …": how a digest begins.
_LEAD_VERB = re.compile(
    r"\s?,?\s(?:was|were|is|saw|brought|marked|featured|witnessed|delivered|highlighted|showed|had|proved|opened|ended)\b",
    re.IGNORECASE,
)
#: What a date stands behind when it is not the day of the text.
_BACKWARD = re.compile(
    r"\b(?:since|after|before|until|till|by|from|through|due|expected|back|founded|established|born)\s(?:on\s)?$",
    re.IGNORECASE,
)
#: What may stand before a date that opens its line: "On January 28, 2026", "SEOUL, Jan. 28, 2026".
_BEFORE_DATE = re.compile(
    r"\W*(?:(?i:on|as of|date|published|posted|updated|[a-z]{3,6}day)\W+|[A-Z]{3}[A-Z .]{0,40},\s)?\W*"
)
_REFERENCES = re.compile(
    r"^(?:references|sources|footnotes|links|citations|参考(?:文献|资料)?|来源|出典|출처)$", re.IGNORECASE
)
_REFERENCE = re.compile(r"^\s{0,8}(?:[-*]\s)?(?:\[\^?\d{1,4}\]:?|(?P<number>\d{1,4}[.)]))\s{0,4}.{0,400}https?://")
_FENCE = re.compile(r"^\s{0,3}(?P<mark>`{3,}|~{3,4})(?P<info>[^`~]{0,200})$")
_FRONT = re.compile(r"^(?P<key>[A-Za-z_]{2,20}):\s{0,4}(?P<value>.{0,400})$")


@loader("digest", suffixes=(".txt", ".text", ".md", ".markdown"))
def read_digest(source: Source, context: Context) -> Iterator[Loaded]:
    """Read a prose digest or any plain text; the document's date is said in it, in its name, or by the caller."""
    yield context.read(parse(source.text(), source.name, context.date, source.origin))


def parse(
    text: str,
    name: str,
    date: Date | None = None,
    origin: str = "",
    *,
    known: Date | None = None,
    loader: str = "digest",
    title: str = "",
    source: str = "",
) -> Document:
    """Return a text as a document of sentences.

    Parameters
    ----------
    date
        The day of a text that doesn't say its own, neither in itself nor in its name.
    known
        The day of the text, whatever it says: that of a message's header, of an entry of a feed.

    Raises
    ------
    LoaderError
        No date is said in the text or its name, and none is given; or there is no sentence.
    """
    text = well_formed(text)  # before there are places in it
    lines = text.split("\n")
    front = _front_matter(lines)
    generated = next((match.group(1).strip() for line in lines if (match := _GENERATED.match(line))), "")
    day = known or read_date(front.said.get("date", "")) or _date_of(lines, name, generated) or date
    if day is None:
        raise LoaderError(origin or name, "no date found in the text or its name; say it with --date YYYY-MM-DD", 1)
    sentences = tuple(_sentences(lines, day, front.lines))
    if not sentences:
        raise LoaderError(origin or name, "no sentence found", 1)
    title = title or front.said.get("title", "").strip("\"'")
    title = title or next((prose.clean(line) for line in lines if _HEADING.match(line)), "")
    address = front.said.get("url") or front.said.get("link") or front.said.get("source") or ""
    if not source and re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+", address):
        source = address
    return Document(name, text, day, loader, title=title, source=source, generated=generated, sentences=sentences)


@dataclass(frozen=True, slots=True)
class _Front:
    """What stands between rules at the head of a Markdown file, and how many lines that takes."""

    said: dict[str, str]
    lines: int


def _front_matter(lines: list[str]) -> _Front:
    if lines[0].strip() == "---":
        for number, line in enumerate(lines[1:40], 1):
            if line.strip() == "---" and number > 1:
                pairs = [match for inside in lines[1:number] if (match := _FRONT.match(inside.strip()))]
                if not pairs:
                    break
                return _Front({pair["key"].casefold(): pair["value"].strip() for pair in pairs}, number + 1)
    return _Front({}, 0)


def _date_of(lines: list[str], name: str, generated: str) -> Date | None:
    """The date that heads one of the first lines; then the name's; then another that is told near the start."""
    head = [line for line in lines[:200] if line.strip()][:6]
    told = []
    for line, end in (*((line, 80) for line in head[:2]), *((line, 100) for line in head if len(line) <= 100)):
        found = find_span(line[:end])
        if found and not _BACKWARD.search(line[: found[1]]):
            if _heads(line, found[1], found[2]):
                return found[0]
            told.append(found[0])
    if found := find_span(name):
        return found[0]
    if told:
        return told[0]
    for place in (generated, "\n".join(head)[:400]):
        if found := find_span(place):
            return found[0]
    return None


def _heads(line: str, start: int, end: int) -> bool:
    """Whether the date between two places of a line opens it, stands in a heading, or is followed by a lead's verb."""
    before, rest = line[:start], line[end:]
    if _is_heading(line) or _BEFORE_DATE.fullmatch(before):
        return True
    if _LEAD_VERB.match(rest):
        return not re.search(r"[.,;:!?]", before)
    return len(line) <= 100 and len(re.findall(r"[^\W\d_]+", rest)) <= 2 and not re.search(r"[.!?。]\W*$", line)


def _sentences(lines: list[str], day: Date, skip: int) -> Iterator[Sentence]:
    offset, part, paragraph, heading = 0, 1, 0, ""
    cited = after_rule = after_footer = referring = False
    fenced = _fenced(lines)
    for number, line in enumerate(lines):
        start, offset = offset, offset + len(line) + 1
        if number < skip or number in fenced or not line.strip():
            continue
        if _GENERATED.match(line) or (len(line) <= _FOOTER_LENGTH and _FOOTER.search(line)):
            after_footer = True
            continue
        if _RULE.match(line):
            after_rule = True
            continue
        if (cited or after_footer) and _opens_part(line, day, after_rule, after_footer):
            part, heading, cited, referring = part + 1, "", False, False
        after_rule = after_footer = False
        if _is_heading(line):
            heading = prose.clean(line).rstrip(":：")
            referring = bool(_REFERENCES.match(heading))
            continue
        if _REFERENCES.match(line.strip().strip("*:：")):
            referring = True
            continue
        if _is_reference(line) or (
            referring and re.match(r"\s{0,8}(?:[-*]\s)?(?:\[\^?\d|\d{1,4}[.)]|https?://)", line)
        ):
            continue
        paragraph += 1
        before, inline = 0, heading
        match = _INLINE_HEADING.match(line)
        if match and len(match["heading"].split()) <= _HEADING_WORDS and not re.search(r"\d", match["heading"]):
            before, inline = match.end(), match["heading"]
        for piece in prose.sentences(line[before:]):
            cited = cited or bool(piece.citations)
            place = start + before
            yield Sentence(piece.text, place + piece.start, place + piece.end, piece.citations, part, paragraph, inline)


def _fenced(lines: list[str]) -> set[int]:
    """The lines of code between two fences, the fences among them; a fence that nothing closes opens nothing."""
    fences = [
        (number, match["mark"], match["info"].strip())
        for number, line in enumerate(lines)
        if (match := _FENCE.match(line))
    ]
    closing, ahead = {"`": 0, "~": 0}, []
    for _, mark, info in reversed(fences):
        ahead.append(closing[mark[0]])
        if not info:
            closing[mark[0]] = max(closing[mark[0]], len(mark))
    inside: set[int] = set()
    opened, begun = "", 0
    for (number, mark, info), longest in zip(fences, reversed(ahead), strict=True):
        if opened and not info and mark.startswith(opened):
            inside.update(range(begun, number + 1))
            opened = ""
        elif not opened and longest >= len(mark):
            opened, begun = mark, number
    return inside


def _is_reference(line: str) -> bool:
    """Whether a line names a source; "1. SK hynix supplies HBM4 (https://…)." is news in a list."""
    match = _REFERENCE.match(line)
    return match is not None and not (match["number"] and prose.tells(line))


def _is_heading(line: str) -> bool:
    stripped = line.strip()
    return bool(_HEADING.match(line)) or (stripped.endswith((":", "：")) and len(stripped.split()) <= 12)


def _opens_part(line: str, day: Date, after_rule: bool, after_footer: bool) -> bool:
    """Whether a line begins another digest of the same day: a heading or a lead that names the day, or what follows a footer."""
    found = find_span(line[:160])
    if found is None or found[0] != day:
        return after_footer
    if after_rule or after_footer or _HEADING.match(line):
        return True
    before, rest = line[: found[1]], line[found[2] :]
    if re.search(r"[.,;:!?]", before):
        return False
    return bool(_LEAD_VERB.match(rest)) or (not before.strip() and not rest.strip())
