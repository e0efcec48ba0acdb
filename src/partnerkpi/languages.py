"""Which languages results are said in, and what statuses and products are called in each.

The terms are those of the source pages in each language. Filters, reports and pages say them from
here, so that a thing has one name in a language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from partnerkpi.errors import UnknownLanguageError

__all__ = ["LANGUAGES", "PRODUCT_NAMES", "STATUS_NAMES", "language_of"]

#: English, French, and Serbian in Latin letters.
LANGUAGES: Final = ("en", "fr", "sr")

#: For each product and language the name that is shown, and behind it what else it is called.
PRODUCT_NAMES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "meetings": MappingProxyType(
            {
                "en": ("Webex Meetings",),
                "fr": ("Webex Meetings", "Réunions"),
                "sr": ("Webex Meetings", "Webex sastanci"),
            }
        ),
        "calling": MappingProxyType(
            {
                "en": ("Webex Calling",),
                "fr": ("Webex Calling", "Appels Webex"),
                "sr": ("Webex Calling", "Webex pozivanje"),
            }
        ),
        "messaging": MappingProxyType(
            {
                "en": ("Webex Messaging",),
                "fr": ("Messagerie Webex",),
                "sr": ("Webex Messaging", "Webex poruke"),
            }
        ),
        "call_on_webex": MappingProxyType(
            {
                "en": ("Call on Webex",),
                "fr": ("Appeler Webex",),
                "sr": ("Poziv u usluzi Webex",),
            }
        ),
        "real_time_translations": MappingProxyType(
            {
                "en": ("Real-Time Translations",),
                "fr": ("Traductions en temps réel", "Real-Time Translations"),
                "sr": ("Prevodi u realnom vremenu",),
            }
        ),
    }
)

#: For each language what the statuses are called.
STATUS_NAMES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "suspended": "Suspended",
                "expired": "Expired",
                "license_overage": "License overage",
                "expiring_soon": "Expiring soon",
                "ready_for_order_setup": "Ready for order setup",
                "no_recent_activity": "No recent activity",
                "trial": "Trial",
                "subscription": "Subscription",
            }
        ),
        "fr": MappingProxyType(
            {
                "suspended": "Suspendu",
                "expired": "Expiré",
                "license_overage": "Licence excédentaire",
                "expiring_soon": "Bientôt expiré",
                "ready_for_order_setup": "Prêt pour la configuration de la commande",
                "no_recent_activity": "Aucune activité récente",
                "trial": "Essai",
                "subscription": "Abonnement",
            }
        ),
        "sr": MappingProxyType(
            {
                "suspended": "Obustavljeno",
                "expired": "Isteklo",
                "license_overage": "Prekoračenje licence",
                "expiring_soon": "Uskoro ističe",
                "ready_for_order_setup": "Spremno za podešavanje narudžbine",
                "no_recent_activity": "Nema nedavne aktivnosti",
                "trial": "Probna verzija",
                "subscription": "Pretplata",
            }
        ),
    }
)


def language_of(tag: str) -> str:
    """The language that a tag asks for, whatever region it adds.

    Args:
        tag: A BCP 47 tag such as ``fr``, ``fr-CA`` or ``sr-Latn-RS``; ``_`` is read as ``-``.
            ``sr`` means Latin letters.

    Returns:
        ``en``, ``fr`` or ``sr``.

    Raises:
        UnknownLanguageError: no such language, or one in other letters; names those that there are.

    Example:
        >>> language_of("fr-CA"), language_of("sr_Latn_RS"), language_of("EN")
        ('fr', 'sr', 'en')
        >>> language_of("de")
        Traceback (most recent call last):
        ...
        partnerkpi.errors.UnknownLanguageError: no language is called 'de' (known: en, fr, sr)
    """
    found = _TAG.fullmatch(tag)
    language = found["language"].lower() if found else ""
    if found is None or language not in LANGUAGES or (found["script"] or "latn").lower() != "latn":
        raise UnknownLanguageError(_LANGUAGE, tag, LANGUAGES)

    return language


_LANGUAGE = "language"
_TAG: Final = re.compile(
    r"(?P<language>[A-Za-z]{2,3})(?:[-_](?P<script>[A-Za-z]{4}))?(?:[-_][A-Za-z0-9]{1,8})*"
)
