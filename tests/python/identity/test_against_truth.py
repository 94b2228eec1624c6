"""Precision and recall on a made-up world, whose truth the pipeline never reads."""

from __future__ import annotations

from bench.identity import judge
from tests.python.conftest import Shop, needs_built_world

PRECISION, RECALL = 0.99, 0.93


@needs_built_world
def test_pairs_of_identities_are_found_and_few_are_wrong(built_tiny: Shop) -> None:
    found = judge(built_tiny.folder / "kept.duckdb", built_tiny.world)
    for pairs, fewest in ((found.people, 200), (found.companies, 100)):
        assert pairs.true >= fewest, "too few to say anything"
        assert pairs.precision >= PRECISION
        assert pairs.recall >= RECALL
    assert found.people.recall > found.people_unmerged.recall + 0.03, "merging finds more"
    assert found.companies.recall > found.companies_unmerged.recall, "so do aliases"


@needs_built_world
def test_links_of_every_rule_that_merged_are_right(built_tiny: Shop) -> None:
    found = judge(built_tiny.folder / "kept.duckdb", built_tiny.world)
    merged = [rule for rule in found.rules if rule.merged]
    assert len(merged) >= 3
    for rule in merged:
        assert rule.merged_right >= PRECISION * rule.merged, rule.rule
