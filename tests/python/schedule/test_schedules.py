"""Schedules: real commands, each once in its period, resumable, never twice at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from python_jobs.cli import app
from python_jobs.errors import ConfigurationError, PermanentError
from python_jobs.ingest.connector import Source
from python_jobs.ingest.sources import SOURCES
from python_jobs.schedule import texts
from python_jobs.schedule.declared import Schedule, schedules
from python_jobs.schedule.running import AlreadyRunning, gtm, run_schedule
from python_jobs.schedule.texts import TEXTS
from python_jobs.settings import PROJECT_DIR, Settings
from python_jobs.warehouse import open_warehouse

MONDAY = datetime(2026, 6, 29, 10, 0, 5)

# What a job on Snowflake signs in with.
SIGN_IN = {
    "SNOWFLAKE_ACCOUNT",
    "SNOWFLAKE_USER",
    "SNOWFLAKE_ROLE",
    "SNOWFLAKE_PRIVATE_KEY_PATH",
    "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE",
}

STEPS = [(one.name, step.command) for one in schedules().values() for step in one.steps]


def parsed(arguments: Sequence[str]) -> dict[str, Any]:
    """What the command line makes of the arguments, without doing it."""
    command: Any = typer.main.get_command(app)
    left = list(arguments)
    while hasattr(command, "commands") and (left or not command.invoke_without_command):
        assert set(left[:1]) & set(command.commands), f"there is no gtm {' '.join(arguments)}"
        command = command.commands[left.pop(0)]
    params: dict[str, Any] = command.make_context("gtm", left).params
    return params


@pytest.mark.parametrize(("schedule", "command"), STEPS)
def test_every_step_is_a_command_there_is(schedule: str, command: str) -> None:
    arguments = command.format(today="2026-06-30").split()
    params = parsed(arguments)
    if arguments[0] == "enrich":
        from python_jobs.enrich.tasks import task_names

        assert params["task"] in task_names()
    if arguments[0] == "ingest" and params["source"] != "all":
        from python_jobs.ingest.sources import source_named

        source = source_named(params["source"])
        for name in params["only"] or []:
            source.entity(name)
    if arguments[:2] == ["sync", "plan"]:
        assert params["destination"] in ("salesforce", "outreach")


RHYTHMS = {"1 day": "daily", "15 minutes": "15 minutes", "30 minutes": "30 minutes"}


def rhythm(source: Source, entity: str) -> str:
    """How often the schedules pull an entity, in the words of the sources' README."""
    steps = {step.command: step.every for one in schedules().values() for step in one.steps}
    if source.is_optional:
        return "when named"
    often = RHYTHMS[steps.get(f"ingest {source.name} --only {entity}", steps["ingest all"])]
    return f"{often}, and before activation" if f"ingest {source.name}" in steps else often


def test_the_sources_are_pulled_as_often_as_their_readme_says() -> None:
    table = (PROJECT_DIR / "python_jobs/ingest/sources/README.md").read_text()
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    said = {(row[0], entity): row[-1] for row in rows[1:] for entity in row[1].split(", ")}
    pulled = {
        (source.name, entity.name): rhythm(source, entity.name)
        for source in SOURCES.values()
        for entity in source.entities
    }
    assert said.keys() == pulled.keys()
    wrong = {key: told for key, told in said.items() if not told.startswith(pulled[key])}
    assert not wrong


def test_what_is_no_command_is_told() -> None:
    with pytest.raises(AssertionError, match="there is no gtm tidy up"):
        parsed(["tidy", "up"])
    with pytest.raises(Exception, match="--everything"):
        parsed(["build", "--everything"])


class Fake:
    """Stands in for the commands: writes down what is asked, fails or dies where it is told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failing: set[str] = set()
        self.dies_at: str | None = None

    def __call__(self, arguments: Sequence[str]) -> int:
        told = " ".join(arguments)
        self.asked.append(told)
        if told == self.dies_at:
            raise KeyboardInterrupt
        return 1 if told in self.failing else 0

    def told(self) -> list[str]:
        asked, self.asked = self.asked, []
        return asked


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(GTM_DUCKDB_PATH=tmp_path / "w.duckdb", GTM_TARGET="duckdb")


SCHEDULE = Schedule.model_validate(
    {
        "name": "small",
        "summary": "three steps",
        "cron": "*/15 * * * *",
        "time": "UTC",
        "steps": [
            {"command": "pull", "every": "15 minutes", "go_on": True},
            {"command": "build --as-of {today}", "every": "15 minutes"},
            {"command": "write", "every": "1 hour"},
        ],
    }
)
BUILD = "build --as-of 2026-06-29"


def at(settings: Settings, fake: Fake, minute: int, again: bool = False) -> list[str]:
    run_schedule(
        settings,
        SCHEDULE,
        again=again,
        command=fake,
        say=lambda line: None,
        clock=lambda: MONDAY.replace(hour=10 + minute // 60, minute=minute % 60),
    )
    return fake.told()


def test_a_step_is_done_once_in_its_period(settings: Settings) -> None:
    fake = Fake()
    assert at(settings, fake, 0) == ["pull", BUILD, "write"]
    assert at(settings, fake, 14) == []
    assert at(settings, fake, 15) == ["pull", BUILD]
    assert at(settings, fake, 59) == ["pull", BUILD]
    assert at(settings, fake, 60) == ["pull", BUILD, "write"]
    assert at(settings, fake, 61, again=True) == ["pull", BUILD, "write"]


def test_a_run_that_was_cut_off_goes_on_where_it_was(settings: Settings) -> None:
    fake = Fake()
    fake.dies_at = BUILD
    with pytest.raises(KeyboardInterrupt):
        at(settings, fake, 0)
    assert fake.told() == ["pull", BUILD]
    fake.dies_at = None
    assert at(settings, fake, 1) == [BUILD, "write"]


def test_a_failure_ends_the_run_unless_the_step_lets_it_go_on(settings: Settings) -> None:
    fake = Fake()
    fake.failing = {"pull"}
    with pytest.raises(PermanentError, match=r"small: gtm pull failed: .*gtm run small"):
        at(settings, fake, 0)
    assert fake.told() == ["pull", BUILD, "write"]
    # what is behind a pull that comes late is done again, over what it brought
    fake.failing = set()
    assert at(settings, fake, 5) == ["pull", BUILD]
    fake.failing = {BUILD}
    with pytest.raises(PermanentError, match="gtm build"):
        at(settings, fake, 60)
    assert fake.told() == ["pull", BUILD]


def test_a_second_run_meanwhile_does_nothing(settings: Settings) -> None:
    fake, second = Fake(), Fake()

    def meanwhile(arguments: Sequence[str]) -> int:
        with pytest.raises(AlreadyRunning):
            at(settings, second, 0)
        return fake(arguments)

    run_schedule(settings, SCHEDULE, command=meanwhile, say=lambda line: None, clock=lambda: MONDAY)
    assert fake.told() == ["pull", BUILD, "write"]
    assert second.told() == []


WITH_VENDORS = Schedule.model_validate(
    {
        "name": "vendors",
        "summary": "one of them, and what is behind it",
        "cron": "0 6 * * *",
        "time": "UTC",
        "steps": [
            {"command": "ingest outreach", "every": "1 day", "vendor": "outreach"},
            {"command": "build", "every": "1 day"},
            {"command": "sync plan", "every": "1 day", "vendor": "outreach", "go_on": True},
        ],
    }
)
OUTREACH = {
    "OUTREACH_CLIENT_ID": "id",
    "OUTREACH_CLIENT_SECRET": "secret",
    "OUTREACH_REDIRECT_URI": "https://localhost/callback",
    "OUTREACH_REFRESH_TOKEN": "token",
    "OUTREACH_TOKEN_FILE": "/tmp/outreach.json",
}
NO_OUTREACH = f"Outreach is not configured ({', '.join(OUTREACH)} not set)"


def with_vendors(
    settings: Settings, fake: Fake, schedule: Schedule = WITH_VENDORS, again: bool = False
) -> tuple[list[str], list[str]]:
    """The commands that were run, and what was said."""
    said: list[str] = []
    run_schedule(settings, schedule, again, fake, said.append, lambda: MONDAY)
    return fake.told(), said


def test_a_step_of_a_vendor_that_nobody_configured_is_skipped(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = Fake()
    ran, said = with_vendors(settings, fake)
    assert ran == ["build"]
    assert said == [
        f"vendors: gtm ingest outreach is skipped: {NO_OUTREACH}",
        "vendors: gtm build",
        f"vendors: gtm sync plan is skipped: {NO_OUTREACH}",
    ]
    with open_warehouse(settings) as warehouse:
        recorded = warehouse.rows(
            "select entity, status, message from ops.job_runs where job = 'run' order by entity"
        )
    assert recorded == [
        {"entity": "build", "status": "succeeded", "message": None},
        {"entity": "ingest outreach", "status": "skipped", "message": NO_OUTREACH},
        {"entity": "sync plan", "status": "skipped", "message": NO_OUTREACH},
    ]
    # what was skipped is no reason to do what is behind it once more
    assert with_vendors(settings, fake) == ([], ["vendors: 3 of 3 steps are done already"])
    # unless it is configured since
    for name, value in OUTREACH.items():
        monkeypatch.setenv(name, value)
    assert with_vendors(settings, fake)[0] == ["ingest outreach", "build", "sync plan"]


def test_a_step_of_a_vendor_that_is_configured_in_part_is_run_and_fails(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTREACH_CLIENT_ID", "id")
    fake = Fake()
    fake.failing = {"ingest outreach"}
    with pytest.raises(PermanentError, match="gtm ingest outreach failed"):
        with_vendors(settings, fake)
    monkeypatch.delenv("OUTREACH_CLIENT_ID")
    monkeypatch.setenv("OUTREACH_PAGE_SIZE", "many")
    with pytest.raises(PermanentError, match="gtm ingest outreach failed"):
        with_vendors(settings, fake)


def test_a_variable_without_a_value_configures_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in OUTREACH:
        monkeypatch.setenv(name, "")
    assert with_vendors(settings, Fake())[0] == ["build"]


def test_a_schedule_of_which_nothing_is_configured_says_so(settings: Settings) -> None:
    steps = [step for step in WITH_VENDORS.steps if step.vendor]
    nothing = WITH_VENDORS.model_copy(update={"steps": tuple(steps)})
    ran, said = with_vendors(settings, Fake(), nothing)
    assert ran == []
    assert said[-1] == (
        "vendors: nothing was done, every step is of a vendor that is not configured: see "
        ".env.example and `gtm doctor`"
    )


def test_every_step_of_one_vendor_names_it() -> None:
    for schedule in schedules().values():
        for step in schedule.steps:
            named = [name for name in SOURCES if name in step.command.split()]
            assert [step.vendor] == (named or [None]), step.command


def test_the_plan_of_a_run_says_what_is_skipped(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GTM_DUCKDB_PATH", str(settings.duckdb_path))
    app(["run", "activation", "--plan"], standalone_mode=False)
    lines = capsys.readouterr().out.splitlines()
    assert f"skip  gtm ingest outreach  (once in 1 day): {NO_OUTREACH}" in lines
    assert "due   gtm build  (once in 1 day)" in lines


@pytest.mark.parametrize(
    ("every", "start"),
    [
        ("15 minutes", datetime(2026, 7, 1, 10, 45)),
        ("30 minutes", datetime(2026, 7, 1, 10, 30)),
        ("1 hour", datetime(2026, 7, 1, 10)),
        ("2 hours", datetime(2026, 7, 1, 10)),
        ("1 day", datetime(2026, 7, 1)),
        ("1 week", datetime(2026, 6, 29)),
        ("1 month", datetime(2026, 7, 1)),
    ],
)
def test_periods(every: str, start: datetime) -> None:
    step = SCHEDULE.steps[0].model_copy(update={"every": every})
    assert step.period_start(datetime(2026, 7, 1, 10, 59, 59)) == start


def test_the_texts_start_every_schedule_at_its_time() -> None:
    wanted = list(schedules().values())
    lines = TEXTS["crontab"](wanted, "Europe/London").splitlines()
    zone = ""
    for line in lines:
        if line.startswith("CRON_TZ="):
            zone = line.removeprefix("CRON_TZ=")
        for schedule in wanted:
            if f"gtm run {schedule.name} " in line:
                assert line.startswith(f"{schedule.cron} cd ")
                assert zone == ("UTC" if schedule.time == "UTC" else "Europe/London")
    workflow = yaml.safe_load(TEXTS["github-actions"](wanted, "UTC"))
    # YAML 1.1 reads the key `on` as true
    assert [one["cron"] for one in workflow[True]["schedule"]] == [one.cron for one in wanted]
    assert list(workflow["jobs"]) == [one.name for one in wanted]
    tasks = TEXTS["snowflake-tasks"](wanted, "Europe/London")
    for schedule in wanted:
        job = workflow["jobs"][schedule.name]
        assert job["steps"][-1]["run"] == f".venv/bin/gtm run {schedule.name}"
        assert job["env"].keys() >= SIGN_IN
        zone = "UTC" if schedule.time == "UTC" else "Europe/London"
        assert f"schedule = 'using cron {schedule.cron} {zone}'" in tasks
        assert f'command: [".venv/bin/gtm", "run", "{schedule.name}"]' in tasks
    assert sum("gtm run" in line for line in lines) == len(wanted)
    for name in SIGN_IN:
        assert tasks.count(f"{name}") == len(wanted)


def test_a_crontab_names_any_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "PROJECT_DIR", Path("/srv/Müller & Söhne/100% gtm"))
    line = TEXTS["crontab"](schedules().values(), "UTC").splitlines()[-1]
    assert r" cd '/srv/Müller & Söhne/100\% gtm' && mkdir -p logs && " in line


def test_a_step_runs_no_code_of_the_folder_it_is_run_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "typer.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    assert gtm(["--help"]) == 0


def test_a_folder_that_cannot_be_written_to_is_one_sentence() -> None:
    nowhere = Settings(GTM_DUCKDB_PATH=Path("/proc/nowhere/warehouse.duckdb"))
    with pytest.raises(ConfigurationError, match="cannot be written"):
        run_schedule(nowhere, SCHEDULE)


def test_two_schedules_are_never_due_by_one_cron() -> None:
    crons = [one.cron for one in schedules().values()]
    assert len(set(crons)) == len(crons)
