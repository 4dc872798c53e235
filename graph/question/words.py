"""The words of questions: many spellings and forms to one, so that the forms of questions stay few."""

from __future__ import annotations

from typing import Final

#: One word → the words read as it.
_SAME: Final = {
    "who": "who whom whoever",
    "do": "do does did",
    "be": "is are be was were been being",
    "would": "would could can should",
    "may": "may might will",
    "have": "have has had having",
    "depend": "depend depends depended depending dependent dependant reliant relies rely relied relying leans lean hinges hinge hangs",
    "need": "need needs needed needing require requires required requiring",
    "dependent": "dependents dependants",
    "dependency": "dependency dependencies dependancies dependence reliance",
    "downstream": "downstream",
    "upstream": "upstream",
    "supply": "supply supplies supplied supplying deliver delivers delivered delivering ship ships shipped shipping "
    "sell sells sold selling provide provides provided providing furnish furnishes sends send sending",
    "buy": "buy buys bought buying purchase purchases purchased purchasing procure procures obtain obtains get gets getting "
    "source sourcing sourced order orders receive receives",
    "supplier": "supplier suppliers vendor vendors provider providers seller sellers",
    "customer": "customer customers client clients buyer buyers purchaser purchasers",
    "fabricate": "fabricate fabricates fabricated fabricating fab fabs fabbed fabbing",
    "foundry": "foundry foundries",
    "package": "package packages packaged packaging packager packagers osat",
    "host": "host hosts hosted hosting hoster hosters",
    "rent": "rent rents rented renting lease leases leased leasing",
    "cloud": "cloud clouds datacentre datacenter datacentres datacenters",
    "compute": "compute computing capacity",
    "license": "license licenses licensed licenced licensing licence licences licensor licensors",
    "licensee": "licensee licensees",
    "make": "make makes made making manufacture manufactures manufactured manufacturing produce produces produced producing "
    "build builds built building create creates created creating launch launched launches release released releases offer offers",
    "design": "design designs designed designing develop develops developed developing",
    "maker": "maker makers manufacturer manufacturers developer developers designer designers creator creators producer "
    "producers owner owners",
    "product": "product products chip chips silicon models hardware",
    "processor": "processor processors",
    "use": "use uses used using deploy deploys deployed deploying adopt adopts adopted adopting employ employs employed run runs "
    "running ran powered powers utilise utilises utilize utilizes",
    "user": "user users adopter adopters",
    "path": "path paths route routes chain chains link links linked connection connections connect connects connected "
    "connecting relationship related relate tie ties tied",
    "how": "how in-what-way",
    "why": "why",
    "way": "way ways",
    "exposed": "exposed exposes expose vulnerable sensitive",
    "exposure": "exposure exposures",
    "stop": "stop stops stopped stopping fail fails failed failing shut shuts halt halts halted halting cease ceases down "
    "collapse collapses collapsed offline outage outages shutdown shutdowns disappear disappears disappeared vanish vanishes vanished break breaks burns "
    "bankrupt dies die strike blockade blockaded",
    "half": "half halve halves halved halving",
    "lose": "lose loses lost losing cut cuts cutting drop drops dropped dropping fall falls fell reduce reduces reduced reducing "
    "slashes slash",
    "ban": "ban bans banned banning sanction sanctions sanctioned sanctioning embargo embargoes embargoed forbid forbids forbidden",
    "hit": "hit hits hurt hurts suffer suffers affected affect affects stopped-by harmed harm",
    "chokepoint": "chokepoint chokepoints choke-point choke-points bottleneck bottlenecks",
    "single": "single sole only one",
    "sourced": "single-sourced sole-sourced singlesourced solesourced single-source sole-source",
    "component": "component components part parts item items input inputs material things",
    "common": "common shared jointly share shares mutual overlap overlapping",
    "both": "both",
    "concentrated": "concentrated concentration concentrate hhi",
    "invest": "invest invests invested investing back backs backed backing fund funds funded funding finance finances financed "
    "financing bankroll bankrolls bankrolled",
    "investor": "investor investors backer backers shareholder shareholders funder funders",
    "investment": "investment investments",
    "stake": "stake stakes holding holdings equity money",
    "rival": "rival rivals competitor competitors competition challenger challengers compete competes competed competing "
    "competitive alternative alternatives",
    "partner": "partner partners partnered partnering partnership partnerships ally allies collaborate collaborates collaborator "
    "collaborators collaborating works cooperates cooperate",
    "less": "less fewer lower",
    "short": "short shortage shortages scarce lacking lacks lack",
    "constrain": "constrain constrains constrained constraining constraints constraint",
    "restrict": "restrict restricts restricted restricting regulates regulate probes probe restrictions restriction tariff tariffs "
    "investigates investigate",
    "profile": "profile profiles overview",
    "timeline": "timeline history chronology events story",
    "happen": "happen happens happened happening",
    "change": "change changes changed changing news new moved update updates updated",
    "disagree": "disagree disagrees disagreed disagreeing disagreement disagreements contradict contradicts contradicted "
    "contradicting contradiction contradictions conflict conflicts conflicting dispute disputes disputed differ differs",
    "source-of": "sources outlets reports claims newspapers",
    "know": "know knows known knowing",
    "not": "not cannot unknown gaps missing",
    "coverage": "coverage blind",
    "on": "on about upon regarding concerning",
    "if": "if suppose supposing assume assuming imagine",
    "when": "when",
    "at": "at",
    "own": "own owns owned owning",
    "hold": "hold holds held",
    "acquire": "acquire acquires acquired acquiring takeover",
    "most": "most key biggest largest worst top greatest main",
    "everything": "everything anything all",
    "tell": "tell show list give name find display print enumerate describe explain summarise summarize",
    "from": "from",
    "to": "to",
    "with": "with and against versus vs",
    "of": "of",
    "for": "for",
    "in": "in into",
    "by": "by via through",
    "where": "where wherefrom",
    "what": "what which",
    "whose": "whose",
    "output": "output production shipments exports deliveries",
    "out": "out",
    "much": "much strongly heavily far",
    "business": "business",
    "point": "point points",
    "weak": "weak weakest",
    "failure": "failure failures",
    "impact": "impact impacts effect effects consequence consequences",
    "without": "without",
    "between": "between",
    "percent": "percent per cent percentage",
    "under": "under",
}

_OTHER: Final = (
    "alley alloy baked baker baking bands bangs banks barns beans beings black blacks blinds booth brought building buildings burying "
    "cases cents challenge challenges claim claims cloudy complete completed completes completing computed computer computes crate "
    "crates delivery displays domes downs drown event export filed filing fined found founded founder founders founding frail hated "
    "hating hints hoisted holster intro learn learns liked lined loose loser losers losses lowers lunch marin marker markers marking "
    "mighty modem modes monkey needy outrage owing patch prints rally receiver receivers relay reliefs replied replies reply replying "
    "routed router routers ruins scare shell shells shorts shout shouts singled singles smell smells solid solve spell spelling spells "
    "spend spending spends splash stole storey stormy striker summaries swell swelling thing thorough though through tides tiers tiles "
    "timed times tired tires tried tries trough usher wheat width wills witch"
)
#: Words that are one letter away from words that are read and mean something else.
OTHER: Final = frozenset(_OTHER.split())

#: Words that say nothing here.
_NOTHING: Final = (
    "the a an any really please currently now today also exactly actually me we i you there its it their they this that "
    "just some other put puts at go goes going went gone comes come came quite very indeed still ever ultimately many each respectively "
    "company companies firm firms party parties organisation organisations organization organizations players player "
    "actors then because so supply-chain world graph graph's data according overall everybody everyone anybody anyone somebody someone"
)
EMPTY: Final = frozenset(_NOTHING.split())

WORDS: Final = {form: word for word, forms in _SAME.items() for form in forms.split()}

_HARMLESS: Final = "who what tell whose where do be would may have 's of on in to for from by with everything"
_HARMLESS_IN: Final = {
    "dependents": "business hit",
    "dependencies": "business supplier",
    "suppliers": "supply supplier product buy component",
    "customers": "product supply component",
    "links": "product component",
    "fabricators": "product processor make use",
    "packagers": "product processor make",
    "hosts": "compute supply supplier use cloud",
    "makers": "product processor",
    "products": "product processor make",
    "users": "product processor make",
    "paths": "how why way path between",
    "exposure": "how much exposure business",
    "exposed": "most",
    "whatif": "if when at happen hit impact output compute component supply make use business single both",
    "chokepoints": "most supplier component point single failure at",
    "single_sourced": "component supplier product",
    "common_suppliers": "supplier both",
    "concentration": "how most supply supplier component",
    "investors": "invest stake investor",
    "investments": "stake",
    "partners": "make",
    "restrictions": "supply supplier",
    "shortages": "supply supplier output at",
    "timeline": "most at",
    "changes": "change happen",
    "conflicts": "source-of",
    "coverage": "how",
    "profile": "know everything",
}
#: Words, as they are read, that change no question; all others must be part of a form, or the question is not read by it.
HARMLESS: Final = frozenset(_HARMLESS.split())
#: Words that change no question of one intent.
HARMLESS_IN: Final = {intent: frozenset(words.split()) for intent, words in _HARMLESS_IN.items()}

#: Everyday words for a kind of item; they narrow a list and are not names.
ITEMS: Final = {
    "memory": ("Memory",),
    "gpu": ("Gpu", "AiAccelerator"),
    "gpus": ("Gpu", "AiAccelerator"),
    "accelerators": ("AiAccelerator", "Gpu"),
    "servers": ("ServerSystem",),
    "equipment": ("Equipment",),
    "power": (),
    "electricity": (),
    "wafers": ("Material",),
    "substrates": ("Material",),
    "storage": ("Storage",),
    "materials": ("Material",),
}
