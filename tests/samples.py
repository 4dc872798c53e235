"""A small file for every loader, written here; a loader without one fails ``test_every_loader.py``."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from graph.rdf import quads
from loaders.registry import Context, read
from loaders.source import Source


@dataclass(frozen=True)
class Sample:
    """A file (or the files of a folder) with the least number of claims that the plain reader or the table gives."""

    suffix: str
    data: bytes = b""
    claims: int = 1
    members: dict[str, bytes] = field(default_factory=dict)
    mapping: str = ""

    def source(self, data: bytes | None = None) -> Source:
        return Source("sample", self.data if data is None else data, f"sample{self.suffix}", self.members, self.mapping)

    def write(self, folder: Path) -> Path:
        """Write the sample into a folder; return its path."""
        if self.members:
            place = folder / "sample"
            place.mkdir()
            for name, data in self.members.items():
                (place / name).write_bytes(data)
            return place
        place = folder / f"sample{self.suffix}"
        place.write_bytes(self.data)
        if self.mapping:
            place.with_name(place.name + ".map.toml").write_text(self.mapping, encoding="utf-8")
        return place


DIGEST = """# Chips on January 28, 2026

Memory: SK hynix ships **HBM4** to Nvidia [3][14]. Apple waits.
- Micron supplies LPDDR5X to [Apple](https://example.org/a) [2, 5].

台积电供应英伟达。[7]
---
January 28, 2026, was marked by foundries. TSMC supplies N3 wafers to AMD [3].
生成时间:2026/1/28 12:48:40
由AI自动分析生成 · 每天早上8点更新
"""

EVENTS = """{"subject": "SK Hynix", "predicate": "supplies", "object": "Nvidia", "item": "HBM4", "status": "planned",\
 "attribution": "reported", "share": [0.667, 1.0], "amount": null, "change": null, "citations": ["11"],\
 "sentence": "SK Hynix is said to have won over two-thirds.", "date": "2026-01-28"}
{"subject": "Pinterest", "predicate": "cutsWorkforce", "object": null, "item": null, "change": [-0.15, -0.15],\
 "sentence": "Pinterest cuts 15%.", "date": "2026-01-27", "confidence": 0.9, "part": 2, "start": 4, "end": 23}
"""

TABLE = """supplier,predicate,customer,item,share_low,share_high,status,attribution,as_of,source_url,source_title
sk-hynix,supplies,nvidia,hbm4,0.7,0.7,actual,reported,2026-01-28,https://example.org/a,"Seventy ""percent"" or so"
TSMC,fabricatesFor,Jurong Logic,N3,,,planned,stated,2026-01-27,,
"""

SHARES = """component,supplier,consumer,p5,p50,p95,as_of,source_url
HBM4,SK hynix,NVIDIA,60%,66%,72%,2026-01-28,https://example.org/b
Gas turbines,GE Vernova,,0.3,0.35,0.4,2026-01-28,
Gas turbines,Others,,0.1,0.2,0.3,2026-01-28,
"""

MAPPED = """vendor;kind;buyer;what;pct;week
Micron;sells to;Apple;LPDDR5X;40;2026-01-28
Amkor;packs for;Apple;InFO;;2026-01-27
"""
MAPPING = """
[columns]
subject = "vendor"
predicate = "kind"
object = "buyer"
item = "what"
share = "pct"
date = "week"
[constants]
attribution = "reported"
[values.predicate]
"sells to" = "supplies"
"packs for" = "packagesFor"
[scale]
share = 100
"""

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Chips</title><link>https://example.org/</link>
<item><title>SK hynix ships HBM4 to Nvidia</title><link>https://example.org/1</link>
<pubDate>Wed, 28 Jan 2026 08:00:00 +0900</pubDate>
<description>&lt;p&gt;Micron supplies &lt;b&gt;LPDDR5X&lt;/b&gt; to Apple.&lt;/p&gt;</description></item>
<item><title>A picture</title><pubDate>Tue, 27 Jan 2026 08:00:00 +0900</pubDate></item>
</channel></rss>
"""

PAGE = f"""<!doctype html><html><head><meta charset="utf-8"><title>Memory</title>
<meta property="article:published_time" content="2026-01-28T09:00:00Z"><link rel="canonical" href="https://example.org/m">
</head><body><nav><a href="/">Home</a></nav><article><h1>Memory</h1>
{"<p>SK hynix supplies HBM4 to Nvidia, which a paragraph of many words says at length, so that it counts as text.</p>" * 2}
<p>Micron supplies HBM3E to AMD, another paragraph says, and it too has enough words to be taken for an article.</p>
</article><script>var x = "TSMC supplies nothing to Apple";</script><footer>© 2026</footer></body></html>
"""

MAIL = (
    b"From: Chips <a@example.org>\r\nTo: b@example.org\r\nSubject: =?utf-8?B?SEJNIG5ld3M=?=\r\n"
    b"Date: Wed, 28 Jan 2026 08:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n"
    b"--x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"SK hynix supplies HBM4 =E2=80=94 to Nvidia.\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>x</p>\r\n--x--\r\n"
)

ETO = {
    "providers.csv": b"provider_name,alias,provider_id,provider_type,country\nASML,,P1,organization,NLD\n"
    b"Various companies,,P2,organization,\nNLD,Netherlands,P3,country,\nCanon,,P4,organization,JPN\n",
    "inputs.csv": b"input_id,input_name,type\nN1,Scanners,tool_resource\nN2,Lithography,process\n",
    "provision.csv": b"provider_name,provider_id,provided_name,provided_id,share_provided,year,source\n"
    b"ASML,P1,Scanners,N1,99.3,2025,A source\nVarious companies,P2,Scanners,N1,0.7,2025,\n"
    b"NLD,P3,Scanners,N1,99.3,2025,\nCanon,P4,Scanners,N1,Minor,2025,\n",
    "sequence.csv": b"input_name,input_id,goes_into_name,goes_into_id,is_type_of_name,is_type_of_id\n"
    b"Scanners,N1,Lithography,N2,,\nSteppers,N3,,,Scanners,N1\n",
}


def pdf(lines: list[str]) -> bytes:
    """A PDF file of one page of text."""
    text = "BT /F1 12 Tf 72 720 Td " + " ".join(f"({line}) Tj 0 -16 Td" for line in lines) + " ET"
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    return pdf_of(bodies)


def pdf_of(bodies: list[str]) -> bytes:
    """A PDF file of these objects, the catalogue first."""
    out, places = "%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(bodies) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return (out + end).encode("latin-1")


def _parquet() -> bytes:
    table = pa.table(
        {
            "subject": ["TSMC", "SoftBank"],
            "predicate": ["fabricatesFor", "investsIn"],
            "object": ["AMD", "OpenAI"],
            "item": ["N3", None],
            "status": ["actual", "negotiating"],
            "sentence": ["TSMC makes it.", "SoftBank may invest."],
            "date": ["2026-01-28", "2026-01-27"],
            "citations": [["4"], []],
            "share_low": [0.5, None],
            "amount_low": [None, 3e10],
            "currency": [None, "USD"],
        }
    )
    out = io.BytesIO()
    parquet.write_table(table, out)
    return out.getvalue()


def _export() -> bytes:
    made = [
        *read(Source("events", EVENTS.encode(), "events.jsonl"), Context(), None, ".jsonl"),
        *read(Source("table", TABLE.encode(), "table.csv"), Context(), None, ".csv"),
    ]
    return "".join(f"{' '.join(quad)} .\n" for loaded in made for quad in quads(loaded)).encode()


SAMPLES = {
    "articles": Sample(".html", PAGE.encode(), 2),
    "digest": Sample(".txt", DIGEST.encode(), 4),
    "eto": Sample("", claims=4, members=ETO),
    "events": Sample(".jsonl", EVENTS.encode(), 2),
    "feeds": Sample(".rss", RSS.encode(), 2),
    "mail": Sample(".eml", MAIL, 1),
    "mapped": Sample(".parquet", _parquet(), 2),
    "pdf": Sample(".pdf", pdf(["Of January 28, 2026.", "SK hynix supplies HBM4", "to Nvidia."]), 1),
    "shares": Sample(".csv", SHARES.encode(), 2),
    "tables": Sample(".csv", TABLE.encode(), 2),
    "triples": Sample(".nq", _export(), 4),
}
