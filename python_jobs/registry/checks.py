"""What must be true of the registries in force; every breach is one sentence saying what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

import duckdb
from publicsuffixlist import PublicSuffixList

from python_jobs.reference import personal_mail_rows
from python_jobs.registry.definitions import ANY, REGISTRIES, Row, plainly

PLACEHOLDER = "{{JSON_HERE}}"
OTHER_LANE = "other"
ALWAYS_ON = ("nobody_fits", "no_email", "do_not_contact", "opted_out", "no_mailbox")
NEEDS_LIMIT = ("person_cool_down", "weekly_cap", "capacity")
LISTED = ": use one of "
"""What comes before a list of what there is, in a sentence about what is not."""
AT_LEAST_ONE = ("part_characters", "window_months", "period_days")
"""Settings of closed-lost mining and of coaching: of none there is nothing to count by."""
NAME = r"[A-Za-z][A-Za-z0-9_]*"
# What the models can hold: a number becomes decimal(18, 6). Checked here, not where values are
# parsed: a journal that holds a larger figure must stay readable, or it could not be mended.
BELOW = {"integer": 2**31, "number": 10**12}
# The scoring models write these registries' keys, and the labels of key events, into their SQL.
WRITTEN_INTO_SQL = ("lanes", "score_configs", "key_events")
IDENTITY_TYPES = (
    "email",
    "hashed_email",
    "crm_id",
    "posthog_distinct_id",
    "product_user_id",
    "outreach_prospect_id",
    "gong_party_id",
    "person_id",
)

Rows = dict[str, list[Row]]


def problems(rows: Rows) -> list[str]:
    """Every breach in the rows in force, as sentences; empty when all is well."""
    found: list[str] = []
    for check in _CHECKS:
        found += check(rows)
    return found


def regex_problem(pattern: str) -> str | None:
    """Why a regular expression cannot be used on both engines; None if it can.

    DuckDB has RE2, Snowflake has POSIX extended expressions:
    https://docs.snowflake.com/en/sql-reference/functions-regexp
    """
    plain = re.sub(r"\[\^?\]?(\[:[a-z]+:\]|[^\]])*\]", "x", pattern)
    if re.search(r"\(\?([=!]|<[=!])", plain):
        return "looks ahead or behind, which neither engine can"
    if re.search(r"\\[1-9]", pattern):
        return "refers back to a group, which DuckDB cannot"
    if "\\" in pattern:
        return "has a backslash, which the engines read differently: write [.] and [0-9]"
    if "(?" in plain:
        return "has a group starting with (?, which Snowflake does not know: use plain brackets"
    if re.search(r"[*+?}]\?", plain):
        return "has a quantifier followed by ?, which Snowflake does not know: leave the ? out"
    try:
        duckdb.execute("select regexp_matches('', ?)", [pattern])
    except duckdb.Error as error:
        return f"does not compile: {str(error).splitlines()[0].split(': ', 1)[-1]}"
    return None


def _python_pattern_problem(pattern: str) -> str | None:
    """Why an expression cannot be used where Python searches texts with it, too; None if it can.

    Python tries every way in which a text may fit; where a repeat repeats, some dozens of letters
    have more of them than anybody waits for. What is slow by other means, as ``(a|a)*``, passes.
    """
    if "[:" in pattern:
        return "has a class such as [:digit:], which is another in Python: write [a-z] or [0-9]"
    return _text_pattern_problem(pattern) or (
        "repeats what repeats itself, which may never end on a long text: leave one of them out"
        if _repeats_repeats(pattern)
        else None
    )


def _repeats_repeats(pattern: str) -> bool:
    """Whether a group that may come again holds what has no end, or one without an end holds what
    is of several lengths. Groups are looked at from the innermost out."""
    left = re.sub(r"\[\^?\]?[^\]]*\]", "x", pattern)
    while group := re.search(r"\(([^()]*)\)([*+]|\{\d+(?:,\d*)?\})?", left):
        inside, again = group[1], group[2] or ""
        endless = re.search(r"[*+]|,\}", inside)
        is_endless = again.endswith(("*", "+", ",}"))
        comes_again = is_endless or again not in ("", "{0,1}", "{1}")
        if (endless and comes_again) or (is_endless and re.search(r"\{\d+,\d+\}", inside)):
            return True
        kept = "x+" if endless or is_endless else inside.replace("|", "") + again
        left = left[: group.start()] + kept + left[group.end() :]
    return False


def _fields(rows: Rows) -> Iterator[str]:
    for name, registry in REGISTRIES.items():
        for row in rows[name]:
            where = f"{name} {row[registry.key]}"
            for field in registry.fields:
                value = row[field.name]
                if value is None:
                    if field.required:
                        yield f"{where} needs {field.name}"
                elif field.choices and value not in field.choices:
                    yield f"{where}: {field.name} '{value}' is none of {', '.join(field.choices)}"
                elif field.at_least is not None and value < field.at_least:
                    yield f"{where}: {field.name} must be at least {field.at_least:g}"
                elif field.at_most is not None and value > field.at_most:
                    yield f"{where}: {field.name} must be at most {field.at_most:,}"
                elif field.kind in BELOW and abs(value) >= BELOW[field.kind]:
                    below = BELOW[field.kind]
                    yield f"{where}: {field.name} must be below {below:,} and above -{below:,}"


def _written_into_sql(rows: Rows) -> Iterator[str]:
    for name in WRITTEN_INTO_SQL:
        for row in rows[name]:
            key = row[REGISTRIES[name].key] or ""
            if not re.fullmatch(r"[A-Za-z0-9_.-]+", key):
                yield f"{name} {key!r} is no name: letters, digits, _ . and - only"
    for row in rows["key_events"]:
        if re.search(r"""['"\\\x00-\x1f]""", row["label"] or ""):
            where = f"key_events {row['key']}"
            yield f"{where}: label has a quote, a backslash or a line break: leave it out"


def _event_rules(rows: Rows) -> Iterator[str]:
    lanes, configs = _keys(rows, "lanes"), _keys(rows, "score_configs")
    for row in rows["event_rules"]:
        where = f"event_rules {row['rule_id']}"
        if row["match_value"]:
            wrong = _match_problem(row["match_type"], row["match_value"])
            if wrong:
                yield f"{where}: match_value '{row['match_value']}' {wrong}"
        if row["lane"] and row["lane"] not in lanes:
            yield f"{where}: {_none_such('lane', row['lane'], lanes)}"
        if row["score_config_id"] and row["score_config_id"] not in configs:
            yield f"{where}: there is no score config '{row['score_config_id']}'"
        if not row["content_type"] and not row["lane"] and row["weight_override"] is None:
            yield f"{where} does nothing: give it a content_type, a lane or a weight_override"


def _match_problem(match_type: str, value: str) -> str | None:
    wrong = regex_problem(value) if match_type == "path_regex" else None
    if wrong:
        return wrong
    if re.search(r"[A-Z]", value):
        return "has capital letters, but paths are compared in lower case: write it in lower case"
    if match_type == "path_regex":
        return None
    if "?" in value or "#" in value:
        return "has ? or #, but paths are compared without query string: end it before that"
    if match_type in ("path_prefix", "equals") and not value.startswith("/"):
        return "must start with /, as every path does"
    if match_type == "equals" and value.endswith("/") and value != "/":
        return "ends with /, but paths are compared without it: leave it out"
    return None


def _score_configs(rows: Rows) -> Iterator[str]:
    active = sorted(
        row["score_config_id"] for row in rows["score_configs"] if row["status"] == "active"
    )
    if not active:
        yield "no score config would be active: run gtm registry activate CONFIG to switch"
    elif len(active) > 1:
        yield (
            f"{' and '.join(active)} would both be active: run gtm registry activate CONFIG, which "
            "archives the other"
        )
    weighted = {row["score_config_id"] for row in rows["score_weights"]}
    for row in rows["score_configs"]:
        where = f"score_configs {row['score_config_id']}"
        if row["status"] == "active" and row["score_config_id"] not in weighted:
            yield f"{where} has no weights, so every score would be 0: set score_weights first"
        if _missing("score_configs", row):
            continue
        if not row["cold_max"] < row["warm_max"] <= 100:
            yield f"{where}: thresholds must be 0 <= cold_max < warm_max <= 100"
        if row["surge_surging_min"] > row["surge_exploding_min"]:
            yield f"{where}: surge_surging_min must not be above surge_exploding_min"
        if row["normalize_k"] <= 0:
            yield f"{where}: normalize_k must be above 0"
        if not 0 < row["false_discovery_rate"] < 1:
            yield f"{where}: false_discovery_rate must be between 0 and 1"


def _score_weights(rows: Rows) -> Iterator[str]:
    configs = _keys(rows, "score_configs")
    seen: dict[tuple[str, ...], str] = {}
    for row in rows["score_weights"]:
        name = row["score_weight_id"]
        if row["score_config_id"] and row["score_config_id"] not in configs:
            yield f"score_weights {name}: there is no score config '{row['score_config_id']}'"
        slot = tuple(
            row[field] for field in ("score_config_id", "event_name", "content_type", "cta_id")
        )
        if slot in seen:
            yield f"score_weights {name} is for the same events as {seen[slot]}: change that one"
        seen.setdefault(slot, name)


def _prompt_templates(rows: Rows) -> Iterator[str]:
    lanes = _keys(rows, "lanes") | {ANY}
    slots: dict[tuple[str, ...], str] = {}
    for row in rows["prompt_templates"]:
        name = row["template_id"]
        if row["user_prompt"] and PLACEHOLDER not in row["user_prompt"]:
            yield f"prompt_templates {name}: user_prompt must contain {PLACEHOLDER}"
        for part, known in (("system_prompt", ()), ("user_prompt", (PLACEHOLDER,))):
            for found in re.findall(r"{{[A-Za-z0-9_ ]*}}", row[part] or ""):
                if found not in known:
                    yield f"prompt_templates {name}: nothing fills {found} of {part}: leave it out"
        if row["lane"] and row["lane"] not in lanes:
            yield f"prompt_templates {name}: {_none_such('lane', row['lane'], lanes)}"
        if not row["enabled"]:
            continue
        slot = tuple(row[field] for field in ("task", "lane", "persona", "intent_stage"))
        if slot in slots:
            yield (
                f"prompt_templates {name} is for the same as {slots[slot]} (task, lane, persona "
                "and stage): disable one of them"
            )
        slots.setdefault(slot, name)
    for task in sorted({row["task"] for row in rows["prompt_templates"] if row["task"]}):
        if (task, ANY, ANY, ANY) not in slots:
            yield (
                f"prompt_templates must keep an enabled template of {task} for lane *, persona *, "
                "stage *"
            )


def _brief_plays(rows: Rows) -> Iterator[str]:
    for row in rows["brief_plays"]:
        where = f"brief_plays {row['play_id']}"
        yield from _unknown_slots(where, row["text"] or "", ("{label}", "{row}"))


def _messages(rows: Rows) -> Iterator[str]:
    signals = _keys(rows, "signals")
    for row in rows["message_angles"]:
        name = row["signal_name"]
        if name and name not in signals:
            yield f"message_angles {name}: there is no signal '{name}'"
        for part in ("opening", "call_to_action"):
            yield from _unknown_slots(f"message_angles {name}", row[part] or "", ("{company}",))
    kinds = {"length": "max_words", "reading_level": "max_grade", "banned_claim": "pattern"}
    for row in rows["message_rules"]:
        if _missing("message_rules", row):
            continue
        where = f"message_rules {row['rule_id']}"
        if row["kind"] != kinds[row["gate"]]:
            yield f"{where}: a rule of {row['gate']} has kind {kinds[row['gate']]}"
        elif row["kind"] == "pattern":
            if wrong := _python_pattern_problem(row["value"]):
                yield f"{where}: value '{row['value']}' {wrong}"
        elif not row["value"].isdigit() or int(row["value"]) == 0:
            yield f"{where}: value '{row['value']}' is not a whole number above 0"
        slots = ("opening_max_words", "call_to_action_max_words")
        if row["gate"] == "length" and row["rule_id"] not in slots:
            yield f"{where}: a rule of length is called {' or '.join(slots)}"


def _signals(rows: Rows) -> Iterator[str]:
    signals, sequences = _keys(rows, "signals"), _keys(rows, "sequences")
    for row in rows["signals"]:
        if row["sequence_key"] and row["sequence_key"] not in sequences:
            there_is = _none_such("sequence", row["sequence_key"], sequences)
            yield f"signals {row['signal_name']}: {there_is}"
    for name, part in (("signal_modifiers", "modifier"), ("signal_settings", "setting")):
        for row in rows[name]:
            key = row[REGISTRIES[name].key]
            if row["signal_name"] and row["signal_name"] not in signals:
                yield f"{name} {key}: there is no signal '{row['signal_name']}'"
            elif row["signal_name"] and row[part] and key != f"{row['signal_name']}:{row[part]}":
                yield f"{name} {key} must be called {row['signal_name']}:{row[part]}"
    for row in rows["signal_settings"]:
        wrong = row["kind"] and row["value"] and _setting_problem(row["kind"], row["value"])
        if wrong:
            yield f"signal_settings {row['setting_id']}: '{row['value']}' {wrong}"
    for row in rows["job_roles"]:
        wrong = row["title_pattern"] and _text_pattern_problem(row["title_pattern"])
        if wrong:
            yield f"job_roles {row['job_role']}: title_pattern '{row['title_pattern']}' {wrong}"


def _redactions(rows: Rows) -> Iterator[str]:
    for row in rows["redactions"]:
        wrong = row["pattern"] and _python_pattern_problem(row["pattern"])
        if wrong:
            yield f"redactions {row['redaction_id']}: pattern '{row['pattern']}' {wrong}"


def _closed_lost(rows: Rows) -> Iterator[str]:
    for name in ("objection_categories", "competitors"):
        for row in rows[name]:
            wrong = row["pattern"] and _python_pattern_problem(row["pattern"])
            if wrong:
                yield f"{name} {row[REGISTRIES[name].key]}: pattern '{row['pattern']}' {wrong}"
    for row in rows["objection_categories"]:
        if row["kind"] == "objection" and not row["response"]:
            yield f"objection_categories {row['category']} needs a response: the brief tells it"
    for row in rows["closed_lost_settings"]:
        wrong = row["kind"] and row["value"] and _setting_problem(row["kind"], row["value"])
        if wrong:
            yield f"closed_lost_settings {row['setting']}: '{row['value']}' {wrong}"
        elif row["setting"] in AT_LEAST_ONE and row["value"] and int(row["value"]) < 1:
            yield f"closed_lost_settings {row['setting']} must be at least 1"


def _sync(rows: Rows) -> Iterator[str]:
    for row in rows["field_mappings"]:
        where = f"field_mappings {row['mapping_id']}"
        if _missing("field_mappings", row):
            continue
        name = f"{row['destination']}:{row['object']}:{row['field']}"
        odd = [part for part in ("object", "field") if not re.fullmatch(NAME, row[part])]
        for part in odd:
            yield f"{where}: {part} '{row[part]}' is no name: letters, digits and _ only"
        if not odd and row["mapping_id"] != name:
            yield f"{where} must be called {name}"
        is_constant = row["expression"].startswith("=")
        for part in ("expression", "tolerated"):
            is_column = row[part] and not (part == "expression" and is_constant)
            if is_column and not re.fullmatch(NAME, row[part]):
                yield f"{where}: {part} '{row[part]}' is no column: name one, or write =text"
        if row["write_on"] == "move" and (row["kind"] != "number" or row["tolerance"] is None):
            yield f"{where}: only a number with a tolerance can move: give it both"
        if row["write_on"] != "move" and row["tolerance"] is not None:
            yield f"{where}: a tolerance means nothing unless write_on is move"
        if row["max_length"] and row["kind"] != "text":
            yield f"{where}: only text has a max_length"
    for row in rows["sync_settings"]:
        where = f"sync_settings {row['setting_id']}"
        if _missing("sync_settings", row):
            continue
        if row["setting_id"] != f"{row['destination']}:{row['setting']}":
            yield f"{where} must be called {row['destination']}:{row['setting']}"
        wrong = _setting_problem(row["kind"], row["value"])
        if wrong:
            yield f"{where}: '{row['value']}' {wrong}"
        if row["kind"] == "text":
            yield from _unknown_slots(where, row["value"], ("{company}",))


def _activation(rows: Rows) -> Iterator[str]:
    for row in rows["personas"]:
        for field in ("level_pattern", "function_pattern", "except_pattern"):
            wrong = row[field] and _text_pattern_problem(row[field])
            if wrong:
                yield f"personas {row['persona']}: {field} '{row[field]}' {wrong}"
    orders: dict[int, str] = {}
    for row in rows["eligibility_rules"]:
        name = row["rule"]
        if name in ALWAYS_ON and not row["enabled"]:
            yield f"eligibility_rules {name} cannot be switched off: nobody may be written to then"
        if row["rule_order"] in orders:
            yield (
                f"eligibility_rules {name} has the same rule_order as {orders[row['rule_order']]}: "
                "give each its own"
            )
        orders.setdefault(row["rule_order"], name)
        if name in NEEDS_LIMIT and row["enabled"] and row["limit_value"] is None:
            yield f"eligibility_rules {name} needs limit_value"
    for row in rows["suppressions"]:
        yield from _suppression(row)
    defaults = sorted(
        row["mailbox_email"] for row in rows["mailboxes"] if row["is_default"] and row["enabled"]
    )
    if len(defaults) > 1:
        yield f"mailboxes {' and '.join(defaults)} would both be the default: keep one"


def _suppression(row: Row) -> Iterator[str]:
    where = f"suppressions {row['suppression_id']}"
    if row["value"] and row["kind"] in ("account", "domain"):
        wrong = _domain_problem(row["value"]) if row["kind"] == "account" else None
        if "@" in row["value"]:
            wrong = "is an e-mail address: use kind email"
        if wrong:
            yield f"{where}: {wrong}"
    if row["value"] and row["kind"] == "email" and row["value"].count("@") != 1:
        yield f"{where}: value is no e-mail address"
    if bool(row["approved_by"]) != bool(row["approved_at"]):
        yield f"{where} needs both approved_by and approved_at, or neither"
    if row["valid_from"] and row["valid_until"] and row["valid_from"] > row["valid_until"]:
        yield f"{where}: valid_from is after valid_until"


def _unknown_slots(where: str, text: str, known: tuple[str, ...]) -> Iterator[str]:
    """What of a text in curly brackets would reach its reader as it stands."""
    for slot in known:
        text = re.sub(f"(?<!{{){slot}(?!}})", "", text)
    for found in re.findall(r"{+[^{}]*}*|}+", text):
        yield f"{where}: {found} is not known: write {' or '.join(known)}"


def _setting_problem(kind: str, value: str) -> str | None:
    if kind == "pattern":
        return _text_pattern_problem(value)
    if kind == "list" and any(part != part.strip() or not part for part in value.split(";")):
        return "is no list: separate its entries by ; alone"
    if kind == "boolean" and value not in ("true", "false"):
        return "is not true or false"
    if kind == "integer" and not re.fullmatch(r"[0-9]{1,9}", value):
        return f"is not a whole number of at least 0{plainly(value)}"
    if kind == "number" and not re.fullmatch(r"[0-9]{1,12}([.][0-9]+)?", value):
        return f"is not a number of at least 0{plainly(value)}"
    return None


def _text_pattern_problem(pattern: str) -> str | None:
    if re.search(r"[A-Z]", pattern):
        return "has capital letters, but texts are compared in lower case: write it in lower case"
    return regex_problem(pattern)


def _accounts(rows: Rows) -> Iterator[str]:
    aliases = {row["alias_domain"]: row["account_key"] for row in rows["account_aliases"]}
    parents = {row["account_key"]: row["parent_account_key"] for row in rows["account_parents"]}
    for name, pairs in (("account_aliases", aliases), ("account_parents", parents)):
        for key, target in pairs.items():
            for domain in (key, target):
                wrong = domain and _domain_problem(domain)
                if wrong:
                    yield f"{name} {key}: {wrong}"
    for alias, account in aliases.items():
        if alias == account:
            yield f"account_aliases {alias}: an alias cannot stand for itself"
        elif account in aliases:
            yield (
                f"account_aliases {alias}: {account} is itself an alias, of {aliases[account]}: "
                f"use {aliases[account]}"
            )
    for account, parent in parents.items():
        for domain in (account, parent):
            if domain in aliases:
                yield (
                    f"account_parents {account}: {domain} is an alias of {aliases[domain]}: "
                    f"use {aliases[domain]}"
                )
        walk = [account]
        while parents.get(walk[-1]) and parents[walk[-1]] not in walk:
            walk.append(parents[walk[-1]])
        if parents.get(walk[-1]) == account:
            yield f"account_parents {account}: its parents lead in a circle: {' → '.join(walk)}"


def _identities(rows: Rows) -> Iterator[str]:
    decided: dict[frozenset[str], str] = {}
    for row in rows["identity_overrides"]:
        where = f"identity_overrides {row['override_id']}"
        sides = [row[name] or "" for name in ("identity", "other_identity")]
        for side in sides:
            kind, _, value = side.partition(":")
            if kind not in IDENTITY_TYPES or not value:
                yield (
                    f"{where}: '{kind}' is no kind of identity: write kind:value, the kind one of "
                    f"{', '.join(IDENTITY_TYPES)}"
                )
            elif kind == "email" and value != value.strip().lower():
                yield f"{where}: write the address in lower case, without blanks"
        if sides[0] == sides[1]:
            yield f"{where}: both sides are the same identity"
        if row["enabled"]:
            other = decided.setdefault(frozenset(sides), row["override_id"])
            if other != row["override_id"]:
                yield f"{where} is about the same two as {other}: change that one"


def _lanes(rows: Rows) -> Iterator[str]:
    if OTHER_LANE not in _keys(rows, "lanes"):
        yield f"lanes must keep '{OTHER_LANE}': events without a lane count there"


def _sync_guards(rows: Rows) -> Iterator[str]:
    for row in rows["sync_guards"]:
        if _missing("sync_guards", row):
            continue
        place = (row["destination"], row["entity"])
        called = row["guard"] if place == (ANY, ANY) else ":".join((row["guard"], *place))
        if row["guard_id"] != called:
            yield f"sync_guards {row['guard_id']} must be called {called}"


def _coaching(rows: Rows) -> Iterator[str]:
    for row in rows["sentiment_phrases"]:
        if _missing("sentiment_phrases", row):
            continue
        if not _PHRASE.fullmatch(row["phrase"]):
            yield (
                f"sentiment_phrases {row['phrase']}: write it in lower case, words with one space "
                "between"
            )
    for row in rows["coaching_settings"]:
        value = row["setting_value"]
        if row["setting"] in AT_LEAST_ONE and value is not None and value < 1:
            yield f"coaching_settings {row['setting']} must be at least 1"
    for row in rows["coaching_measures"]:
        if not _missing("coaching_measures", row) and row["poor_value"] == row["good_value"]:
            yield f"coaching_measures {row['measure']}: poor_value and good_value are the same"


def _domain_problem(domain: str) -> str | None:
    lower = domain.lower()
    registrable = _suffixes().privatesuffix(lower)
    if registrable is None or "." not in lower:
        return f"'{domain}' is not a registrable domain"
    if registrable != domain:
        return f"'{domain}' is not a registrable domain: write {registrable}"
    if domain in _personal_mail():
        return f"{domain} is personal mail, which belongs to no account"
    return None


def _none_such(what: str, name: str, known: set[str]) -> str:
    return f"there is no {what} '{name}'{LISTED}{', '.join(sorted(known))}"


def _missing(name: str, row: Row) -> bool:
    return any(field.required and row[field.name] is None for field in REGISTRIES[name].fields)


def _keys(rows: Rows, name: str) -> set[str]:
    return {row[REGISTRIES[name].key] for row in rows[name]}


_PHRASE = re.compile(r"[a-z0-9']+( [a-z0-9']+)*")


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@cache
def _personal_mail() -> frozenset[str]:
    return frozenset(domain for (domain,) in personal_mail_rows())


_CHECKS: tuple[Callable[[Rows], Iterator[str]], ...] = (
    _fields,
    _written_into_sql,
    _lanes,
    _event_rules,
    _score_configs,
    _score_weights,
    _prompt_templates,
    _brief_plays,
    _messages,
    _accounts,
    _signals,
    _sync,
    _activation,
    _sync_guards,
    _identities,
    _coaching,
    _closed_lost,
    _redactions,
)
