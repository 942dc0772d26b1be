"""Every page of the operator's, for those who run the system."""

from __future__ import annotations

from voicebot.accounts.permissions import Action
from voicebot.console.operator.accounts import accounts_page
from voicebot.console.operator.api_keys import api_keys_page
from voicebot.console.operator.audit import audit_page
from voicebot.console.operator.health import health
from voicebot.console.operator.logs import logs_page
from voicebot.console.operator.models import models_page
from voicebot.console.operator.settings import settings_page
from voicebot.console.operator.webhooks import webhooks_page
from voicebot.console.visit import Pages


def add_operators_pages(pages: Pages) -> None:
    pages.add("/operator/health", Action.OPERATE, health)
    pages.add("/operator/settings", Action.OPERATE, settings_page)
    pages.add("/operator/models", Action.OPERATE, models_page)
    pages.add("/operator/logs", Action.OPERATE, logs_page)
    pages.add("/operator/accounts", Action.MANAGE_ACCOUNTS, accounts_page)
    pages.add("/operator/api-keys", Action.MANAGE_API, api_keys_page)
    pages.add("/operator/webhooks", Action.MANAGE_API, webhooks_page)
    pages.add("/operator/audit", Action.READ_AUDIT, audit_page)
