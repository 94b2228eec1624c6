"""Why now, and what is asked for: two slots of the first message to a queued person."""

from python_jobs.enrich.task import Task
from python_jobs.enrich.tasks.first_touch.gate import check
from python_jobs.enrich.tasks.first_touch.offline import write
from python_jobs.enrich.tasks.first_touch.schema import FirstTouch

TASK = Task("first_touch", FirstTouch, write, check, least_kept=1.0)
