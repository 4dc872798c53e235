"""From HTML to text: blocks become lines, links and emphasis their words, scripts and styles nothing."""

from __future__ import annotations

import re

import lxml.html
from lxml import etree

from loaders.source import decoded

_BLOCKS = frozenset((
    "p", "div", "section", "article", "header", "footer", "main", "aside", "nav", "ul", "ol", "li", "dl", "dt", "dd",
    "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "br", "hr", "figure", "figcaption", "form",
    "address", "tbody", "thead", "caption", "body", "html", "center",
))  # fmt: skip
_DROPPED = frozenset((
    "script", "style", "head", "title", "template", "noscript", "svg", "math", "iframe", "object", "embed", "select",
    "button", "textarea",
))  # fmt: skip
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_CELLS = frozenset(("td", "th"))
_CHARSET = re.compile(
    rb"<meta[^>]{0,200}charset\s{0,4}=\s{0,4}[\"']?([A-Za-z0-9_.:-]{2,40})|encoding=[\"']([A-Za-z0-9_.:-]{2,40})[\"']",
    re.I,
)
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def decode(data: bytes, charset: str = "") -> str:
    """Return bytes as text: by the charset given or declared, else UTF-8, else Windows-1252; what is wrong becomes U+FFFD.

    >>> decode("<meta charset=gbk>台积电".encode("gbk"))
    '<meta charset=gbk>台积电'
    """
    declared = _CHARSET.search(data[:4096])
    names = [charset, *(name.decode("ascii") for name in (declared.groups() if declared else ()) if name)]
    for name in (*names, "utf-8-sig"):
        try:
            if name:
                return decoded(data, name)
        except (LookupError, ValueError):
            continue
    return data.decode("utf-8", "replace") if data[:3] == b"\xef\xbb\xbf" else data.decode("cp1252", "replace")


def parse(markup: str) -> lxml.html.HtmlElement | None:
    """Return the tree of a page or a piece of one; None where there is nothing in it."""
    parser = lxml.html.HTMLParser(
        no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8"
    )
    try:
        return lxml.html.document_fromstring(_NOT_XML.sub(" ", markup).encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def text_of(markup: str) -> str:
    r"""Return the text of HTML, a line a block, headings marked as in Markdown.

    >>> text_of("<h2>Chips</h2><p>SK hynix &amp; <b>Micron</b><script>x</script> ship.</p><ul><li>HBM4</li></ul>")
    '## Chips\nSK hynix & Micron ship.\n- HBM4'
    """
    root = parse(markup)
    if root is None:
        return ""
    pieces: list[str] = []
    for event, node in etree.iterwalk(root, events=("start", "end")):
        tag = node.tag if isinstance(node.tag, str) else ""
        if event == "start":
            if tag in _BLOCKS:
                pieces.append("\n")
            if tag in _HEADINGS:
                pieces.append("#" * int(tag[1]) + " ")
            elif tag == "li":
                pieces.append("- ")
            elif tag in _CELLS:
                pieces.append(" ")
            if tag not in _DROPPED and not _dropped(node):
                pieces.append(node.text or "")
        else:
            if tag in _BLOCKS:
                pieces.append("\n")
            if not _dropped(node):
                pieces.append(node.tail or "")
    lines = (" ".join(line.split()) for line in _lines(pieces))
    return "\n".join(line for line in lines if line.strip("#- "))


def _lines(pieces: list[str]) -> list[str]:
    """White space inside a text is a blank in HTML, line ends included; only blocks end a line."""
    return "".join(piece if piece == "\n" else re.sub(r"\s+", " ", piece) for piece in pieces).split("\n")


def _dropped(node: lxml.html.HtmlElement) -> bool:
    return any(isinstance(above.tag, str) and above.tag in _DROPPED for above in node.iterancestors())
