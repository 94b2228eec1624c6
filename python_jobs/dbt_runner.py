"""Runs the project's dbt inside this process: same lock, same end, progress as it goes.

dbt reads its connection from the environment, through profiles.yml; the settings are put there for
as long as it runs. The project is parsed once and then run under any days, because the days are
read when a model is compiled and not when it is parsed.
"""

from __future__ import annotations

import errno
import gc
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn

from python_jobs.errors import ConfigurationError, PermanentError
from python_jobs.printing import counted, progress_bar
from python_jobs.settings import PROJECT_DIR, Settings

# Called with the name of the node that begins, its number and how many there are.
OnStart = Callable[[str, int, int], None]

# The model that unites every model of models/signals.
SIGNALS = "fct_signals"

_NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)
_FAILED = ("error", "fail", "runtime error")
_CHECKS = ("test", "unit_test")
_MODELS = ("model", "snapshot")

_QUOTES_A_VALUE = re.compile(
    "Conversion Error|Invalid Input Error|Out of Range Error"  # DuckDB's
    "|is not recognized|[Ff]ailed to cast|Error parsing JSON"  # Snowflake's
)
_VALUE = re.compile(r"""(?<!\w)(['"])(?:.*\1|.*$)""")


@dataclass
class Outcome:
    """What one dbt run did. ``failures`` are sentences, one a node that failed."""

    nodes: int = 0
    models_built: int = 0
    tests_passed: int = 0
    models_failed: int = 0
    models_skipped: int = 0
    tests_failed: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def every_model_built(self) -> bool:
        return not (self.models_failed or self.models_skipped)


class DbtProject:
    """The project, parsed for one target into ``manifest``; ``run`` runs commands of it.

    ``parse_vars`` are variables that change where models are written (a replay's); a folder of
    its own for dbt's files, ``target_path``, keeps such a parse from displacing the usual one.
    """

    def __init__(
        self,
        settings: Settings,
        parse_vars: Mapping[str, str] | None = None,
        target_path: Path | None = None,
    ) -> None:
        self.settings = settings
        self._vars = dict(parse_vars or {})
        self._target_path = target_path
        self.manifest = self._parse()
        if self._has_unread_signals():
            self.manifest = self._parse("--no-partial-parse")

    def _parse(self, *options: str) -> Any:
        """Read the project, or what of it changed since dbt read it last.

        dbt would read everything anew for another file, host or password. Reading connects to
        nothing, so it is told only that of the connection which relations are named by.
        """
        return self._invoke(None, ["parse", *options], self._vars, connecting=False).result

    def _has_unread_signals(self) -> bool:
        """Whether dbt has not yet read the model that unites signals since one was added."""
        models = [node for node in self.manifest.nodes.values() if node.resource_type == "model"]
        united = {
            upstream
            for model in models
            if model.name == SIGNALS
            for upstream in model.depends_on_nodes
        }
        signals = {model.unique_id for model in models if model.fqn[1] == "signals"}
        return bool(united) and not signals <= united

    def run(
        self, *arguments: str, variables: Mapping[str, str] | None = None, on_start: OnStart
    ) -> Outcome:
        """Run one dbt command over the parsed project and say what became of each node.

        Raises:
            PermanentError: dbt could not run at all, such as a macro that refuses its variables.
        """
        done = self._invoke(self.manifest, arguments, {**self._vars, **(variables or {})}, on_start)
        return _outcome(done.result.results)

    def sources_upstream_of(self, model: str, schema: str) -> list[str]:
        """The source tables of a schema that a model is made from, directly or not."""
        nodes = {**self.manifest.nodes, **self.manifest.sources}
        seen, found = set[str](), set[str]()
        waiting = [node_id for node_id, node in nodes.items() if node.name == model]
        while waiting:
            node_id = waiting.pop()
            if node_id not in seen and node_id in nodes:
                seen.add(node_id)
                node = nodes[node_id]
                if node_id in self.manifest.sources and node.schema.lower() == schema:
                    found.add(node.identifier)
                waiting += getattr(node, "depends_on_nodes", [])
        return sorted(found)

    def _invoke(
        self,
        manifest: Any,
        arguments: Iterable[str],
        variables: Mapping[str, str],
        on_start: OnStart = lambda *_: None,
        *,
        connecting: bool = True,
    ) -> Any:
        from dbt.cli.main import dbtRunner

        def listen(event: Any) -> None:
            if event.info.name == "LogStartLine":
                on_start(event.data.node_info.node_name, event.data.index, event.data.total)

        with (
            _profiles_dir() as profiles_dir,
            _surroundings(self.settings, connecting),
            _without_collector(),
        ):
            done = dbtRunner(manifest=manifest, callbacks=[listen]).invoke(
                [
                    "--quiet",
                    *("--log-level", "none", "--log-level-file", "info"),
                    *arguments,
                    *("--project-dir", str(PROJECT_DIR), "--profiles-dir", str(profiles_dir)),
                    *("--target", self.settings.target),
                    *(("--target-path", str(self._target_path)) if self._target_path else ()),
                    *("--vars", json.dumps(dict(variables))),
                ]
            )
        if isinstance(done.exception, KeyboardInterrupt | SystemExit):
            raise done.exception
        if isinstance(done.exception, OSError) and done.exception.errno in _NOT_ALLOWED:
            raise ConfigurationError(
                f"dbt may not write {done.exception.filename}: check its permissions, or set "
                "DBT_LOG_PATH and DBT_TARGET_PATH to folders outside the repository"
            )
        if done.exception is not None:
            raise PermanentError(f"dbt could not run: {_reason(str(done.exception))}")
        return done


@contextmanager
def _without_collector() -> Iterator[None]:
    """Leave the garbage of one dbt command, some 200 MB at most, to the end of it: to look for it
    among all that dbt knows of the project takes about a tenth of a build."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def build_progress(what: str) -> Iterator[OnStart]:
    """A progress bar on stderr, where that is a terminal: model n of m, and which."""
    with progress_bar(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[node]}"),
    ) as progress:
        task = progress.add_task(what, total=None, node="reading the project")

        def on_start(node: str, index: int, total: int) -> None:
            progress.update(task, completed=index, total=total, node=node)

        yield on_start


def _outcome(results: Iterable[Any]) -> Outcome:
    outcome = Outcome()
    for result in results:
        outcome.nodes += 1
        status = str(result.status)
        is_check = str(result.node.resource_type) in _CHECKS
        if status in _FAILED:
            outcome.failures.append(_failure(result))
            if is_check:
                outcome.tests_failed += 1
            else:
                outcome.models_failed += 1
        elif status == "skipped":
            outcome.models_skipped += 0 if is_check else 1
        elif is_check:
            outcome.tests_passed += 1
        elif str(result.node.resource_type) in _MODELS:
            outcome.models_built += 1
    return outcome


def _failure(result: Any) -> str:
    node = result.node
    if str(result.status) == "fail":
        rows = counted(result.failures, "row")
        breaks = "breaks" if result.failures == 1 else "break"
        return f"test {node.name}{_tested(node)} found {rows} that {breaks} it"
    return f"{node.resource_type} {node.name}: {_reason(result.message or 'no reason given')}"


def _tested(test: Any) -> str:
    """The model of a test, where the test's name is a digest that need not say it."""
    model = str(getattr(test, "attached_node", None) or "").rpartition(".")[2]
    return f" of {model}" if model and model not in test.name else ""


def _reason(message: str) -> str:
    """The first line that says why: dbt's own first line only says where. It ends up in logs and
    in ops.job_runs, so that a value which an engine quotes is left out."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    if len(lines) > 1 and (" in " in lines[0] or lines[0].endswith("Error")):
        lines = lines[1:]
    if lines and _QUOTES_A_VALUE.search(lines[0]):
        return _VALUE.sub(r"\1…\1", lines[0])
    return lines[0] if lines else "no reason given"


@contextmanager
def _profiles_dir() -> Iterator[Path]:
    """The folder with profiles.yml: DBT_PROFILES_DIR, the project's, or one made of the example."""
    given = os.environ.get("DBT_PROFILES_DIR")
    folder = Path(given) if given else PROJECT_DIR
    if (folder / "profiles.yml").exists():
        yield folder.resolve()
        return
    example = PROJECT_DIR / "profiles.example.yml"
    if not example.exists():
        raise ConfigurationError(
            f"there is no profiles.yml in {folder}: write one, see profiles.example.yml"
        )
    with tempfile.TemporaryDirectory(prefix="gtm-profiles-") as made:
        shutil.copy(example, Path(made) / "profiles.yml")
        yield Path(made)


def let_go_of_duckdb() -> None:
    """dbt-duckdb keeps the file open until the process ends; others want it before that."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import reset_adapters

    if DuckDBConnectionManager._ENV is not None:
        DuckDBConnectionManager._ENV.close()
    DuckDBConnectionManager.close_all_connections()
    reset_adapters()


@contextmanager
def _surroundings(settings: Settings, connecting: bool) -> Iterator[None]:
    """The environment that profiles.yml reads; afterwards it and the folder are as before.

    Without ``connecting`` only what names relations is in it.
    """
    secret = settings.snowflake_private_key_passphrase, settings.snowflake_password
    passphrase, password = (value.get_secret_value() if value else None for value in secret)
    duckdb_path = settings.duckdb_path
    names = {
        "GTM_TARGET": settings.target,
        "GTM_DUCKDB_PATH": duckdb_path.resolve() if connecting else duckdb_path.name,
        "SNOWFLAKE_DATABASE": settings.snowflake_database,
    }
    connection = {
        "GTM_THREADS": settings.threads,
        "SNOWFLAKE_ACCOUNT": settings.snowflake_account,
        "SNOWFLAKE_USER": settings.snowflake_user,
        "SNOWFLAKE_PRIVATE_KEY_PATH": settings.snowflake_private_key_path,
        "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE": passphrase,
        "SNOWFLAKE_PASSWORD": password,
        "SNOWFLAKE_ROLE": settings.snowflake_role,
        "SNOWFLAKE_WAREHOUSE": settings.snowflake_warehouse,
        "SNOWFLAKE_HOST": settings.snowflake_host,
        "SNOWFLAKE_PORT": settings.snowflake_port,
        "SNOWFLAKE_PROTOCOL": settings.snowflake_protocol,
    }
    wanted = names | (connection if connecting else {})
    before, folder = dict(os.environ), Path.cwd()
    for name in connection.keys() & os.environ.keys():
        del os.environ[name]
    os.environ.update({name: str(value) for name, value in wanted.items() if value is not None})
    os.environ["DO_NOT_TRACK"] = "1"
    try:
        yield
    finally:
        if settings.target == "duckdb":
            let_go_of_duckdb()
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(before)
