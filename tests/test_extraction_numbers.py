"""Quantities as intervals, by table."""

import pytest

from loaders.extraction.numbers import Quantity, as_change, as_share, quantities

MONEY = [
    ("a $30 billion investment", 30e9, 30e9, "USD"),
    ("over $50bn in all", 50e9, None, "USD"),
    ("in talks over $21m for its A round", 21e6, 21e6, "USD"),
    ("up to $4 billion", None, 4e9, "USD"),
    ("$33 billion at least", 33e9, None, "USD"),
    ("between $60 million and $75 million", 60e6, 75e6, "USD"),
    ("$5-8bn of capex", 5e9, 8e9, "USD"),
    ("NT$5.1 billion", 5.1e9, 5.1e9, "TWD"),
    ("600 billion yen", 600e9, 600e9, "JPY"),
    ("1.2 trillion won", 1.2e12, 1.2e12, "KRW"),
    ("₩19 trillion", 19e12, 19e12, "KRW"),
    ("€3.94 billion", 3.94e9, 3.94e9, "EUR"),
    ("AED 2 billion", 2e9, 2e9, "AED"),
    ("50亿元", 5e9, 5e9, "CNY"),
    ("3.2万亿元", 3.2e12, 3.2e12, "CNY"),
    ("half a billion dollars", 5e8, 5e8, "USD"),
    ("US$2bn", 2e9, 2e9, "USD"),
    ("CA$2.4 billion", 2.4e9, 2.4e9, "CAD"),
    ("AU$1.5 billion", 1.5e9, 1.5e9, "AUD"),
    ("NZ$3m", 3e6, 3e6, "NZD"),
    ("SG$4m", 4e6, 4e6, "SGD"),
    ("$US1.2 billion", 1.2e9, 1.2e9, "USD"),
    ("$3.2 bln", 3.2e9, 3.2e9, "USD"),
    ("$500\u2011million", 500e6, 500e6, "USD"),
    ("1조 2000억원", 1.2e12, 1.2e12, "KRW"),
    ("1兆2000億円", 1.2e12, 1.2e12, "JPY"),
    ("1万2000円", 12000, 12000, "JPY"),
    ("1 trillion 200 billion won", 1.2e12, 1.2e12, "KRW"),
    ("Rs. 1,500 crore", 15e9, 15e9, "INR"),
    ("sold RM2.5 billion of sukuk", 2.5e9, 2.5e9, "MYR"),
    ("for some NIS 95 million", 95e6, 95e6, "ILS"),
    ("a further SFr 3.1bn", 3.1e9, 3.1e9, "CHF"),
    ("borrowed SKr 19 billion", 19e9, 19e9, "SEK"),
    ("Won12.1tn", 12.1e12, 12.1e12, "KRW"),
    ("400 million €", 400e6, 400e6, "EUR"),
    ("$10.5bn plus or minus 2%", 10.29e9, 10.71e9, "USD"),
    ("$5.7 billion, give or take $300 million", 5.4e9, 6e9, "USD"),
    ("a rise of 500 won", 500, 500, "KRW"),
    ("valuing the stake at $5 billion", 5e9, 5e9, "USD"),
    ("at $23.28 a share", 23.28, 23.28, "USD"),
    ("a record T$2.13 trillion", 2.13e12, 2.13e12, "TWD"),
    ("Rs 1.18 lakh crore in a fab", 1.18e12, 1.18e12, "INR"),
    ("200 billion reais", 200e9, 200e9, "BRL"),
    ("run-rate revenue passed $5 billion", 5e9, None, "USD"),
    ("Congress passed a $52 billion package", 52e9, 52e9, "USD"),
    ("in a deal valued at up to $19.4 billion", None, 19.4e9, "USD"),
    ("an offer, once valued at $9 billion", 9e9, 9e9, "USD"),
]
NO_MONEY = [
    "trained on 36T tokens",
    "2.5 trillion parameters",
    "the NIS 2 directive and its RM 1 kits",
    "valued at about $350 billion",
    "a potential valuation of $350 billion",
    "at a $7 billion valuation",
    "a deal that valued the start-up at $5 billion",
    "a market cap of $4tn",
    "values xAI at $230 billion",
    "valuing the maker of Claude at about $350 billion",
    "its valuation from $183 billion to $350 billion",
    "its valuation rose from $183 billion in March to $350 billion",
    "a valuation could reach $1 trillion",
    "GPT-5 won a contract, and Trainium 4 won't",
    "900 megawatts of capacity",
]
RATIOS = [
    ("rose 8.7%", 0.087, 0.087),
    ("80% to 100% more", 0.8, 1.0),
    ("over two-thirds of orders", 2 / 3, None),
    ("a third of it", 1 / 3, 1 / 3),
    ("up to 30 percent", None, 0.3),
    ("nearly half", 0.5, 0.5),
    ("between a quarter and a third", 0.25, 1 / 3),
    ("two\u2011thirds", 2 / 3, 2 / 3),
    ("takes a third", 1 / 3, 1 / 3),
    ("a third as many", 1 / 3, 1 / 3),
    ("a third sooner", 1 / 3, 1 / 3),
    ("a fifth below its peak", 0.2, 0.2),
    ("nearly a third Chinese", 1 / 3, 1 / 3),
    ("grows by a fifth a year", 0.2, 0.2),
    ("cut by a third from May", 1 / 3, 1 / 3),
    ("a third stake", 1 / 3, 1 / 3),
    ("prices fell a quarter in May", 0.25, 0.25),
    ("up 8.7% from a quarter earlier", 0.087, 0.087),
    ("one job in ten", 0.1, 0.1),
    ("more than doubled", 1.0, None),
    ("tripled", 2.0, 2.0),
    ("prices halved", -0.5, -0.5),
    ("revenue −6 %", -0.06, -0.06),
    ("30% or more", 0.3, None),
    ("20-30 per cent", 0.2, 0.3),
    ("twice as much", 1.0, 1.0),
    ("rose fourteenfold", 13.0, 13.0),
    ("more than eight times that of a year before", 7.0, None),
    ("twice what it had", 1.0, 1.0),
]


@pytest.mark.parametrize(("text", "low", "high", "currency"), MONEY)
def test_money_is_an_interval_with_its_currency(
    text: str, low: float | None, high: float | None, currency: str
) -> None:
    found = [(q.low, q.high, q.currency) for q in quantities(text) if q.kind == "money"]
    assert found == [(pytest.approx(low) if low else low, pytest.approx(high) if high else high, currency)]


@pytest.mark.parametrize("text", NO_MONEY)
def test_valuations_tokens_and_parameters_are_no_money(text: str) -> None:
    assert not [q for q in quantities(text) if q.kind == "money"]


@pytest.mark.parametrize(("text", "low", "high"), RATIOS)
def test_ratios_are_intervals(text: str, low: float | None, high: float | None) -> None:
    found = [(q.low, q.high) for q in quantities(text) if q.kind == "ratio"]
    assert found == [(pytest.approx(low) if low else low, pytest.approx(high) if high else high)]


def test_what_is_listed_or_has_a_from_is_two_quantities() -> None:
    assert [q.low for q in quantities("by 5% and 7%")] == pytest.approx([0.05, 0.07])
    assert [q.low for q in quantities("by 3 and 11 percent")] == pytest.approx([0.03, 0.11])
    assert [q.low for q in quantities("from $5bn to $8bn")] == [5e9, 8e9]
    assert [q.low for q in quantities("split 60:40")] == pytest.approx([0.6, 0.4])


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("Hynix has 60%, Samsung 30% and Micron the rest", [(0.1, 0.1)]),
        ("a quarter from Inventec. What is left goes to Quanta", [(0.75, 0.75)]),
        ("between 55% and 65% from Foxconn, most of the remainder from Quanta", [(0.0, 0.45)]),
        ("over two-thirds from Wacker, with GCL getting the balance", [(0.0, 0.333333)]),
        ("the rest of the team left", []),
        ("no more than a third from Innolux, the rest from BOE", [(0.666667, 1.0)]),
        ("60% of what the U.S. company needs, Samsung 30% and Micron the rest", [(0.1, 0.1)]),
        ("90% from TSMC and Intel the rest; Foxconn has 70% and Quanta the rest", [(0.1, 0.1), (0.3, 0.3)]),
        ("40% from Skyworks, with Qorvo and Murata dividing what remains", [(0.0, 0.6)]),
        ("60%, down from 75%, is Hynix, the rest Samsung", [(0.4, 0.4)]),
        ("from two to five customers, 9/11 and 24/7", []),
        ("up 120% on the year; the rest is silence", []),
        ("ASE and Amkor share it six to four", [(0.6, 0.6), (0.4, 0.4)]),
        ("split five to three to two", [(0.5, 0.5), (0.3, 0.3), (0.2, 0.2)]),
        ("within six to nine months", []),
        ("in roughly equal parts", [(0.5, 0.5)]),
    ],
)
def test_a_share_may_be_what_is_left_or_a_proportion(text: str, shares: list[tuple[float, float]]) -> None:
    found = [(q.low, q.high) for q in quantities(text) if q.kind == "whole"]
    assert found == [(pytest.approx(low), pytest.approx(high)) for low, high in shares]


@pytest.mark.parametrize("text", ["tested almost entirely at KYEC", "nearly all of the cables", "substantially all"])
def test_nearly_all_is_not_all(text: str) -> None:
    assert [(q.low, q.high) for q in quantities(text)] == [(0.9, 1.0)]


def test_only_a_raise_is_no_valuation() -> None:
    assert [q.low for q in quantities("raised $750mn at a valuation of $6.9bn")] == [750e6]


def test_heads_are_counted_without_years() -> None:
    assert [(q.low, q.high) for q in quantities("will cut 3,000 to 4,000 jobs in 2026")] == [(3000, 4000)]


@pytest.mark.parametrize(
    ("low", "high", "falling", "change"),
    [
        (0.087, 0.087, False, (0.087, 0.087)),
        (0.1, None, True, (-1.0, -0.1)),
        (0.3, None, False, (0.3, None)),
        (None, 0.6, True, (-0.6, 0.0)),
        (-0.5, -0.5, True, (-0.5, -0.5)),
    ],
)
def test_changes_are_signed(low: float | None, high: float | None, falling: bool, change: tuple[float, float]) -> None:
    assert as_change(Quantity(0, 1, "ratio", low, high), falling) == change


def test_shares_are_closed_to_the_whole() -> None:
    assert as_share(Quantity(0, 1, "ratio", 2 / 3, None)) == (2 / 3, 1.0)
    assert as_share(Quantity(0, 1, "ratio", None, 0.3)) == (0.0, 0.3)
    assert as_share(Quantity(0, 1, "ratio", 3.0, 3.0)) == (1.0, 1.0)


def test_places_are_those_of_the_words() -> None:
    text = "SK Hynix took over two-thirds of NVIDIA's orders for $1.5bn."
    assert [text[q.start : q.end] for q in quantities(text)] == ["two-thirds", "$1.5bn"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("forty-five percent of its HBM4", [(0.45, 0.45)]),
        ("revenue rose twenty-five percent, or .5% a month", [(0.25, 0.25), (0.005, 0.005)]),
        ("raised its share of Nvidia's HBM4 to 30%", [(0.3, 0.3)]),
        ("prices of DDR5 to 20%", [(0.2, 0.2)]),
        ("rose to $80 billion - 50% more", [(80e9, 80e9), (0.5, 0.5)]),
        ("raised $1.5 billion — 20% more", [(1.5e9, 1.5e9), (0.2, 0.2)]),
        ("revenue of $5 billion and 30% growth", [(5e9, 5e9), (0.3, 0.3)]),
        ("will invest $10 billion to 2030", [(10e9, 10e9)]),
        ("fell by 24,000 to 75,000", [(24000, 24000), (75000, 75000)]),
        ("grew by $2 billion to $10 billion", [(2e9, 2e9), (10e9, 10e9)]),
        ("prices will rise by 10% to 30%", [(0.1, 0.3)]),
        ("paid $5 billion to 3 suppliers", [(5e9, 5e9), (3, 3)]),
        ("$5 billion and 40,000 GPUs", [(5e9, 5e9), (40000, 40000)]),
        ("its HBM4 won orders in 2025 won by few", []),
        ("Moreover, $5 billion went there", [(5e9, 5e9)]),
        ("the takeover, $400 million in cash", [(400e6, 400e6)]),
        ("takes over $5 billion of shares", [(5e9, 5e9)]),
        (">30%; <20%; ≥10%; 80+%", [(0.3, None), (None, 0.2), (0.1, None), (0.8, None)]),
        ("30 billion New Taiwan dollars", [(30e9, 30e9)]),
        ("300 trillion Korean won", [(300e12, 300e12)]),
        ("a half-billion dollars", [(0.5e9, 0.5e9)]),
        ("one and a half billion dollars", [(1.5e9, 1.5e9)]),
        ("two to three billion dollars", [(2e9, 3e9)]),
        ("40,000 wafers a quarter in the second half for a third-party maker", [(40000, 40000)]),
        ("a non-exclusive supplier", []),
        ("rents it under a $300 billion contract and the $5bn agreement", [(300e9, 300e9), (5e9, 5e9)]),
        ("under $5 billion, below the $2bn it planned, under a third of it", [(None, 5e9), (None, 2e9), (None, 1 / 3)]),
        ("not exceeding $5 billion, does not exceed 20%, shan't exceed $1bn", [(None, 5e9), (None, 0.2), (None, 1e9)]),
        ("exceeding $5 billion, has never been above 30%, no less than 10%", [(5e9, None), (None, 0.3), (0.1, None)]),
        ("a third supplier, a third-quarter profit and a fifth-generation TPU for a fourth straight day", []),
        ("the two eighth-generation TPUs, half-year results, half a dozen fabs, half a year", []),
        ("came a quarter ago, two quarters later than planned and not a quarter before", []),
        ("down by a third to 40,000", [(1 / 3, 1 / 3), (40000, 40000)]),
        ("in 2024, 300 people", [(300, 300)]),
        ("sold the $40,000 B200 and the $2,500 T4", [(40000, 40000), (2500, 2500)]),
        ("$5B, $38-42bn and $2B-$3B", [(5e9, 5e9), (38e9, 42e9), (2e9, 3e9)]),
        ("from 20% in 2025 to 30% in 2026", [(0.2, 0.2), (0.3, 0.3)]),
        ("20% in 2024, 2025 and 30% in 2026", [(0.2, 0.2), (0.3, 0.3)]),
        ("in 2024 and 500 million euros since", [(500e6, 500e6)]),
        ("paid $10 billion and 5 million shares", [(10e9, 10e9)]),
        ("paid $10 billion and 5 million euros", [(10e9, 10e9), (5e6, 5e6)]),
        ("between $125 and 145 billion", [(125e9, 145e9)]),
    ],
)
def test_a_number_ends_where_another_begins(text: str, read: list[tuple[float | None, float | None]]) -> None:
    assert [(q.low, q.high) for q in quantities(text)] == pytest.approx(read)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("10 billion Taiwan dollars", "TWD"),
        ("500 million Canadian dollars", "CAD"),
        ("910 billion Indian rupees", "INR"),
        ("5 million Swiss francs", "CHF"),
        ("7 million American dollars", "USD"),
    ],
)
def test_a_currency_may_say_whose_it_is(text: str, currency: str) -> None:
    assert [q.currency for q in quantities(text)] == [currency]


@pytest.mark.parametrize(
    ("text", "count"), [("9" * 5000, 0), (f"${'9' * 400} billion", 0), ("9," * 5000, 1), ("$9 to " * 2000, 1000)]
)
def test_endless_digits_are_no_number_and_take_no_time(text: str, count: int) -> None:
    assert len(quantities(text)) == count  # with backtracking this took minutes


@pytest.mark.parametrize(
    ("text", "kind", "read"),
    [
        ("60% from Samsung and 40 from SK hynix", "ratio", [(0.6, 0.6), (0.4, 0.4)]),
        ("raised by 12 percent for Apple, 15 for Dell", "ratio", [(0.12, 0.12), (0.15, 0.15)]),
        ("forty percent from Howmet, up to thirty from PCC", "ratio", [(0.4, 0.4), (None, 0.3)]),
        ("shares down 3% and -5 later", "ratio", [(0.03, 0.03), (-0.05, -0.05)]),
        ("60% of it went to two of them in May 12 and on page 7", "ratio", [(0.6, 0.6)]),
        ("60% in HBM4 and 40 racks", "ratio", [(0.6, 0.6)]),
        ("40 from SK hynix and 60 from Samsung", "ratio", []),
        ("the stock was flat on a flat panel", "ratio", [(0.0, 0.0)]),
        ("pays $20 billion now and 15 later", "money", [(20e9, 20e9), (15e9, 15e9)]),
        ("revenue of €9.7 billion and a backlog of 146 billion", "money", [(9.7e9, 9.7e9), (146e9, 146e9)]),
        ("raised two billion, over 300 million of it from MGX", "money", [(2e9, 2e9), (300e6, None)]),
        ("raised $2 billion for 3 billion parameters and 40 fabs", "money", [(2e9, 2e9)]),
        ("a $2 billion round; it was valued at 20 billion", "money", [(2e9, 2e9)]),
        ("three and a quarter billion dollars", "money", [(3.25e9, 3.25e9)]),
        ("earned 12.5 billion lira", "money", [(12.5e9, 12.5e9)]),
        ("lets sixty people go, two hundred engineers, a dozen jobs", "count", [(60, 60), (200, 200), (12, 12)]),
        ("four in ten are Solidigm's, three Kioxia's", "whole", [(0.3, 0.3)]),
        ("of every ten racks nine are Foxconn's. Three are not", "whole", [(1, 1), (0.9, 0.9)]),
        ("seven of every eight, six of ten, 7 out of 8", "ratio", [(0.875, 0.875), (0.6, 0.6), (0.875, 0.875)]),
        ("a twelfth of it, six sevenths and a ninth supplier", "ratio", [(1 / 12, 1 / 12), (6 / 7, 6 / 7)]),
        ("buys nothing but Resonac's, from nowhere else", "whole", [(1, 1), (1, 1)]),
        ("practically every tray, every second rack", "whole", [(0.9, 1), (0.5, 0.5)]),
        ("got the smaller half, in roughly equal numbers", "whole", [(0, 0.5), (0.5, 0.5)]),
        ("60% from Hynix, Samsung whatever is over", "whole", [(0.4, 0.4)]),
        ("First Solar has one in ten, Jinko one in five", "ratio", [(0.1, 0.1), (0.2, 0.2)]),
        ("First Solar has one in ten, Jinko one in five", "whole", []),
        ("the Snapdragon 8 Elite Gen 5 in three quarters of its phones", "ratio", [(0.75, 0.75)]),
        ("the iPhone 8 in 10 colours, 5 billion in 10 countries", "ratio", []),
        ("a rise of 12.5%, after 8 in May", "ratio", [(0.125, 0.125), (0.08, 0.08)]),
        ("a total of 100 billion won this year and 30 next", "money", [(1e11, 1e11), (3e10, 3e10)]),
        ("a maker of eight-inch wafers buys 60% from SUMCO, 5 from Siltronic", "ratio", [(0.6, 0.6), (0.05, 0.05)]),
        ("Foxconn builds 60 percent, Quanta 30, and Wistron the rest", "whole", [(0.1, 0.1)]),
        ("Six in ten are Foxconn's, three Quanta's, the rest Wistron's", "whole", [(0.3, 0.3), (0.1, 0.1)]),
        ("60% in May 12 and Wistron the rest", "whole", [(0.4, 0.4)]),
        ("$0.8 billion, after 0.7", "money", [(8e8, 8e8), (7e8, 7e8)]),
        ("1,020 billion yen, against 980 a year before", "money", [(1.02e12, 1.02e12), (9.8e11, 9.8e11)]),
        ("Rs 1,500 crore, up from 900 in March", "money", [(1.5e10, 1.5e10), (9e9, 9e9)]),
        ("two hundred billion for fabs, a hundred and twenty billion for memory", "money", [(2e11, 2e11)]),
        ("two and a half billion in all, three to four billion in capex", "money", [(2.5e9, 2.5e9), (3e9, 4e9)]),
        ("yuan 500 billion for fabs", "money", []),
        ("capex of 4 to 6 billion, 40 to 60 billion in all", "money", [(4e9, 6e9), (4e10, 6e10)]),
        ("$25 billion this year, 30 to 35 next", "money", [(25e9, 25e9), (30e9, 35e9)]),
        ("revenue of 3.9 billion versus 3.1 billion (up 3%)", "money", [(3.9e9, 3.9e9), (3.1e9, 3.1e9)]),
        ("up 1.2%, from 0.8 in April; it could top 40 by June", "ratio", [(0.012, 0.012), (0.008, 0.008), (0.4, 0.4)]),
        ("a hundred thousand jobs, two hundred thousand staff", "count", [(1e5, 1e5), (2e5, 2e5)]),
        ("two hundred fifty jobs, twelve million people", "count", []),
        ("costs doubled; it hired 40 from Intel", "ratio", [(1, 1)]),
        ("a minority of its wafers, to minority shareholders, almost wholly", "whole", [(0, 0.5), (0.9, 1)]),
        ("5 bıllion dollars and a thİrd of it", "money", [(5e9, 5e9)]),
        ("sıx in ten; 10% and fıve from X, sİxty people", "ratio", [(0.6, 0.6), (0.1, 0.1), (0.05, 0.05)]),
    ],
)
def test_a_number_may_leave_out_what_another_has_said(
    text: str, kind: str, read: list[tuple[float | None, float | None]]
) -> None:
    found = [(q.low, q.high) for q in quantities(text) if q.kind == kind]
    assert found == [tuple(bound if bound is None else pytest.approx(bound) for bound in each) for each in read]


def test_a_sum_has_the_currency_told_before_it() -> None:
    text = "€5 billion and 2 billion more, $7 billion and 3 after; 4"
    assert [(q.low, q.currency) for q in quantities(text) if q.kind == "money"] == [
        (5e9, "EUR"),
        (2e9, "EUR"),
        (7e9, "USD"),
        (3e9, "USD"),
        (4e9, "USD"),
    ]


def test_what_two_halve_is_half_each() -> None:
    (halved,) = quantities("they halve the requirement")
    assert as_share(halved) == (0.5, 0.5)
    assert as_change(halved, falling=True) == (-0.5, -0.5)
