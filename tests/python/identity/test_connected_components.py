"""The rounds of least labels find what hangs together, however links lie and are ordered."""

from __future__ import annotations

import random

import duckdb
import jinja2
from hypothesis import given, settings
from hypothesis import strategies as st

from python_jobs.settings import PROJECT_DIR

MACROS = (PROJECT_DIR / "macros/project/identity.sql").read_text(encoding="utf-8")
ROUNDS = 8
QUERY = jinja2.Environment().from_string(
    MACROS + "with {{ connected_components('links', 'people') }} select * from connected_components"
)

links = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 30)).filter(lambda pair: pair[0] != pair[1]),
    min_size=1,
    max_size=25,
)


def labels_of(pairs: list[tuple[int, int]], ranks: dict[str, int]) -> dict[str, str]:
    """Person to label, as the macro has it on DuckDB."""
    with duckdb.connect() as con:
        con.execute("create table links (person_id varchar, other_person_id varchar)")
        con.execute("create table people (person_id varchar, merge_rank integer)")
        con.executemany("insert into links values (?, ?)", [[f"p{a}", f"p{b}"] for a, b in pairs])
        con.executemany("insert into people values (?, ?)", [[*one] for one in ranks.items()])
        return dict(con.sql(QUERY.render()).fetchall())


def reached_from(pairs: list[tuple[int, int]], person: int) -> dict[int, int]:
    """Everybody who hangs together with a person, and how many links away."""
    away, edge = {person: 0}, [person]
    while edge:
        one = edge.pop(0)
        for a, b in pairs:
            for here, there in ((a, b), (b, a)):
                if here == one and there not in away:
                    away[there] = away[one] + 1
                    edge.append(there)
    return away


@settings(max_examples=60, deadline=None)
@given(pairs=links, seed=st.integers(0, 1000))
def test_everybody_in_reach_has_the_least_label_of_all(
    pairs: list[tuple[int, int]], seed: int
) -> None:
    ranks = {f"p{number}": 1 + (number * seed) % 5 for number in range(31)}
    labels = labels_of(pairs, ranks)
    assert labels.keys() == {f"p{number}" for pair in pairs for number in pair}
    for person in {number for pair in pairs for number in pair}:
        away = reached_from(pairs, person)
        near = [number for number, links_away in away.items() if links_away <= ROUNDS]
        least = min(f"{ranks[f'p{number}']}:p{number}" for number in near)
        assert labels[f"p{person}"] == least
    shuffled = [pair[:: random.Random(seed).choice((1, -1))] for pair in pairs]
    random.Random(seed).shuffle(shuffled)
    assert labels_of(shuffled, ranks) == labels
