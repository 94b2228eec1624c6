"""Calls by the words said in them, and by what they are about; in SQL on both engines."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from python_jobs.errors import ConfigurationError

if TYPE_CHECKING:
    from python_jobs.warehouse import Warehouse

VECTOR = {"duckdb": "float[256]", "snowflake": "vector(float, 256)"}
SIMILARITY = {"duckdb": "array_cosine_similarity", "snowflake": "vector_cosine_similarity"}
FROM_TEXT = {
    "duckdb": "cast(? as {type})",
    "snowflake": "cast(cast(parse_json(?) as array) as {type})",
}
"""A vector from the text of a JSON array of numbers."""

_WORD = re.compile(r"[^\W_']+(?:'[^\W_']+)*")
_MARKS = '.,;:!?()[]/"-–—…“”„‘«»¿¡、。，！？：；（）「」『』・'
"""What stands before a word without being part of it."""
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Letters of scripts without spaces between words: Thai, Lao, Burmese, Khmer, kana, Chinese."""
_CALL = "calls.call_id, calls.title, calls.rep_name, calls.account_name, calls.started_at"


@dataclass(frozen=True)
class Found:
    """A call that was found: ``score`` is sentences with one of the words, or the cosine."""

    call_id: str
    title: str | None
    rep_name: str | None
    account_name: str | None
    started_at: Any
    score: float
    said: str | None = None


def by_words(warehouse: Warehouse, words: str, top: int) -> list[Found]:
    """Calls in which all the words are said, those that say them most first, with a sentence that
    says most of them. A word is found from its beginning on: ``price`` also in prices; anywhere,
    where its script leaves no space between words.

    Raises:
        ConfigurationError: there is no word.
    """
    wanted = sorted(set(_WORD.findall(words.lower())))
    if not wanted:
        raise ConfigurationError(f"'{words}' has no word to search for")
    hits = ", ".join(
        f"case when contains(words, ?) then 1 else 0 end as word_{place}"
        for place in range(len(wanted))
    )
    names = [f"word_{place}" for place in range(len(wanted))]
    rows = warehouse.rows(
        f"with spoken as (select call_id, segment_number, text, "
        f"' ' || translate(lower(text), '{_MARKS}', '{' ' * len(_MARKS)}') as words "
        f"from marts.call_segments), "
        f"hits as (select call_id, segment_number, text, {hits} from spoken "
        f"where {' or '.join('contains(words, ?)' for _ in wanted)}), "
        f"found as (select call_id, count(*) as sentence_count, "
        f"max_by(text, ({' + '.join(names)}) * 1000000 - segment_number) as said from hits "
        f"group by call_id having {' and '.join(f'max({name}) = 1' for name in names)} "
        f"order by sentence_count desc, call_id limit {int(top)}) "
        f"select {_CALL}, found.sentence_count as score, found.said from found "
        f"inner join marts.calls_enriched as calls on found.call_id = calls.call_id "
        f"order by score desc, calls.call_id",
        [word if _UNSPACED.search(word) else f" {word}" for word in (*wanted, *wanted)],
    )
    return [Found(**row) for row in rows]


def like_call(warehouse: Warehouse, call_id: str, top: int, threshold: float) -> list[Found]:
    """Calls nearest to a call, by vectors of the same engine and model.

    Raises:
        ConfigurationError: the call has no vector.
    """
    if not warehouse.rows("select 1 from ai.call_embeddings where call_id = ?", [call_id]):
        raise ConfigurationError(
            f"call {call_id} has no embedding: run `gtm enrich call_embedding` and build "
            "ai.call_embeddings, or give a text"
        )
    source = "select embedding, engine, model, call_id from ai.call_embeddings where call_id = ?"
    return _nearest(warehouse, source, call_id, top, threshold)


def like_text(warehouse: Warehouse, text: str, top: int, threshold: float) -> list[Found]:
    """Calls nearest to a text.

    Raises:
        ConfigurationError: there are no vectors that a text can be compared with.
    """
    from python_jobs.enrich.engines.offline import Offline
    from python_jobs.enrich.tasks.call_embedding.offline import embedded

    if not warehouse.rows(
        "select 1 from ai.call_embeddings where engine = ? limit 1", [Offline.name]
    ):
        raise ConfigurationError(
            "no call has an embedding that was made offline: run `gtm enrich call_embedding` and "
            "build ai.call_embeddings"
        )
    kind = VECTOR[warehouse.target]
    source = (
        f"select {FROM_TEXT[warehouse.target].format(type=kind)} as embedding, "
        f"'{Offline.name}' as engine, '{Offline.model}' as model, '' as call_id"
    )
    return _nearest(warehouse, source, json.dumps(embedded(text)), top, threshold)


def _nearest(
    warehouse: Warehouse, source: str, value: str, top: int, threshold: float
) -> list[Found]:
    similar = SIMILARITY[warehouse.target]
    rows = warehouse.rows(
        f"with wanted as ({source}), "
        f"scored as (select others.call_id, {similar}(others.embedding, wanted.embedding) as score "
        "from ai.call_embeddings as others cross join wanted "
        # a call may have turned private since it was read
        "inner join marts.fct_calls on others.call_id = fct_calls.call_id "
        "where not fct_calls.is_private and others.engine = wanted.engine "
        "and others.model = wanted.model and others.call_id <> wanted.call_id), "
        f"nearest as (select call_id, score from scored where score >= ? "
        f"order by score desc, call_id limit {int(top)}) "
        f"select {_CALL}, nearest.score from nearest "
        "inner join marts.calls_enriched as calls on nearest.call_id = calls.call_id "
        "order by nearest.score desc, calls.call_id",
        [value, threshold],
    )
    return [Found(**row) for row in rows]
