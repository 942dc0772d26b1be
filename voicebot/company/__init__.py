"""The company folder: everything a company says and does on the phone, in files that a person can edit.

`load_company(dir)` reads such a folder whole and refuses it with file, line and remedy when something does not fit.
"""

from voicebot.company.check import check_company, load_company
from voicebot.company.problems import CompanyError, Problem
from voicebot.company.schema import Company

__all__ = ["Company", "CompanyError", "Problem", "check_company", "load_company"]
