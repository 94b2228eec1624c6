"""Tests of the whole project; a package, so that tests and helpers import each other by name."""
