"""Word lists: what companies, people and places of the world are called."""

from __future__ import annotations

import numpy as np


def _words(text: str) -> list[str]:
    return text.split()


_HEADS = _words(
    """
Alder Amber Anchor Apex Arbor Ash Aspen Atlas Aurora Autumn Avon Azure Bay Beacon Birch Black
Blue Bramble Bridge Bright Bronze Brook Canyon Cardinal Cedar Chestnut Clear Cliff Cloud Clover
Cobalt Copper Coral Crest Crown Crystal Cypress Dawn Deep Delta Dune Eagle East Echo Elm Ember
Ever Fair Falcon Fern Field Fir Flint Fox Frost Garnet Glen Gold Granite Green Grey Harbor Hawk
Hazel Heath Heron High Holly Horizon Indigo Iron Ivy Jade Juniper Kestrel Key King Lake Lark
Laurel Lime Linden Lumen Lunar Maple Marble Marsh Meadow Mercury Mill Mist Moon Moss North Nova
Oak Ocean Olive Onyx Opal Orchard Osprey Palm Pearl Pine Pioneer Polar Prairie Quartz Quill
Rain Raven Red Ridge River Robin Rose Rowan Sable Sage Salt Sand Sea Shore Silver Sky Slate
Snow Solar South Spring Spruce Star Steel Stone Summit Sun Swift Teal Thorn Tide Timber Topaz
True Vale Verdant Violet West White Wild Willow Wind Winter Wolf Wren
"""
)
_TAILS = _words(
    """
arc bank beam bend bolt bridge brook burn bury cast cliff craft crest cross dale den edge fall
fern field fleet flow ford forge gate glen grove guard hall haven hill hold hurst land leaf ley
light line link loft lock mark mere mill mont moor nest path peak pier point port quay reach
ridge rise root shore side span spire spring stead stone stream tower vale view ville ward
watch water way well wick wood works worth yard
"""
)
_FIRSTS = _words(
    """
Aaron Abigail Adam Aisha Alan Alice Amara Amir Amy Andrea Andrew Angela Anita Anna Anthony
Arjun Ava Ben Beth Brian Bruno Carl Carla Carmen Caroline Cathy Charles Chloe Chris Claire
Colin Dana Daniel David Dawn Deepa Diana Diego Donna Dylan Elena Eli Ella Emily Emma Eric Erin
Ethan Eva Fatima Felix Fiona Frank Gary George Grace Greg Hanna Harry Heather Helen Henry Hugo
Ian Ingrid Irene Isaac Ivan Jack Jacob James Jane Jason Jean Jenna Joan Joel John Jonas Joyce
Julia Karen Keith Kelly Kenji Kim Kyle Lara Laura Leah Leo Liam Lina Linda Lisa Lucas Lucy
Maria Marie Mark Martin Mary Mateo Maya Megan Mei Mia Mohan Monica Nadia Naomi Nathan Nina Noah
Nora Olga Oliver Omar Oscar Paul Peter Priya Rachel Raj Rita Rob Rosa Ruth Ryan Sam Sara Scott
Sean Sofia Steve Sue Tara Tess Theo Tim Tom Uma Vera Victor Wei Wendy Yara Yusuf Zoe
"""
)
_LASTS = _words(
    """
Adams Ahmed Allen Anderson Bailey Baker Barnes Becker Bell Bennett Brooks Brown Bryant Butler
Campbell Carter Chen Clark Cole Collins Cook Cooper Costa Cox Cruz Davies Davis Diaz Dubois
Edwards Evans Fischer Fisher Flores Ford Foster Garcia Gibson Gomez Graham Grant Gray Green
Gupta Hall Hamilton Harris Hayes Hill Hughes Hunt Iyer Jackson Jansen James Jenkins Johnson
Jones Kaur Kelly Kennedy Khan King Klein Kumar Lambert Lee Lewis Lopez Marshall Martin Mason
Meyer Miller Mitchell Moore Morgan Morris Murphy Myers Nelson Nguyen Novak Olsen Ortiz Owens
Park Parker Patel Perez Perry Peters Phillips Pinto Porter Powell Price Ramos Reed Reyes Rivera
Roberts Rogers Ross Rossi Russell Sanders Schmidt Scott Shah Shaw Silva Simmons Singh Smith
Souza Stewart Sullivan Tan Taylor Thomas Torres Turner Vargas Wagner Walker Wallace Ward Watson
Weber West White Williams Wilson Wong Wood Wright Yang Young Zhang
"""
)

BRAND_HEADS = _HEADS
BRAND_TAILS = _TAILS

# industry, NAICS codes, words a company of it carries in its name, share, fit to the product
INDUSTRIES: tuple[tuple[str, tuple[str, ...], tuple[str, ...], float, float], ...] = (
    ("Mortgage and Lending", ("522310", "522292"), ("Lending", "Mortgage"), 9, 0.9),
    ("Title and Escrow", ("541191", "524127"), ("Title", "Escrow"), 7, 1.0),
    ("Banking", ("522110", "522130"), ("Bank", "Savings"), 7, 0.8),
    ("Insurance", ("524113", "524210"), ("Insurance", "Mutual"), 8, 0.75),
    ("Legal Services", ("541110", "541199"), ("Legal", "Law"), 9, 0.85),
    ("Real Estate", ("531210", "531390"), ("Realty", "Estates"), 8, 0.8),
    ("Healthcare", ("621111", "622110"), ("Health", "Care"), 8, 0.5),
    ("Human Resources", ("561311", "541612"), ("Staffing", "People"), 6, 0.55),
    ("Financial Software", ("513210", "522320"), ("Pay", "Finance"), 7, 0.7),
    ("Software", ("513210", "541511"), ("Software", "Labs"), 9, 0.45),
    ("Logistics", ("484121", "488510"), ("Freight", "Logistics"), 5, 0.3),
    ("Retail", ("455219", "459999"), ("Retail", "Stores"), 5, 0.2),
    ("Manufacturing", ("332710", "333249"), ("Industries", "Systems"), 6, 0.2),
    ("Education", ("611310", "611710"), ("Learning", "Academy"), 4, 0.25),
    ("Construction", ("236220", "237310"), ("Construction", "Builders"), 4, 0.3),
    ("Government Services", ("921190", "541990"), ("Public", "Civic"), 3, 0.5),
)

# country, share, hours from UTC, top-level domains with shares, legal form, (state, city) …
COUNTRIES: tuple[
    tuple[str, float, int, tuple[tuple[str, float], ...], str, tuple[tuple[str, str], ...]], ...
] = (
    (
        "US",
        50,
        -6,
        (("com", 80), ("io", 8), ("co", 5), ("net", 4), ("ai", 3)),
        "Inc.",
        (
            ("TX", "Austin"),
            ("CA", "San Diego"),
            ("NY", "New York"),
            ("FL", "Tampa"),
            ("IL", "Chicago"),
            ("GA", "Atlanta"),
            ("CO", "Denver"),
            ("WA", "Seattle"),
        ),
    ),
    ("GB", 14, 0, (("co.uk", 75), ("com", 25)), "Ltd", (("", "London"), ("", "Leeds"))),
    ("DE", 8, 1, (("de", 85), ("com", 15)), "GmbH", (("BE", "Berlin"), ("BY", "München"))),
    ("CA", 7, -5, (("ca", 60), ("com", 40)), "Inc.", (("ON", "Toronto"), ("QC", "Montréal"))),
    (
        "AU",
        6,
        10,
        (("com.au", 85), ("com", 15)),
        "Pty Ltd",
        (("NSW", "Sydney"), ("VIC", "Geelong")),
    ),
    ("FR", 5, 1, (("fr", 80), ("com", 20)), "SAS", (("", "Lyon"), ("", "Paris"))),
    ("NL", 4, 1, (("nl", 75), ("com", 25)), "B.V.", (("", "Utrecht"), ("", "Rotterdam"))),
    ("IN", 3, 5, (("co.in", 45), ("com", 45), ("in", 10)), "Pvt Ltd", (("KA", "Bengaluru"),)),
    ("BR", 3, -3, (("com.br", 90), ("com", 10)), "Ltda", (("SP", "São Paulo"),)),
)
ALIAS_TLDS = ("io", "com", "net", "co")

# shown, as in an e-mail address
FIRST_NAMES: tuple[tuple[str, str], ...] = tuple(
    (name, ascii_name)
    for name, ascii_name in [
        *((name, name.lower()) for name in _FIRSTS),
        ("José", "jose"),
        ("Zoë", "zoee"),
        ("Jörg", "joerg"),
        ("Inès", "ines"),
    ]
)
LAST_NAMES: tuple[tuple[str, str], ...] = tuple(
    (name, ascii_name)
    for name, ascii_name in [
        *((name, name.lower()) for name in _LASTS),
        ("Müller", "mueller"),
        ("O'Brien", "obrien"),
        ("Núñez", "nunez"),
        ("Lefèvre", "lefevre"),
    ]
)
PERSONAL_DOMAINS = ("gmail.com", "yahoo.com", "outlook.com", "hotmail.com", "icloud.com", "gmx.de")
PERSONAL_SHARES = np.array([50.0, 16, 14, 10, 6, 4])

# title, share among those who buy, share among everybody else
TITLES: tuple[tuple[str, float, float], ...] = (
    ("Director of Operations", 10, 2),
    ("VP Operations", 8, 1),
    ("Chief Operating Officer", 6, 1),
    ("Operations Manager", 8, 6),
    ("Director of Legal", 6, 1),
    ("VP Legal", 3, 1),
    ("General Counsel", 6, 1),
    ("Paralegal", 2, 5),
    ("Director of Compliance", 9, 1),
    ("VP Compliance", 5, 1),
    ("Chief Compliance Officer", 6, 1),
    ("Compliance Analyst", 4, 6),
    ("Director of Product", 6, 2),
    ("VP Product", 5, 1),
    ("Chief Product Officer", 3, 1),
    ("Senior Product Manager", 6, 6),
    ("IT Director", 5, 2),
    ("CIO", 3, 1),
    ("IT Manager", 3, 5),
    ("Security Engineer", 2, 5),
    ("Software Engineer", 2, 10),
    ("CFO", 3, 1),
    ("Finance Manager", 2, 5),
    ("Accountant", 1, 6),
    ("Marketing Manager", 1, 6),
    ("Account Executive", 1, 6),
    ("HR Generalist", 1, 5),
    ("Office Assistant", 1, 6),
    ("Intern", 0, 4),
)


SELLERS: tuple[tuple[str, str], ...] = (
    ("Ada", "Brook"),
    ("Ben", "Castle"),
    ("Cleo", "Dane"),
    ("Dov", "Ellis"),
    ("Eva", "Ford"),
    ("Finn", "Gray"),
    ("Gia", "Hart"),
    ("Hal", "Ives"),
    ("Ida", "Jonas"),
    ("Jon", "Kerr"),
    ("Kim", "Lowe"),
    ("Leo", "Marsh"),
)
"""Our own people, who own accounts: the same in the CRM, the sending tool and the recordings."""


def seller_address(first: str, last: str) -> str:
    """The e-mail address of one of our own people."""
    return f"{first}.{last}@sealwright.example".lower()
