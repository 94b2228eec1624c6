"""Once a month: why deals were lost, over figures that were counted in the warehouse."""

from python_jobs.enrich.check import checked
from python_jobs.enrich.task import Task
from python_jobs.enrich.tasks.closed_lost_brief.offline import write
from python_jobs.enrich.tasks.closed_lost_brief.schema import ClosedLostBrief

TASK = Task(
    "closed_lost_brief",
    ClosedLostBrief,
    write,
    checked,
    can_wait=True,
    after=("closed_lost_deal",),
)
