"""The tasks there are. A new one is a folder here, an inputs model and a template."""

from __future__ import annotations

from graphlib import TopologicalSorter
from importlib import import_module
from pkgutil import iter_modules

from python_jobs.enrich.task import Task
from python_jobs.errors import ConfigurationError


def task_names() -> list[str]:
    """The folders of this package, in order."""
    return sorted(module.name for module in iter_modules(__path__) if module.ispkg)


def task_named(name: str) -> Task:
    """The task of that name.

    Raises:
        ConfigurationError: there is none; the message names those there are.
    """
    if name not in task_names():
        raise ConfigurationError(f"there is no task '{name}': use {', '.join(task_names())} or all")
    task: Task = import_module(f"{__name__}.{name}").TASK
    return task


def tasks_in_order() -> list[Task]:
    """All tasks, each after those whose answers it reads."""
    tasks = {name: task_named(name) for name in task_names()}
    order = TopologicalSorter({name: task.after for name, task in tasks.items()})
    return [tasks[name] for name in order.static_order()]
