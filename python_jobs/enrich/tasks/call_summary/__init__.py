"""What was said in a call, in a few sentences, each with the words it rests on."""

from python_jobs.enrich.check import checked
from python_jobs.enrich.task import Task
from python_jobs.enrich.tasks.call_summary.offline import write
from python_jobs.enrich.tasks.call_summary.schema import CallSummary

TASK = Task("call_summary", CallSummary, write, checked, version=2)
