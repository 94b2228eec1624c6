"""The schedules as text to copy: a crontab, a GitHub Actions workflow, Snowflake tasks."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from textwrap import dedent, indent

from python_jobs.schedule.declared import Schedule
from python_jobs.settings import PROJECT_DIR


def crontab(schedules: Iterable[Schedule], timezone: str) -> str:
    """Lines for ``crontab -e`` of the user whose .env it is."""
    lines = [
        "# CRON_TZ is known to cronie; with another cron daemon the times are the machine's own.",
    ]
    # to cron a % is the end of the line
    project = shlex.quote(str(PROJECT_DIR)).replace("%", r"\%")
    zone = None
    for schedule in schedules:
        if (wanted := _zone(schedule, timezone)) != zone:
            zone = wanted
            lines += ["", f"CRON_TZ={zone}"]
        lines += [
            f"# {schedule.summary}",
            f"{schedule.cron} cd {project} && mkdir -p logs && "
            f".venv/bin/gtm run {schedule.name} >> logs/{schedule.name}.log 2>&1",
        ]
    return "\n".join(lines)


def github_actions(schedules: Iterable[Schedule], timezone: str) -> str:
    """A workflow, .github/workflows/gtm.yml, for a warehouse on Snowflake."""
    wanted = list(schedules)
    crons = "\n".join(f'- cron: "{one.cron}" # {one.name}{_told_local(one)}' for one in wanted)
    names = ", ".join(one.name for one in wanted)
    jobs = "\n".join(_github_job(one) for one in wanted)
    return (
        "# Every cron is UTC here. The secrets are the repository's.\n"
        "name: gtm\n"
        f"on:\n  schedule:\n{indent(crons, '    ')}\n"
        "  workflow_dispatch:\n    inputs:\n      schedule:\n"
        f"        type: choice\n        options: [{names}]\n"
        f"permissions:\n  contents: read\njobs:\n{indent(jobs, '  ').rstrip()}"
    )


def _github_job(schedule: Schedule) -> str:
    # The key is a file: it goes from the secret to the runner's own temporary folder.
    return dedent(
        f"""\
        {schedule.name}:
          if: github.event.schedule == '{schedule.cron}' || inputs.schedule == '{schedule.name}'
          concurrency: gtm-{schedule.name}
          runs-on: ubuntu-latest
          timeout-minutes: 180
          env:
            GTM_TARGET: snowflake
            SNOWFLAKE_ACCOUNT: ${{{{ secrets.SNOWFLAKE_ACCOUNT }}}}
            SNOWFLAKE_USER: ${{{{ secrets.SNOWFLAKE_USER }}}}
            SNOWFLAKE_ROLE: GTM_TRANSFORMER
            SNOWFLAKE_PRIVATE_KEY_PASSPHRASE: ${{{{ secrets.SNOWFLAKE_PRIVATE_KEY_PASSPHRASE }}}}
            SNOWFLAKE_PRIVATE_KEY_PATH: ${{{{ runner.temp }}}}/snowflake.p8
          steps:
            - uses: actions/checkout@v4
            - run: make setup
            - run: umask 077 && printenv KEY > "$SNOWFLAKE_PRIVATE_KEY_PATH"
              env:
                KEY: ${{{{ secrets.SNOWFLAKE_PRIVATE_KEY }}}}
            - run: .venv/bin/gtm run {schedule.name}
        """
    )


def snowflake_tasks(schedules: Iterable[Schedule], timezone: str) -> str:
    """SQL that has Snowflake start the project's container (Snowpark Container Services)."""
    head = dedent(
        """\
        -- Make first: an image of this project, /gtm/ops/images/gtm; a compute pool, gtm_pool; an
        -- external access integration with the vendors' hosts and the account's own, gtm_vendors
        -- (the job signs in as from anywhere); secrets with the private key and its passphrase,
        -- gtm.ops.gtm_key and gtm.ops.gtm_passphrase. Grant gtm_transformer: execute task and
        -- execute managed task on the account, create task and create service on gtm.ops, usage
        -- on pool and integration, read on secrets and repository. Put the account's name in the
        -- place of ACCOUNT. A job's name stays taken a while after its end: hence the drop.
        use role gtm_transformer;
        use schema gtm.ops;
        """
    )
    return "\n".join([head, *(_snowflake_task(one, timezone) for one in schedules)]).rstrip()


def _snowflake_task(schedule: Schedule, timezone: str) -> str:
    name = f"gtm_{schedule.name}"
    return dedent(
        f"""\
        -- {schedule.summary}
        create or replace task {name}_task
            schedule = 'using cron {schedule.cron} {_zone(schedule, timezone)}'
            overlap_policy = no_overlap
        as
        begin
            drop service if exists {name};
            execute job service
                in compute pool gtm_pool
                from specification $$
        spec:
          containers:
            - name: gtm
              image: /gtm/ops/images/gtm
              command: [".venv/bin/gtm", "run", "{schedule.name}"]
              env:
                GTM_TARGET: snowflake
                SNOWFLAKE_ACCOUNT: ACCOUNT
                SNOWFLAKE_HOST: ""
                SNOWFLAKE_USER: GTM_SERVICE
                SNOWFLAKE_ROLE: GTM_TRANSFORMER
                SNOWFLAKE_PRIVATE_KEY_PATH: /key/secret_string
              secrets:
                - snowflakeSecret: gtm.ops.gtm_key
                  directoryPath: /key
                - snowflakeSecret: gtm.ops.gtm_passphrase
                  secretKeyRef: secret_string
                  envVarName: SNOWFLAKE_PRIVATE_KEY_PASSPHRASE
        $$
                name = {name}
                query_warehouse = gtm_wh
                external_access_integrations = (gtm_vendors);
        end;
        alter task {name}_task resume;
        """
    )


def _zone(schedule: Schedule, timezone: str) -> str:
    return "UTC" if schedule.time == "UTC" else timezone


def _told_local(schedule: Schedule) -> str:
    return "" if schedule.time == "UTC" else ": write the hour in UTC"


Text = Callable[[Iterable[Schedule], str], str]

TEXTS: dict[str, Text] = {
    "crontab": crontab,
    "github-actions": github_actions,
    "snowflake-tasks": snowflake_tasks,
}
"""Text for each scheduler."""
