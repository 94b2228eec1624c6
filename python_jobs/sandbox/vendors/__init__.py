"""The vendors of the sandbox. A new one is a module here and one line below."""

from python_jobs.sandbox.vendor import Vendor
from python_jobs.sandbox.vendors.anthropic import Anthropic
from python_jobs.sandbox.vendors.clay import Clay
from python_jobs.sandbox.vendors.gong import Gong
from python_jobs.sandbox.vendors.hubspot import Hubspot
from python_jobs.sandbox.vendors.job_boards import JobBoards
from python_jobs.sandbox.vendors.outreach import Outreach
from python_jobs.sandbox.vendors.posthog import PostHog
from python_jobs.sandbox.vendors.product_db import ProductDb
from python_jobs.sandbox.vendors.salesforce import Salesforce
from python_jobs.sandbox.vendors.sixsense import SixSense

VENDORS: tuple[type[Vendor], ...] = (
    Anthropic,
    Clay,
    Gong,
    Hubspot,
    JobBoards,
    Outreach,
    PostHog,
    ProductDb,
    Salesforce,
    SixSense,
)
