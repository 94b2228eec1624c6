"""What a seller and a marketer should know of an account, each statement with its rows."""

from python_jobs.enrich.task import Task
from python_jobs.enrich.tasks.account_brief.offline import write
from python_jobs.enrich.tasks.account_brief.rules import check
from python_jobs.enrich.tasks.account_brief.schema import AccountBrief

TASK = Task("account_brief", AccountBrief, write, check)
