"""``gtm registry``: look at the registries, edit them, and take edits back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from python_jobs.errors import ConfigurationError
from python_jobs.options import AsJson, By, Target
from python_jobs.printing import printed_json, wide
from python_jobs.registry import edits
from python_jobs.registry.definitions import REGISTRIES, Row, registry
from python_jobs.registry.journal import Change, Effective, Registries, append, read_registries
from python_jobs.runs import ensure_ops_tables, utc_now
from python_jobs.settings import Settings, load_settings
from python_jobs.warehouse import Warehouse, only_writer, open_warehouse

# Left out of the table of a registry; one row, and JSON, have them.
LONG_FIELDS = ("notes", "note", "system_prompt", "user_prompt", "created_at")

app = typer.Typer(
    name="registry",
    help="Rules, weights, prompts and accounts: look at them, edit them, take edits back.",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(help="The registry; `gtm registry list` lists them.")]
Key = Annotated[str, typer.Argument(help="The key of the row.")]
Note = Annotated[str | None, typer.Option("--note", help="Why; kept in the history.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check and show, write nothing.")]


@app.command("list")
def list_registries(as_json: AsJson = False, target: Target = None) -> None:
    """The registries, and how many rows of each are shipped or edited.

    Examples:

        gtm registry list

        gtm registry list --json
    """
    registries = _read(load_settings().with_target(target))
    listed: list[dict[str, Any]] = []
    for name, definition in REGISTRIES.items():
        rows = registries.effective(name)
        edited = sum(row.change is not None for row in rows.values())
        row = {"registry": name, "key": definition.key, "rows": len(rows), "edited": edited}
        listed.append(row)
    if as_json:
        typer.echo(printed_json(listed))
        return
    table = Table("registry", "key", "rows", "of them edited", box=None)
    for row in listed:
        table.add_row(*(str(value) for value in row.values()))
    wide().print(table)


@app.command()
def show(
    name: Name,
    key: Annotated[str | None, typer.Argument(help="Only this row, every field of it.")] = None,
    as_json: AsJson = False,
    target: Target = None,
) -> None:
    """The rows in force, and where each comes from. Long texts only with KEY or --json.

    Examples:

        gtm registry show event_rules

        gtm registry show prompt_templates default
    """
    definition = registry(name)
    rows = _read(load_settings().with_target(target)).effective(name)
    if key is not None:
        if key not in rows:
            raise ConfigurationError(
                f"{name} has no '{key}': gtm registry show {name} lists its rows"
            )
        rows = {key: rows[key]}
    if as_json:
        typer.echo(json.dumps([_as_dict(row) for row in rows.values()], ensure_ascii=False))
    elif key is not None:
        for field, value in rows[key].values.items():
            typer.echo(f"{field}: {_text(value)}")
        typer.echo(f"from: {_origin(rows[key])}")
    else:
        shown = [field.name for field in definition.fields if field.name not in LONG_FIELDS]
        table = Table(*shown, "from", box=None)
        for row in rows.values():
            cells = [*(_short(row.values[field]) for field in shown), _origin(row)]
            table.add_row(*(escape(cell) for cell in cells))
        wide().print(table)


@app.command("set")
def set_fields(
    name: Name,
    key: Key,
    fields: Annotated[list[str], typer.Argument(help="field=value …, or field=@file.")],
    note: Note = None,
    by: By = None,
    dry_run: DryRun = False,
    target: Target = None,
) -> None:
    """Change fields of a row, or make the row. `field=` empties a field.

    Examples:

        gtm registry set score_weights default_v1:page_view:pricing weight=30 --note "tells more"

        gtm registry set account_aliases acme.io account_key=acme.com --dry-run
    """
    given = edits.assignments(fields)
    _edit(target, by, note, dry_run, lambda edit: edits.set_row(edit, name, key, given))


@app.command()
def delete(
    name: Name,
    key: Key,
    note: Note = None,
    by: By = None,
    dry_run: DryRun = False,
    target: Target = None,
) -> None:
    """Take a row away, shipped or not; a score config takes its weights with it.

    Example:

        gtm registry delete account_aliases acme.io
    """
    _edit(target, by, note, dry_run, lambda edit: edits.delete_row(edit, name, key))


@app.command()
def activate(
    config: Annotated[str, typer.Argument(help="The score config to score with from now on.")],
    note: Note = None,
    by: By = None,
    dry_run: DryRun = False,
    target: Target = None,
) -> None:
    """Switch to another score config; the active one is archived in the same edit.

    Example:

        gtm registry activate draft_v2 --note "replayed over June"
    """
    _edit(target, by, note, dry_run, lambda edit: edits.activate(edit, config))


@app.command()
def copy(
    config: Annotated[str, typer.Argument(help="The score config to copy, with its weights.")],
    new: Annotated[str, typer.Argument(help="The draft to make.")],
    note: Note = None,
    by: By = None,
    dry_run: DryRun = False,
    target: Target = None,
) -> None:
    """Make a draft of a score config, weights included, to change and replay.

    Example:

        gtm registry copy default_v1 draft_v2
    """
    _edit(target, by, note, dry_run, lambda edit: edits.copy_config(edit, config, new))


@app.command()
def revert(
    change_id: Annotated[str, typer.Argument(help="The change, as history prints it.")],
    note: Note = None,
    by: By = None,
    dry_run: DryRun = False,
    target: Target = None,
) -> None:
    """Undo an edit by another one; history keeps both.

    Example:

        gtm registry revert 20260630-101500-c0e6
    """
    reason = note or f"reverts {change_id}"
    _edit(target, by, reason, dry_run, lambda edit: edits.revert(edit, change_id))


@app.command()
def history(
    name: Annotated[str | None, typer.Argument(help="Only this registry.")] = None,
    as_json: AsJson = False,
    target: Target = None,
) -> None:
    """Every edit, the newest first: what, who, when, why.

    Example:

        gtm registry history score_weights --json
    """
    if name is not None:
        registry(name)
    changes = [
        change
        for change in reversed(_read(load_settings().with_target(target)).changes)
        if name in (None, change.registry)
    ]
    if as_json:
        typer.echo(json.dumps([vars(change) for change in changes], default=str))
        return
    for change in changes:
        why = f": {change.note}" if change.note else ""
        when = f"{change.changed_at:%Y-%m-%d %H:%M} UTC"
        typer.echo(f"{change.change_id}  {when}  {change.changed_by}{why}")
        _print_change(change)
    if not changes:
        typer.echo("no edits: every row is as shipped")


def _edit(
    target: str | None,
    by: str | None,
    note: str | None,
    dry_run: bool,
    make: Callable[[edits.Edit], None],
) -> None:
    """Make an edit over the registries in force, check it, print it, and write it."""
    settings = load_settings().with_target(target)
    who = settings.who(by)
    if dry_run:
        changes = _changes(_read(settings), who, note, make)
        _print_changes(changes)
        typer.echo("dry run: nothing was written")
        return
    with only_writer(settings), open_warehouse(settings) as warehouse:
        changes = _changes(read_registries(warehouse), who, note, make)
        if changes:
            ensure_ops_tables(warehouse)
            append(warehouse, changes)
    _print_changes(changes)
    if changes:
        edit_id = changes[0].edit_id
        typer.echo(f"effective on the next build; undo with: gtm registry revert {edit_id}")


def _changes(
    registries: Registries,
    who: str,
    note: str | None,
    make: Callable[[edits.Edit], None],
) -> list[Change]:
    edit = edits.Edit(registries, who, utc_now(), note)
    make(edit)
    return edit.checked() if edit.changes else []


def _read(settings: Settings) -> Registries:
    with _maybe_warehouse(settings) as warehouse:
        return read_registries(warehouse)


@contextmanager
def _maybe_warehouse(settings: Settings) -> Iterator[Warehouse | None]:
    """The warehouse for reading; None before there is one, when the shipped files are all."""
    if settings.target == "duckdb" and not settings.duckdb_path.exists():
        yield None
    else:
        with open_warehouse(settings, read_only=True) as warehouse:
            yield warehouse


def _print_changes(changes: Sequence[Change]) -> None:
    for change in changes:
        _print_change(change)
    if not changes:
        typer.echo("nothing to change: the rows are so already")


def _print_change(change: Change) -> None:
    where = f"  {change.registry} {change.record_key}"
    if change.before is None or change.after is None:
        key = REGISTRIES[change.registry].key
        row = (change.before or change.after or {}).items()
        fields = [f"{name}={_short(value)}" for name, value in row if value is not None]
        listed = ", ".join(field for field in fields if not field.startswith(f"{key}="))
        typer.echo(f"{where} ({'deleted' if change.after is None else 'new'}): {listed}")
        return
    typer.echo(f"{where}{' (as shipped again)' if change.action == 'reset' else ''}")
    for name, old in change.before.items():
        if old != change.after[name]:
            typer.echo(f"    {name}: {_short(old)} → {_short(change.after[name])}")


def _as_dict(row: Effective) -> Row:
    change = row.change
    return row.values | {
        "row_source": "edited" if change else "shipped",
        "changed_by": change.changed_by if change else None,
        "changed_at": str(change.changed_at) if change else None,
    }


def _origin(row: Effective) -> str:
    if row.change is None:
        return "shipped"
    return f"edited by {row.change.changed_by}, {row.change.changed_at:%Y-%m-%d %H:%M}"


def _text(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    # as it would be typed: every digit, no power of ten
    return str(value) if not isinstance(value, float) else f"{Decimal(repr(value)).normalize():f}"


def _short(value: Any) -> str:
    text = _text(value).replace("\n", " ")
    return text if len(text) <= 50 else text[:49] + "…"
