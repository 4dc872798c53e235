"""The forms of questions, as data: tried in order over a question whose words and names were made alike.

Names stand as ``@o0`` (a party), ``@p1`` (a product), ``@c2`` (a country) or ``@u3`` (a name that no catalogue knows),
everyday words for items as ``#memory``, all other words as :mod:`graph.question.words` has them. In a form, X and Y are
names, P a product, I an item, L several names and S what stops: one or several names or countries. What ``.*`` and
``(?: \\w+)*`` pass over is not read by the form: :mod:`graph.question.reading` looks whether it may be passed over.
"""

from __future__ import annotations

import re
from typing import Final

_MACRO: Final = {
    "X": r"(?P<x>@[opu]\d+)(?: product)?",
    "WHO": r"(?P<x>@[opu]\d+)",
    "Y": r"(?P<y>@[opu]\d+)(?: product)?",
    "P": r"(?P<x>@[pu]\d+)(?: product)?",
    "I": r"(?P<item>@[pu]\d+|#\w+|product)(?: product)?",
    "ITEM": r"(?P<item>@[pu]\d+)(?: product)?",
    "L": r"(?P<list>@[opu]\d+(?: with @[opu]\d+)+)",
    # Y is gone ("when Y stopped" may be what happened)
    "GONE": r"(?:if (?P<y>@[opu]\d+)(?: 's)?(?: be)?(?: to)?(?: stop)+|without (?P<y>@[opu]\d+))",
    # X is who is served: "whom does X host" and "who rents from X" ask about the other end.
    "TO": r"^(?!.*\b(?:do|have|may|would) @\w+ (?:(?!be )\w+ )*{DO}\b)(?!(?:who|what)(?: product)? be @\w+ {DO}(?: (?:for|to|with))?$)(?!.*@\w+ {DO}(?: (?:for|to))? who$)(?!.*\bcloud (?:(?:do|have|may|would) @\w+ supply|use|supply|buy)\b)(?!.*\b(?:from|by) @\w+$)".replace(
        "{DO}", "(?:fabricate|foundry|package|host|license|restrict|ban|constrain)"
    ),
    "S": r"(?P<list>@[opuc]\d+(?: product)?(?: with @[opuc]\d+(?: product)?)*)",
}

#: (intent, form); the first form that is found decides.
_FORMS: Final = (
    ("coverage", r"^(?:tell )?(?:what be )?coverage$"),
    ("coverage", r"\bnot know\b|\bknow not\b|^(?:what|tell|where).*\bnot (?:know|cover|be)\b(?!.*@)"),
    ("conflicts", r"\bdisagree\b(?:.*?{X})?"),
    ("conflicts", r"{X} (?:'s |be )?disagree|disagree source-of on {X}"),
    # what if; what it means for one party is how exposed that one is
    ("exposure", r"^(?:what|how) (?:would |do )?(?:be )?(?:happen to|impact (?:on|to)) {WHO} {GONE}$|^{GONE} what (?:would |do )?(?:be )?(?:happen to|impact (?:on|to)) {WHO}$"),
    ("exposure", r"^(?:how )?(?:much )?(?:would|be) {WHO} (?:be )?hit {GONE}$|^{GONE} how (?:would|be) {WHO} (?:be )?hit$|^(?:how )?would {Y}(?: 's)? stop hit {WHO}$"),
    ("whatif", r"\b(?:if|without|when(?! (?:do|be|have|may|would) @))\b.*?{S}(?! with).*(?:stop|half|lose|ban|short|less|%|percent)\b"),
    ("whatif", r"\b(?:if|when(?! (?:do|be|have|may|would) @))\b.*(?<![\w-])(?:stop|lose|ban|half|short|less)\b.*?{S}(?! with)"),
    ("whatif", r"\bif\b.*?{S}(?: would| may| do)? not (?:supply|make|fabricate|package|host)\b"),
    ("whatif", r"\bif\b.*?{S}.*[-−–]? ?\d+ (?:%|percent)"),
    ("whatif", r"\bhit\b.*?{S}(?: 's)? stop$"),
    ("whatif", r"(?<!\bdo )\bwithout {S}$|\bimpact\b.*(?:stop|ban|lose|half|failure).*?{S}"),
    ("whatif", r"\bimpact\b.*?{S}.*(?:stop|ban|lose|half|failure)|^{S}(?: 's)? (?:stop|failure|ban)$|^{S} [-−–]? ?[\d.]+ ?(?:%|percent)$"),
    # fewest suppliers, firmest grips
    ("single_sourced", r"\bsourced\b(?:.*?{X})?"),
    ("single_sourced", r"{X}(?: 's| be| component)* sourced|{X}(?: 's| be| have| component)* single supplier$"),
    ("single_sourced", r"\bsingle(?: single)? (?:supplier|buy|maker|source-of)\b(?:.*?{X})?"),
    ("common_dependents", r"\b(?:depend|depend on|need)(?: on)? (?:both )?{L}$"),
    ("common_suppliers", r"\bcommon (?:supplier|dependency)\b(?: \w+)*? {L}|\b(?:supplier|dependency|component)? ?common(?: \w+)*? {L}"),
    ("common_suppliers", r"\b(?:supplier|dependency)(?: \w+)*? {L} (?:have |be )?(?:in )?common|\bdo {L} common supplier"),
    ("common_suppliers", r"\b(?:who|what)\b(?: \w+)*? {L}(?: both| common)* (?:depend on|need|depend|common)$"),
    ("chokepoints", r"{X}(?: 's)?(?: \w+)? chokepoint|\bchokepoint (?:of|for|in|on) {X}|\bchokepoint\b.*\bfor {X}"),
    ("chokepoints", r"^(?:who|what|tell)(?: supplier| single)? (?:would )?(?:stop|choke) {X}$"),
    ("chokepoints", r"\bsingle point\b(?:.*\b(?:of|for|in) {X})?|\bpoint of failure\b"),
    ("chokepoints", r"\bchokepoint\b(?!.*@)"),
    ("chokepoints", r"\bweak path (?:of|for|in|on) {X}|{X}(?: 's)? weak path"),
    ("concentration", r"\bconcentrated\b.*?{X}|{X}(?: 's)?(?: \w+)* concentrated"),
    # from one to another
    ("exposure", r"\bexposure to {Y} (?:of|for) {X}"),
    ("exposure", r"{X}(?: 's)?(?: \w+)*? (?:exposed|exposure)(?: \w+)*? (?:to|with|on) {Y}"),
    ("exposure", r"\bexpos(?:ed|ure)\b.*?(?<!\bto )(?<!\bby ){X}.*?\b(?:to|on) {Y}"),
    ("exposure", r"\bhow depend(?: on)? be {X} on {Y}"),
    ("exposure", r"\bmuch\b.*?{X}.*\b(?:depend|need)\b.*?{Y}"),
    ("exposure", r"\bdependency of {X} on {Y}|{X}(?: 's)? dependency on {Y}"),
    ("exposed", r"\bexpos(?:ed|ure)\b.*?\b(?:to|by|with) {X}$|\bmost\b.*\bdepend on {X}$|\bdepend most(?: much)? on {X}$"),
    ("paths", r"{X}.*?\b(?:depend on|need)\b(?: \w+)*? {Y}"),
    ("paths", r"\bpath from {Y} to {X}"),
    ("paths", r"\bpath\b.*?{X} (?:and|with|to) {Y}|{X}(?: be| do)? path (?:to|with|on) {Y}|\bbetween {X} with {Y}"),
    ("paths", r"\bhow\b.*?{X}.*\bpath\b.*{Y}|\bhow be {X} with {Y} path$"),
    ("links", r"^(?:what percent|what common|how much)(?: of)? {X}(?: 's)? {I} (?:do )?{Y} supply$"),
    ("links", r"^(?:what percent|what common|how much)(?: of)? {X}(?: 's)? {I} (?:be )?(?:supply )?(?:from|by) {Y}$"),
    ("links", r"^(?:what percent|what common|how much)(?: of)? {I} (?:do )?{Y} supply(?: to)? {X}$"),
    ("links", r"^(?:do|be|have) {Y} (?:fabricate|package|host|license)(?: product)?(?: (?:for|to))? {X}$|^what (?:do )?{Y} (?:host|license)(?: (?:for|to))? {X}$"),
    ("links", r"^(?:tell )?what (?:do )?{Y} (?:supply|make|package|fabricate)(?: (?:to|for))? {X}(?: with)?$"),
    ("links", r"^(?:tell )?what (?:do )?{X} buy from {Y}$"),
    ("links", r"^(?:do )?{X} buy(?: {I})? from {Y}$|^be {Y} supplier of {X}$|^be {X} customer of {Y}$"),
    ("links", r"^(?:do )?{Y} supply {X}(?: with {I})?$|^(?:do )?{Y} supply {I} to {X}$"),
    ("timeline", r"^(?:tell )?(?:what )?(?:be )?(?:most )?change (?:on|of|for|with|in) {X}$|^{X}(?: 's)? change$"),
    ("timeline", r"\btimeline\b.*?{X}(?: with {Y})?|{X}(?: 's)? timeline|\bhappen\b.*? (?:to|with|on|at) {X}|\bchange at {X}"),
    # capital and ties
    ("investors", r"^where do {X}(?: 's)? stake (?:buy )?from$"),
    ("investments", r"\b(?:do|have) {X}(?: \w+)*? invest\b(?: in)?|\binvestment (?:of|by|from) {X}|{X}(?: 's)? investment"),
    ("investments", r"^(?:who|what) {X}(?: \w+)? invest(?: in)?$|\bstake of {X}|{X} 's stake|\bdo {X} (?:have|own|hold)(?: \w+)? stake\b"),
    ("investors", r"\binvest (?:in )?{X}|\binvestor (?:of|in|to|behind) {X}|{X}(?: 's)? investor|\bstake in {X}"),
    ("investors", r"\b(?:who|what)\b.*\b(?:maker|invest) (?:of|in) {X}(?: 's)? stake|^who own (?P<x>@o\d+)$"),
    ("rivals", r"\brival\b.*?{X}|{X}.*?\brival\b"),
    ("partners", r"\bpartner\b.*?{X}|{X}.*?\bpartner\b"),
    ("restrictions", r"{TO}(?!.*\b(?:restrict|ban) from supply\b).*?(?:\b(?:restrict|ban)\b.*?{X}|{X}.*?\b(?:restrict|ban)\b)"),
    ("shortages", r"{TO}.*?(?:\bshort\b.*?{X}|{X}.*?\bshort\b|\bconstrain\b.*?{X}|{X}.*?\bconstrain\b)"),
    # kinds of supply
    ("users", r"\b(?:who|what|tell)\b(?: \w+)*? use {P}|\buser of {X}|{X} 's user|\b(?:make|design) (?:on|with) {P}$|\bon {P} be use$"),
    ("users", r"^who buy {P}$"),
    ("users", r"^(?:who|what)(?: \w+)*? (?:use|use on) {X}$|\buse (?:on |in )?{P}$"),
    ("hosts", r"{TO}.*?(?:\b(?:host|rent)\b.*?{X}|{X}.*?\b(?:host|rent)\b|\bcloud\b.*?{X}|{X}.*\bcloud\b)"),
    ("hosts", r"{TO}.*?(?:\bsupply\b.*\bcompute\b.*?{X}|\bsupply\b.*?{X}.*\bcompute\b|{X} buy(?: \w+)? compute|\bcompute supplier (?:of|for) {X}|{X}(?: 's)? compute supplier|{X} use on$)"),
    ("hosts", r"\bwhere do {X} (?:buy|use)(?: \w+)* compute|\bcompute\b.*\bfor {X}"),
    ("licensors", r"{TO}.*?(?:\blicense\b.*?{X}|{X}.*\blicense\b)"),
    ("packagers", r"{TO}.*?(?:\bpackage\b.*?{X}|{X}.*?\bpackage\b)"),
    ("fabricators", r"{TO}.*?(?:\b(?:fabricate|foundry)\b.*?{X}|{X}.*?\b(?:fabricate|foundry)\b)"),
    ("fabricators", r"^who make (?:product |processor )?for {X}|^who make (?P<x>@o\d+)(?: 's)? product$|\bmake (?:product|processor) (?:for|of) {X}|^where be {X}(?: 's)?(?: product)? make$"),
    # supply
    ("customers", r"\b(?:who|what)\b.* buy(?: {I})? from {X}$|\bcustomer of {X}|{X}(?: 's)? customer|\bcustomer\b.*\bdo {X} (?:have|supply)"),
    ("customers", r"\bto who do {X} supply(?: {I})?$|\b(?:who|what) do {X} supply(?: {I})?(?: (?:to|with))?(?: {I})?$"),
    ("customers", r"^who {X} supply$|\bsupply (?:from|by) {X}$"),
    ("suppliers", r"\bsupply {X} with {I}|\bsupply {I} (?:to|for) {X}|\bsupply {X} {I}$"),
    ("suppliers", r"{X}(?: 's)? {I} (?:supplier|buy from|come from)|\bsupplier of {I} (?:to|for) {X}|{X}(?: 's)? supplier of {I}|{X} 's {I} supplier"),
    ("suppliers", r"\bwhere do {X}(?: 's)? (?:buy )?{I} (?:from|come from|buy from|buy)|\b(?:where|who) do {X} buy {I}(?: from)?|\bfrom who do {X} buy {I}"),
    ("suppliers", r"^what(?: product)? do {X} buy$|^(?:who|what) supplier (?:do|have) {X}(?: have)?$"),
    ("suppliers", r"\b(?:where|who) do {X} buy(?: from)?|\bfrom who do {X} buy|\b(?:where|who) be {X}(?: 's)? {I} (?:buy|from)"),
    ("suppliers", r"\bsupply {ITEM}$|\bsupplier (?:of|for) {ITEM}$|{ITEM}(?: 's)? supplier$"),
    ("suppliers", r"\bsupply (?:to )?{X}|\bsupplier (?:of|for|to) {X}|{X}(?: 's)? supplier|\bsupply for {X}"),
    # dependence
    ("dependents", r"\b(?:who|what|whose|tell)\b(?: \w+)*? (?:depend on|need) {X}$|\bdependent of {X}|{X}(?: 's)? dependent$|\bdownstream (?:of|from) {X}|{X}(?: 's)? downstream"),
    ("dependencies", r"{X}(?: be| do)? depend(?: on)?(?: what| who)?$|\bon (?:who|what) (?:do|be) {X} depend|\bdependency of {X}|{X}(?: 's)? dependency|\bupstream (?:of|from) {X}|{X}(?: 's)? upstream|{X} need$"),
    ("dependents", r"\b(?:depend|depend on|need) {X}$|\bneed {X}\b"),
    ("dependents", r"\b(?:who|what|tell)\b(?: \w+)*? (?:depend on|need) {X}"),
    # products
    ("makers", r"\b(?:who|what|tell)(?: \w+)*? (?:make|design) {X}$|\bmaker (?:of|behind) {P}|{P}(?: 's)? maker|\bwhose (?:product )?be {P}$|\b(?:make|design) by who {P}|\bbehind {P}$|\bby who {P} (?:make|design)"),
    ("products", r"\b(?:what|who)(?: product)? (?:do|have) {X}(?: \w+)?? (?:make|design|have|supply)|\bproduct (?:of|by|from|make by|design by) {X}|{X} 's product$|^(?:tell )?(?P<x>@o\d+) product$"),
    # all else about one name
    ("profile", r"\bknow (?:on|of) {X}|^(?:tell )?(?:everything )?(?:what )?(?:tell )?(?:be )?(?:there )?(?:know )?(?:on|for) {X}$|^(?:who|what) be {X}$|\beverything (?:on|of|know on) {X}|^tell {X}$|^(?:profile (?:of )?)?{X}(?: profile)?$|^what be on at {X}$"),
)  # fmt: skip


_PASSED_OVER: Final = re.compile(r"\.\*\??|\(\?: \\w\+\)[*?]\??")


def _compiled(form: str) -> re.Pattern[str]:
    """Return a form as a pattern; a name may stand once in each alternative, and what is passed over is a group of its own."""
    count: dict[str, int] = {}

    def numbered(name: str) -> str:
        count[name] = count.get(name, 0) + 1
        return f"(?P<{name}{count[name]}>"

    def macro(match: re.Match[str]) -> str:
        return re.sub(r"\(\?P<(\w+)>", lambda group: numbered(group[1]), _MACRO[match[1]])

    form = _PASSED_OVER.sub(lambda gap: f"{numbered('over')}{gap[0]})", form)
    return re.compile(re.sub(r"\{([A-Z]+)\}", macro, form))


FORMS: Final = tuple((intent, _compiled(form)) for intent, form in _FORMS)


def named(match: re.Match[str]) -> dict[str, str]:
    """Return what a form found: ``x``, ``y``, ``item`` and ``list``, as far as they stand there."""
    found: dict[str, str] = {}
    for group, text in match.groupdict().items():
        if text is not None and not group.startswith("over"):
            found.setdefault(group.rstrip("0123456789"), text)
    return found


def passed_over(match: re.Match[str]) -> list[tuple[int, int]]:
    """Return where the words stand that a form passes over."""
    return [match.span(group) for group, text in match.groupdict().items() if text and group.startswith("over")]


def where_named(match: re.Match[str]) -> list[tuple[int, int]]:
    """Return where the names stand that a form found."""
    return [match.span(group) for group, text in match.groupdict().items() if text and not group.startswith("over")]
