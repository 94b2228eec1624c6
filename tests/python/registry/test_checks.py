"""Every breach of a registry is refused with its sentence, and what is shipped breaks nothing."""

from __future__ import annotations

import pytest

from python_jobs.errors import ConfigurationError
from python_jobs.registry.checks import problems, regex_problem
from python_jobs.registry.definitions import registry
from python_jobs.registry.edits import Edit, activate, copy_config, delete_row, set_row
from python_jobs.registry.journal import Registries


def test_shipped_registries_break_nothing(shipped: Registries) -> None:
    assert problems(shipped.values()) == []


REFUSED = {
    "event_rules pricing match_value=(": "does not compile: missing )",
    "event_rules pricing match_value=^/(?=pricing)": "looks ahead or behind",
    "event_rules pricing match_value=^/(?<!x)pricing": "looks ahead or behind",
    "event_rules pricing match_value=^/(a)\\1": "refers back to a group",
    "event_rules pricing match_value=^/(?:a|b)": "starting with (?",
    "event_rules pricing match_value=^/.*?/x": "leave the ? out",
    "event_rules pricing match_value=^/v\\d": "has a backslash",
    "event_rules pricing match_value=^/Pricing": "write it in lower case",
    "event_rules pricing match_type=glob": "is none of path_regex, path_prefix",
    "event_rules home match_value=home": "must start with /",
    "event_rules home match_value=/?utm=1": "end it before that",
    "event_rules pricing lane=shoes": "there is no lane 'shoes': use one of compliance",
    "event_rules pricing score_config_id=v9": "there is no score config 'v9'",
    "event_rules pricing weight_override=-3": "weight_override must be at least 0",
    "event_rules new match_type=contains match_value=x": "event_rules new needs priority",
    "event_rules new priority=1 match_type=contains match_value=x": "does nothing",
    "event_rules pricing priority=soon": "'soon' is not a whole number",
    "event_rules pricing priority=1e30": "priority must be below 2,147,483,648 and above -",
    "event_rules pricing priority=-2147483648": "priority must be below 2,147,483,648",
    "event_rules pricing enabled=perhaps": "'perhaps' is not true or false",
    "event_rules pricing colour=red": "event_rules has no field 'colour'",
    "shoes red size=1": "there is no registry 'shoes'",
    "score_configs draft_v2 status=active": "run gtm registry activate CONFIG, which archives",
    "score_configs default_v1 status=archived": "no score config would be active",
    "score_configs default_v1 cold_max=69": "0 <= cold_max < warm_max <= 100",
    "score_configs default_v1 warm_max=101": "0 <= cold_max < warm_max <= 100",
    "score_configs default_v1 cold_max=-1": "cold_max must be at least 0",
    "score_configs default_v1 surge_surging_min=2.6": "must not be above surge_exploding_min",
    "score_configs default_v1 lambda_decay=-0.1": "lambda_decay must be at least 0",
    "score_configs default_v1 normalize_k=0": "normalize_k must be above 0",
    "score_configs default_v1 false_discovery_rate=1": "between 0 and 1",
    "score_configs default_v1 lambda_decay=nan": "'nan' is not a number",
    "score_weights default_v1:form_started weight=-1": "weight must be at least 0",
    "score_weights default_v1:form_started weight=heavy": "'heavy' is not a number",
    "score_weights default_v1:form_started weight=1,000,000": "number: write it without commas",
    "closed_lost_settings alert_amount value=200,000": "at least 0: write it without commas",
    "score_weights default_v1:form_started weight=1e308": "weight must be at most 1,000,000",
    "score_weights default_v1:form_started weight=inf": "'inf' is not a number",
    "score_weights x score_config_id=v9 event_name=e weight=1": "there is no score config 'v9'",
    "score_weights x score_config_id=default_v1 event_name=form_started weight=1": "same events",
    "prompt_templates default user_prompt=Hello": "must contain {{JSON_HERE}}",
    "prompt_templates default user_prompt={{JSON_HERE}}_for_{{NAME}}": "nothing fills {{NAME}}",
    "prompt_templates default system_prompt={{JSON_HERE}}": "nothing fills {{JSON_HERE}} of system",
    "prompt_templates default enabled=false": "must keep an enabled template",
    "prompt_templates sales persona=*": "is for the same as default (task, lane, persona",
    "prompt_templates sales persona=clown": "is none of sales, marketing, exec",
    "prompt_templates sales lane=shoes": "there is no lane 'shoes'",
    "brief_plays sales_ask text=Ask_{name}.": "{name} is not known: write {label} or {row}",
    "brief_plays sales_ask section=why_hot": "is none of buying_stage, next_sales",
    "message_angles shoes angle=a opening=b call_to_action=c": "there is no signal 'shoes'",
    "message_angles usage_spiked opening=Hi_{name}": "{name} is not known: write {company}",
    "message_angles usage_spiked opening=Hi_{{company}}": "{{company}} is not known",
    "sync_settings outreach:opening value=Hi_{first_name}": "{first_name} is not known: write",
    "sync_settings outreach:opening value=Hi_{company": "{company is not known: write {company}",
    "closed_lost_settings part_characters value=0": "part_characters must be at least 1",
    "coaching_settings period_days setting_value=0": "period_days must be at least 1",
    "message_rules guarantee value=(free": "does not compile: missing )",
    "message_rules guarantee kind=max_words": "a rule of banned_claim has kind pattern",
    "message_rules reading_level value=low": "is not a whole number above 0",
    "message_rules x gate=length kind=max_words value=9": "is called opening_max_words or",
    "account_aliases app.acme.com account_key=acme.org": "write acme.com",
    "account_aliases acme.io account_key=gmail.com": "personal mail",
    "account_aliases acme.io account_key=co.uk": "not a registrable domain",
    "account_aliases acme.io account_key=Acme.com": "write acme.com",
    "account_aliases acme.io account_key=acme": "not a registrable domain",
    "account_aliases acme.io account_key=acme.io": "cannot stand for itself",
    "account_parents acme.io parent_account_key=acme.io": "in a circle",
    "signals usage_spiked base_strength=101": "base_strength must be at most 100",
    "signals usage_spiked cool_down_days=-1": "cool_down_days must be at least 0",
    "signals new label=New base_strength=10": "signals new needs sequence_key",
    "signals usage_spiked sequence_key=spikes": "there is no sequence 'spikes': use one of activ",
    "signal_modifiers x signal_name=shoes modifier=y points=1": "there is no signal 'shoes'",
    "signal_modifiers x signal_name=usage_spiked modifier=y points=1": "called usage_spiked:y",
    "score_configs default_v1 lambda_decay=1.5": "lambda_decay must be at most 1",
    "score_weights x score_config_id=default_v1 event_name=x weight=2e6": "at most 1,000,000",
    "event_rules pricing weight_override=2e6": "weight_override must be at most 1,000,000",
    "objection_categories pricing weight=4": "weight must be at most 3",
    "identity_rules same_name confidence=1.5": "confidence must be at most 1",
    "identity_overrides x action=join identity=crm_id:1 other_identity=crm_id:2": "none of merge",
    "identity_overrides x action=merge identity=a@b.com other_identity=crm_id:1": "kind:value",
    "identity_overrides x action=merge identity=crm_id:1 other_identity=email:A@b.co": "lower case",
    "identity_overrides x action=merge identity=crm_id:1 other_identity=crm_id:1": "both sides are",
    "signal_settings usage_spiked:min_multiple value=two": "is not a number of at least 0",
    "signal_settings usage_spiked:window_days value=7.5": "is not a whole number",
    "signal_settings feature_activated:needs_whole_history value=yes": "is not true or false",
    "signal_settings intent_surged:buying_stages value=Decision;;Purchase": "is no list",
    "signal_settings hiring_started:keyword_pattern value=(KYC)": "write it in lower case",
    "signal_settings usage_spiked:min_events kind=figure": "is none of number, integer",
    "field_mappings salesforce:Account:Name field=Title": "called salesforce:Account:Title",
    "field_mappings salesforce:Account:Name expression=upper(x)": "'upper(x)' is no column",
    "field_mappings salesforce:Account:Name tolerated=a;b": "'a;b' is no column",
    "field_mappings salesforce:Account:Name write_on=move": "only a number with a tolerance",
    "field_mappings salesforce:Account:Name tolerance=1": "means nothing unless write_on is move",
    "field_mappings salesforce:Account:Name kind=date": "only text has a max_length",
    "field_mappings salesforce:Account:Name null_meaning=zero": "is none of clear, leave",
    "field_mappings salesforce:Account:Name field=N'": "'N'' is no name",
    "sync_settings salesforce:stage_hysteresis value=ten": "is not a number of at least 0",
    "sync_settings salesforce:stage_hysteresis setting=x": "must be called salesforce:x",
    "sentiment_phrases fed_up weight=1": "words with one space between",
    "sentiment_phrases x weight=2": "weight must be at most 1",
    "coaching_measures talk_ratio good_value=0.8": "are the same",
    "coaching_measures charm weight=1": "is none of talk_ratio",
    "mailboxes team@example.com is_default=true daily_capacity=1e30": "must be below 2,147,483,648",
    "lanes o'brien label=Brien sort_order=60": '"o\'brien" is no name: letters, digits, _ . and -',
    'lanes x"y label=X sort_order=60': "is no name",
    "lanes x\ny label=X sort_order=60": "is no name",
    "key_events it's label=X event_name=x sort_order=60": "is no name",
    "redactions email pattern=((a+)+)+b": "repeats what repeats itself",
    "redactions email pattern=x(ab*)?(c[x)*]d{2,}){3}": "repeats what repeats itself",
    "redactions email pattern=(a{1,9}){2,}b": "repeats what repeats itself",
    "message_rules guarantee value=(x+x+)+y": "repeats what repeats itself",
    "competitors onespan pattern=(.*a){20}": "repeats what repeats itself",
    "objection_categories pricing pattern=(a|b*)*": "repeats what repeats itself",
    "redactions email pattern=[[:digit:]]{9}": "write [a-z] or [0-9]",
    "key_events pricing_views label=What's": "label has a quote, a backslash or a line break",
    "key_events pricing_views label=a\\b": "label has a quote, a backslash or a line break",
    "job_roles notary title_pattern=(notar": "does not compile: missing )",
}


@pytest.mark.parametrize("command", REFUSED)
def test_refused_with_a_sentence(edit: Edit, command: str) -> None:
    name, key, *fields = command.split(" ")
    given = dict(field.split("=", 1) for field in fields)
    with pytest.raises(ConfigurationError) as error:  # noqa: PT012 either may refuse
        set_row(edit, name, key, given)
        edit.checked()
    assert REFUSED[command] in str(error.value)
    assert "\n" not in str(error.value)


def test_name_of_a_config_that_would_break_a_replay_is_refused(shipped: Registries, made) -> None:
    with pytest.raises(ConfigurationError, match="is no name: letters, digits"):
        made(shipped, copy_config, "draft_v2", "o'brien")
    made(shipped, copy_config, "draft_v2", "2026-Q3.b_1")


def test_largest_figures_are_accepted(shipped: Registries, made) -> None:
    made(shipped, set_row, "event_rules", "pricing", {"priority": "-2147483647"})
    made(shipped, set_row, "score_weights", "default_v1:form_started", {"weight": "1000000"})
    made(shipped, set_row, "score_configs", "default_v1", {"normalize_k": "999999999999.5"})


def test_alias_of_an_alias_is_refused(shipped: Registries, made) -> None:
    with_alias, _ = made(shipped, set_row, "account_aliases", "a.com", {"account_key": "b.com"})
    with pytest.raises(ConfigurationError, match=r"a\.com is itself an alias, of b\.com"):
        made(with_alias, set_row, "account_aliases", "c.com", {"account_key": "a.com"})
    with pytest.raises(ConfigurationError, match=r"b\.com is itself an alias, of c\.com"):
        made(with_alias, set_row, "account_aliases", "b.com", {"account_key": "c.com"})
    with pytest.raises(ConfigurationError, match=r"a\.com is an alias of b\.com"):
        made(with_alias, set_row, "account_parents", "a.com", {"parent_account_key": "x.com"})


def test_parents_in_a_circle_are_refused(shipped: Registries, made) -> None:
    one, _ = made(shipped, set_row, "account_parents", "a.com", {"parent_account_key": "b.com"})
    two, _ = made(one, set_row, "account_parents", "b.com", {"parent_account_key": "c.com"})
    with pytest.raises(ConfigurationError, match="in a circle"):
        made(two, set_row, "account_parents", "c.com", {"parent_account_key": "a.com"})


def test_what_others_rest_on_cannot_be_deleted(shipped: Registries, made) -> None:
    for name, key, sentence in (
        ("lanes", "other", "lanes must keep 'other'"),
        ("lanes", "compliance", "there is no lane 'compliance'"),
        ("score_configs", "default_v1", "no score config would be active"),
        ("prompt_templates", "default", "must keep an enabled template"),
        ("lanes", "shoes", "lanes has no 'shoes'"),
        ("signals", "usage_spiked", "there is no signal 'usage_spiked'"),
        ("sequences", "spike", "signals usage_spiked: there is no sequence 'spike'"),
        ("signal_settings", "usage_spiked:min_multiple", "is read by a model"),
    ):
        with pytest.raises(ConfigurationError, match=sentence):
            made(shipped, delete_row, name, key)


def test_config_without_weights_cannot_be_activated(shipped: Registries, made) -> None:
    bare, _ = made(shipped, copy_config, "default_v1", "mine")
    for key, row in bare.effective("score_weights").items():
        if row.values["score_config_id"] == "mine":
            bare, _ = made(bare, delete_row, "score_weights", key)
    with pytest.raises(ConfigurationError, match="mine has no weights"):
        made(bare, activate, "mine")


def test_broken_registry_can_still_be_mended(shipped: Registries, made) -> None:
    """A breach that is there already stops neither other edits nor its repair."""
    shipped.shipped["score_configs"]["default_v1"]["normalize_k"] = 0.0
    assert problems(shipped.values())
    made(shipped, set_row, "lanes", "other", {"label": "Rest"})
    mended, _ = made(shipped, set_row, "score_configs", "default_v1", {"normalize_k": "80"})
    assert problems(mended.values()) == []


def test_a_breach_that_lists_what_there_is_stays_the_same_breach(shipped: Registries, made) -> None:
    shipped.shipped["signals"]["usage_spiked"]["sequence_key"] = "spikes"
    named = {"outreach_sequence_name": "Newcomers"}
    more, _ = made(shipped, set_row, "sequences", "newcomers", named)
    assert "activation, closed_lost" in problems(more.values())[0]
    mended, _ = made(more, set_row, "signals", "usage_spiked", {"sequence_key": "newcomers"})
    assert problems(mended.values()) == []


def test_journal_with_a_figure_too_large_can_still_be_read_and_mended(
    shipped: Registries, made
) -> None:
    key = "default_v1:form_started"
    row = shipped.shipped["score_weights"][key]
    shipped.shipped["score_weights"][key] = registry("score_weights").coerce(
        row | {"weight": 1e308}
    )
    assert problems(shipped.values())
    mended, _ = made(shipped, set_row, "score_weights", key, {"weight": "20"})
    assert problems(mended.values()) == []


@pytest.mark.parametrize(
    "pattern",
    [
        "^/pricing(/|$)",
        "notari[sz]ation",
        "^/a[?]b$",
        "^/v[0-9]+/",
        "[[:alpha:]]{2,3}",
        "^/x[.]html$",
        "/(a|b)?/",
    ],
)
def test_expressions_both_engines_know_are_accepted(pattern: str) -> None:
    assert regex_problem(pattern) is None
