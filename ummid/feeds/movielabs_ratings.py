"""Rating systems and their values: MovieLabs Common Metadata Ratings (CMR) 2.5.1.

Facts taken from `CMR_Ratings_v2.5.1.xml` in MovieLabs/mddf (MIT): the value ids of each
system, all its versions and regions together.
"""

import re
from functools import cache, lru_cache

_LISTED = """
ACMA P C G PG M MA
AFC G PG 14A 18A R
AGCOM T VM14 VM18 VM6
AI GA 7+ 13+ 18+
ANATEL F I I-7 I-10 I-12 R A
BBFC U PG 12 12A 15 18 R18
BFVC G E 13 15 18 20 B
BMUKK AA 6 8 10 12 14 16
CBFC UA7+ UA13+ UA16+ U UA A S
CBSC E C C8 G PG 14 18
CBSC-F EC G 8+ 13+ 16+ 18+ RC
CCC TE 18X 6 7 14 18
CCE A M/3 M/4 M/6 M/12 M/14 M/16 M/18 M/18-P
CCEP TP7 TP I TP12 12 15 18
CHVRS G E PG 14A 18A R
CIC-SA G PG PG12 R12 R15 R18
CICF E KT/EA KNT/ENA
CNA AP 12 15 18 18+ G
CNC T 12 16 18 interdiction
CNE TP 12 15 18 21
CPBC G PG 14A 18A R A
CPBC-T AP SP R A
CSA 10 12 16 18 interdiction
CSCF T A 6 12 16 18
DJCTQ AL ER L L-12 L-14 L-16 L-18 L-10 A10 10 10-16 10-14 10-12 10-18 A12 12 12-18 12-16
DJCTQ 12-14 14 A14 14-18 14-16 16 A16 16-18 18 A18
EIRIN G PG12 R15+ R18+
ESRB RP RP17 E C 10-plus T M A
FAB F C PD PD-M M VM EM AO
FCBM U P12 P13 13 16 18 18SX 18PA 18SG 18PL
FCO I IIA IIB III
FPB A PG 7-9-PG 10 10M 10-12-PG 13 16 18 X18 XX
FRISK 14 L 6 9 12 16 18
FSF 0 6 12 12ab20uhr 16 18 X
FSK 0 6 12 16 18 Keine
Film U A/PG X TP 14 16 18 0 6 8 10 12 15 Pere L MS-6 K-6 MS-12 K-12 K-14 K-16 GN 12+ BN K
Film E K-13 K-15 K-17 18+ G ALL PT PG 7 P2 P5 P8 AA A B C D
HAVC SU 12 15 18
IBMCT GA 6A 6 7A 7 10A 10 13A 13 15A 15 16 18
ICAA APTA ER 7 12 13 16 18 X
IFCO G PG 12 15 18
IFCOF G PG 12A 15A 16 18
INAU TP 6 9 12 15 18
INCAA ATP SAM13 SAM16 SAM18 C
KCB PG G 12+ 13+ 15+ 18+ K BA B14 E16 E18 HA
KCC All 7+ 12+ 15+ 19+
KFCB G PG 16+ R
KMRB G 12+ 15+ 19+ 18+ LIM
Kijkwijzer AL 6 9 12 14 16 18
LCB PG G PG13 PG16 18+ R21
LKC V N-7 N-13 N-16 N-18
LSF SU A 13 17 21
MBACT T VM6 VM14 VM16 VM18
MC-JO G PG PG13 PG15 15+ 18+
MCCAA U PG 12A 12 14 15 16 18
MCCYP A 7 11 15
MCFA-KH G PG-13 NC-15 R-18
MCST P 0 C13 C16 16+ C18 NYR C T18 T16 T13 K
MDA G PG PG13 NC16 M18 R21
MDA-VG Adv16 M18
MEKU S 7 12 16 18
MFCB G PG 14A AA 18A R A XXX
MIA PG G PG-13 PG-15 15+ 18+
MKRF 18+ 0 6+ 12+ 16+ 6 12 14 16 18
MOC E T 7 12 15 18 X Banned
MOC-TW G P PG R-12 R-15 R
MOC-TW-TV G P PG-12 PG-15 R
MOI PG G PG13 PG15 15+ 18+ 21+
MOI-G 18 21 3 16 7 12
MPAA G PG M GP PG-13 R NC-17 X
MPAAT GB RB
MTRCB G-TV G PG-TV PG SPG R13 R16 R18 X
Medietilsynet A 6 7 9 11 12 15 18
NBC G PG 12+ 15+ 18+ 18+R PU
NBC-PL I II III IV 18+
NCS G PG M MA15 R18+ CTC X18+ RC
NFRC A B C C+ D+ D X
NFVCB G PG 12 12A 15 18 RE
NKC-LV U 7+ 12+ 16+ 18+
OFLC 13 16 18 G PG RP13 R13 R15 M RP16 R16 RP18 R18 R
OFRB G PG 14A 18A R
PEGI PEGI-3 PEGI-OK PEGI-7 PEGI-12 PEGI-16 PEGI-18
RCNOF I II III IV V VI
RCQ G 13+ 16+ 18+ RC
RESORTE-Health A B C D
RESORTE-Language A B C
RESORTE-Sexo A B C D E
RESORTE-Violencia A B C D E
RIAA PAL
RTC AA A B B15 C D
RTE Ch GA PS MA
SM-SA Barntillåten 7 11 15
SMAIS L 7 12 14 16 18
TV A B C G U E7- E7+ E12 E15 7 12 15 18
TVPG TV-Y TV-G TV-Y7 TV-Y7-FV TV-PG TV-14 TV-MA
UNRATED ALL UNRATED ADULT PROSCRIBED
Ukraine Yes 12 For 14 16 18 X21 Denied
"""
"""One system per line, then its values; a system with many values has several lines."""

_ALIASES = {"mpa": "mpaa", "ustv": "tvpg", "vchip": "tvpg"}
_NOT_RATED = frozenset({"nr", "ur", "unrated", "notrated", "norating"})


@lru_cache(maxsize=4096)
def is_known(system: str, value: str) -> bool:
    """Whether the list has this value in this system; "not rated" is a value of all systems.

    Case, spaces, hyphens and underscores do not count (`tv 14` is `TV-14`).
    """
    name = _plain(system)
    values = _values().get(_ALIASES.get(name, name))
    return values is not None and _plain(value) in values | _NOT_RATED


@cache
def _values() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in _LISTED.split("\n")[1:-1]:
        system, *values = line.split(" ")
        found.setdefault(_plain(system), set()).update(_plain(v) for v in values)
    return {system: frozenset(values) for system, values in found.items()}


def _plain(word: str) -> str:
    return re.sub(r"[\s_-]", "", word.casefold())
