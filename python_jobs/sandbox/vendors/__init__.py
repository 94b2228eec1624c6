"""The vendors of the sandbox. A new one is a module here and one line below."""

from python_jobs.sandbox.vendor import Vendor
from python_jobs.sandbox.vendors.job_boards import JobBoards

VENDORS: tuple[type[Vendor], ...] = (JobBoards,)
