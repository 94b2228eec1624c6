"""Why a deal was lost, from all that was said in its calls, a part at a time.

``ai.closed_lost_deals`` puts the parts of a deal together; nothing is cut off.
"""

from python_jobs.enrich.task import Task
from python_jobs.enrich.tasks.closed_lost_deal.check import check
from python_jobs.enrich.tasks.closed_lost_deal.offline import write
from python_jobs.enrich.tasks.closed_lost_deal.schema import ClosedLostDeal

TASK = Task("closed_lost_deal", ClosedLostDeal, write, check, version=2, can_wait=True)
