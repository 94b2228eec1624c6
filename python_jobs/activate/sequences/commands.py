"""``gtm sync sequences``: what Outreach has of the shipped sequences, and making the others."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Annotated

import typer

from python_jobs.options import Target
from python_jobs.settings import load_settings


def sequences(
    create: Annotated[
        bool, typer.Option("--create/--check", help="Make what is missing, or only look.")
    ] = False,
    target: Target = None,
) -> None:
    """The sequences that answer the signals: which are in Outreach, and what is missing there.

    Their names are those of the registry `sequences`; their texts are files in
    python_jobs/activate/sequences/texts. What is made is switched off: a person reads it in
    Outreach and enables it there, and only then is anybody put into it. A sequence that somebody
    else has made under the name, or that is enabled, is left as it is. Twice is once.

    Examples:

        gtm sync sequences --check

        gtm sync sequences --create
    """
    from python_jobs.activate.destinations.outreach_records import Records
    from python_jobs.activate.plans import only_one
    from python_jobs.activate.sequences.making import make, standing
    from python_jobs.activate.sequences.shipped import shipped_sequences
    from python_jobs.ingest.run import connect
    from python_jobs.ingest.sources import source_named
    from python_jobs.registry.journal import read_registries
    from python_jobs.runs import ensure_ops_tables
    from python_jobs.warehouse import BriefWarehouse

    settings = load_settings().with_target(target)
    warehouse = BriefWarehouse(settings, wait=settings.patience_for_warehouse)
    with warehouse.held() as held:
        ensure_ops_tables(held)
        rows = read_registries(held).effective("sequences")
    names = {
        key: str(row.values["outreach_sequence_name"])
        for key, row in rows.items()
        if row.values["enabled"]
    }
    wanted = shipped_sequences(names)
    records = Records(connect(source_named("outreach"), settings, warehouse))
    with only_one(settings, "outreach") if create else nullcontext():
        stands = standing(records, wanted)
        for stand in stands:
            print(stand.line)
        for key in sorted(names.keys() - {sequence.key for sequence in wanted}):
            print(f"{names[key]}: no text is shipped for {key}: make it in Outreach")
        unfinished = [stand for stand in stands if stand.is_ours and stand.missing]
        if not unfinished:
            return
        if not create:
            print(f"{len(unfinished)} to be made or finished: gtm sync sequences --create")
            return
        for stand in unfinished:
            for line in make(records, stand):
                print(line, flush=True)
    print(
        "next: read the texts in Outreach, set who sends, and enable the sequences there; then "
        "gtm ingest outreach and gtm build"
    )
