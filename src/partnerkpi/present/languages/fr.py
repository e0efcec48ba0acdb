"""The French words.

Terms: attribution (assignment), excédent (overage), segment d'appel (call leg), point de
terminaison (endpoint), file d'attente (queue), période (the window), ligne (license line).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from partnerkpi.kpi import Unit
from partnerkpi.present.languages.catalogue import Catalogue, parsed

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CATALOGUE"]

_UNITS: Final[Mapping[Unit, Mapping[str, str]]] = MappingProxyType(
    {
        Unit.CUSTOMERS: MappingProxyType({"one": "client", "other": "clients"}),
        Unit.SUBSCRIPTIONS: MappingProxyType({"one": "abonnement", "other": "abonnements"}),
        Unit.LICENSES: MappingProxyType({"one": "licence", "other": "licences"}),
        Unit.LICENSES_PER_CUSTOMER: MappingProxyType(
            {"one": "licence par client", "other": "licences par client"}
        ),
        Unit.DAYS: MappingProxyType({"one": "jour", "other": "jours"}),
        Unit.MONTHS: MappingProxyType({"one": "mois", "other": "mois"}),
        Unit.CALLS: MappingProxyType({"one": "appel", "other": "appels"}),
        Unit.CALL_LEGS: MappingProxyType({"one": "segment d’appel", "other": "segments d’appel"}),
        Unit.USERS: MappingProxyType({"one": "utilisateur", "other": "utilisateurs"}),
    }
)

_TEXTS: Final = """\
# Overview and licenses

Total customers
    Nombre total de clients

Customers with a Meetings or Calling license in any subscription or trial, also a pending or ended
one.
    Clients ayant une licence Meetings ou Calling dans un abonnement ou un essai, même en attente
    ou terminé.

Nearing expiration
    Expiration proche

Customers with an active Meetings or Calling subscription or trial that ends within the window and
does not renew itself.
    Clients dont un abonnement ou un essai Meetings ou Calling actif se termine pendant la période
    et ne se renouvelle pas automatiquement.

Nearing renewal
    Renouvellement proche

Customers with an active Meetings or Calling subscription that renews itself within the window.
    Clients dont un abonnement Meetings ou Calling actif se renouvelle automatiquement pendant la
    période.

Low license assignment
    Faible attribution de licences

Customers whose assigned share of active Meetings and Calling licenses is low compared with all
customers in scope.
    Clients dont la part attribuée des licences Meetings et Calling actives est faible par rapport
    à l’ensemble des clients concernés.

Over license limit
    Limite de licences dépassée

Customers with more licenses assigned than bought on an active Meetings or Calling line.
    Clients ayant plus de licences attribuées qu’achetées sur une ligne Meetings ou Calling
    active.

New customers
    Nouveaux clients

Customers with a subscription or trial of the product added within the window, whatever its state
now.
    Clients dont un abonnement ou un essai du produit a été ajouté pendant la période, quel que
    soit son état actuel.

Licenses of the product bought in the recently added subscriptions and trials.
    Licences du produit achetées dans les abonnements et essais récemment ajoutés.

Expiring customers
    Clients sur le point d’expirer

Customers with an active subscription or trial of the product that ends within the window and does
not renew itself.
    Clients dont un abonnement ou un essai actif du produit se termine pendant la période et ne se
    renouvelle pas automatiquement.

License assignment
    Attribution des licences

Assigned of all licenses of the expiring subscriptions and trials, pooled.
    Part attribuée de toutes les licences des abonnements et essais qui expirent, prises ensemble.

no licenses are expiring
    aucune licence n’expire

License utilization
    Utilisation des licences

Licenses used in the last seven days of all licenses of the expiring subscriptions and trials,
pooled.
    Part utilisée au cours des sept derniers jours de toutes les licences des abonnements et
    essais qui expirent, prises ensemble.

Renewing customers
    Clients en renouvellement

Customers with an active subscription of the product that renews itself within the window.
    Clients dont un abonnement actif du produit se renouvelle automatiquement pendant la période.

Assigned of all licenses of the renewing subscriptions, pooled.
    Part attribuée de toutes les licences des abonnements qui se renouvellent, prises ensemble.

no licenses are renewing
    aucune licence ne se renouvelle

Licenses used in the last seven days of all licenses of the renewing subscriptions, pooled.
    Part utilisée au cours des sept derniers jours de toutes les licences des abonnements qui se
    renouvellent, prises ensemble.

Low assignment customers
    Clients à faible attribution

Customers whose assigned share of active licenses of the product is low compared with their peers
of similar size.
    Clients dont la part attribuée des licences actives du produit est faible par rapport à leurs
    pairs de taille semblable.

Assigned of all licenses of the low customers' active subscriptions and trials, pooled.
    Part attribuée de toutes les licences des abonnements et essais actifs des clients à faible
    attribution, prises ensemble.

no customer is low
    aucun client n’a une faible attribution

Licenses used in the last seven days of all licenses of the low customers' active subscriptions
and trials, pooled.
    Part utilisée au cours des sept derniers jours de toutes les licences des abonnements et
    essais actifs des clients à faible attribution, prises ensemble.

Used when assigned
    Utilisation des licences attribuées

Licenses used in the last seven days of the assigned licenses of the low customers' active
subscriptions and trials, pooled.
    Part utilisée au cours des sept derniers jours des licences attribuées dans les abonnements et
    essais actifs des clients à faible attribution, prises ensemble.

low customers have no license assigned
    les clients à faible attribution n’ont aucune licence attribuée

Total unassigned licenses
    Total des licences non attribuées

Licenses bought and not assigned of the low customers' active subscriptions and trials.
    Licences achetées et non attribuées des abonnements et essais actifs des clients à faible
    attribution.

Customers with overage
    Clients avec excédent

Customers with more licenses of the product assigned than bought on a line of an active
subscription or trial.
    Clients ayant plus de licences du produit attribuées qu’achetées sur une ligne d’un abonnement
    ou essai actif.

Total licenses in overage
    Total des licences excédentaires

Licenses of the product assigned beyond those bought, line by line.
    Licences du produit attribuées au-delà de celles achetées, ligne par ligne.

Average overage
    Excédent moyen

Licenses in overage divided by the customers with overage.
    Licences excédentaires divisées par le nombre de clients avec excédent.

no customer has overage
    aucun client n’a d’excédent

# Tables of licenses

Recently added subscriptions
    Abonnements récemment ajoutés

Subscriptions and trials added within the window, newest first.
    Abonnements et essais ajoutés pendant la période, les plus récents d’abord.

Expiring subscriptions
    Abonnements sur le point d’expirer

Active subscriptions and trials that end within the window, soonest first.
    Abonnements et essais actifs qui se terminent pendant la période, les plus proches d’abord.

Renewing subscriptions
    Abonnements en renouvellement

Active subscriptions that renew themselves within the window, soonest first.
    Abonnements actifs qui se renouvellent automatiquement pendant la période, les plus proches
    d’abord.

Subscriptions with low license assignment
    Abonnements à faible attribution de licences

Active subscriptions and trials of customers with a low rate, lowest rate first.
    Abonnements et essais actifs des clients au taux faible, le taux le plus bas d’abord.

Subscriptions with license overage
    Abonnements avec licences excédentaires

Active subscriptions and trials with overage, greatest overage first.
    Abonnements et essais actifs avec excédent, le plus grand excédent d’abord.

Customer ID
    ID du client

Unique id of the customer.
    Identifiant unique du client.

Customer
    Client

Name of the customer's organization.
    Nom de l’organisation cliente.

Name of the customer's organization; none if no portfolio has the customer.
    Nom de l’organisation cliente~; aucun si le client n’est dans aucun portefeuille.

Subscription ID
    ID d’abonnement

Unique id of the subscription or trial.
    Identifiant unique de l’abonnement ou de l’essai.

Kind
    Type

Whether it is a subscription or a trial.
    S’il s’agit d’un abonnement ou d’un essai.

Total licenses
    Nombre total de licences

Licenses of the product bought.
    Licences du produit achetées.

Used
    Utilisées

Licenses used in the last seven days.
    Licences utilisées au cours des sept derniers jours.

Assigned
    Attribuées

Licenses assigned to users.
    Licences attribuées à des utilisateurs.

Available
    Disponibles

Licenses bought and not assigned, line by line.
    Licences achetées et non attribuées, ligne par ligne.

Overage
    Excédent

Licenses assigned beyond those bought, line by line.
    Licences attribuées au-delà de celles achetées, ligne par ligne.

Weekly assignment change
    Changement d’attribution hebdomadaire

Licenses assigned now, less those assigned a week ago.
    Licences attribuées maintenant, moins celles attribuées il y a une semaine.

Weekly usage change
    Changement d’utilisation hebdomadaire

Licenses used in seven days now, less those a week ago.
    Licences utilisées en sept jours maintenant, moins celles d’il y a une semaine.

Assigned (%)
    Attribuées (%)

Assigned of all licenses of the row.
    Part attribuée de toutes les licences de la ligne du tableau.

Used (%)
    Utilisées (%)

Licenses used in the last seven days of all licenses of the row.
    Part utilisée au cours des sept derniers jours de toutes les licences de la ligne du tableau.

Used in 3 months
    Utilisées en 3 mois

Licenses used in the last three months.
    Licences utilisées au cours des trois derniers mois.

Days since added
    Jours depuis l’ajout

Days since the subscription or trial was added.
    Nombre de jours depuis l’ajout de l’abonnement ou de l’essai.

Days until expiration
    Jours avant l’expiration

Days until the subscription or trial ends.
    Nombre de jours avant la fin de l’abonnement ou de l’essai.

Days until renewal
    Jours avant le renouvellement

Days until the subscription renews itself.
    Nombre de jours avant le renouvellement automatique de l’abonnement.

Months since added
    Mois depuis l’ajout

Complete months since the subscription or trial was added.
    Nombre de mois entiers depuis l’ajout de l’abonnement ou de l’essai.

Customer's rate
    Taux du client

Assigned of all active licenses of the customer: the rate that made it low.
    Part attribuée de toutes les licences actives du client~: le taux jugé faible.

Months remaining
    Mois restants

Complete months until the subscription or trial ends; none if it is open-ended.
    Nombre de mois entiers avant la fin de l’abonnement ou de l’essai~; aucun s’il est sans fin.

Days remaining
    Jours restants

Days until the subscription or trial ends; none if it is open-ended.
    Nombre de jours avant la fin de l’abonnement ou de l’essai~; aucun s’il est sans fin.

Auto-renew
    Renouvellement automatique

Whether the subscription renews itself at its end.
    Si l’abonnement se renouvelle automatiquement à sa fin.

# The trend of licenses

License distribution trend
    Tendance de distribution des licences

At the end of each completed week, over the subscriptions active then.
    À la fin de chaque semaine terminée, pour les abonnements alors actifs.

Licenses bought at the end of the week.
    Licences achetées à la fin de la semaine.

Licenses assigned at the end of the week.
    Licences attribuées à la fin de la semaine.

Licenses used in the seven days before.
    Licences utilisées pendant les sept jours précédents.

Week's end
    Fin de semaine

End of the week, Sunday 00:00 UTC.
    Fin de la semaine, dimanche à 00:00 UTC.

# The list of customers

Customers
    Clients

Every customer with its products and statuses, by id.
    Tous les clients avec leurs produits et leurs statuts, par identifiant.

Managed by
    Géré par

Who manages the customer: the partner organization, or an external administrator.
    Qui gère le client~: l’organisation partenaire ou un administrateur externe.

Tags
    Balises

Tags that administrators gave the customer.
    Balises que les administrateurs ont données au client.

Products
    Produits

Products of which some subscription or trial that has not ended has a line.
    Produits présents dans un abonnement ou un essai qui n’est pas terminé.

Statuses
    Statuts

Every status that holds for the customer, the most urgent first.
    Tous les statuts du client, le plus urgent d’abord.

Badge
    Badge

The most urgent status of the customer.
    Statut le plus urgent du client.

Other statuses
    Autres statuts

Every other status that holds for the customer, the most urgent first.
    Tous les autres statuts du client, le plus urgent d’abord.

# Statuses

a pending or active subscription or trial is unpaid
    un abonnement ou un essai en attente ou actif n’est pas payé

no subscription and no trial is active or pending
    aucun abonnement ni essai n’est actif ou en attente

an active subscription or trial has a line with more licenses assigned than bought
    un abonnement ou un essai actif a une ligne avec plus de licences attribuées qu’achetées

an active subscription or trial ends within {expiring_soon_days} days (auto_renewing_expires is
{auto_renewing_expires})
    un abonnement ou un essai actif se termine dans les {expiring_soon_days} jours
    (auto_renewing_expires vaut {auto_renewing_expires})

a pending or active subscription or trial is not set up
    un abonnement ou un essai en attente ou actif n’est pas configuré

no administrator signed in during the last {inactivity_days} days
    aucun administrateur ne s’est connecté au cours des {inactivity_days} derniers jours

a trial is active
    un essai est actif

a subscription is active
    un abonnement est actif

# Usage of calling

Active users
    Utilisateurs actifs

Users with a call leg in the last week, each once per customer.
    Utilisateurs ayant un segment d’appel la semaine dernière, chacun une fois par client.

Users of the customer with a call leg in the last week.
    Utilisateurs du client ayant un segment d’appel la semaine dernière.

Users with a call leg in the week, each once per customer.
    Utilisateurs ayant un segment d’appel pendant la semaine, chacun une fois par client.

Light users
    Utilisateurs légers

Active users whose call legs in the last week are at least the first of the usage bands, and fewer
than the second.
    Utilisateurs actifs dont les segments d’appel de la semaine dernière atteignent le premier
    palier d’utilisation, mais pas le deuxième.

Moderate users
    Utilisateurs modérés

Active users whose call legs in the last week are at least the second of the usage bands, and
fewer than the third.
    Utilisateurs actifs dont les segments d’appel de la semaine dernière atteignent le deuxième
    palier d’utilisation, mais pas le troisième.

Heavy users
    Utilisateurs intensifs

Active users whose call legs in the last week are at least the third of the usage bands.
    Utilisateurs actifs dont les segments d’appel de la semaine dernière atteignent le troisième
    palier d’utilisation.

Light
    Légers

Users in the lowest of the usage bands.
    Utilisateurs du palier d’utilisation le plus bas.

Moderate
    Modérés

Users in the middle of the usage bands.
    Utilisateurs du palier d’utilisation moyen.

Heavy
    Intensifs

Users in the highest of the usage bands.
    Utilisateurs du palier d’utilisation le plus haut.

Inactive
    Inactives

Assigned Calling licenses beyond active users: an estimate.
    Licences Calling attribuées au-delà des utilisateurs actifs~: une estimation.

Inactive licenses
    Licences inactives

Assigned Calling licenses at the end of the last week beyond active users, never below 0 for a
customer: an estimate, because users are not matched with licenses.
    Licences Calling attribuées à la fin de la semaine dernière au-delà des utilisateurs actifs,
    jamais moins de 0 pour un client~: une estimation, car les utilisateurs ne sont pas rapprochés
    des licences.

no customer is known to have a line of Calling
    aucun client connu n’a de ligne Calling

Call legs
    Segments d’appel

Call legs that started in the last week.
    Segments d’appel commencés la semaine dernière.

Call legs that started in the week.
    Segments d’appel commencés pendant la semaine.

Call time
    Durée des appels

How long the call legs that started in the last week lasted together.
    Durée totale des segments d’appel commencés la semaine dernière.

Duration
    Durée

How long these call legs lasted together.
    Durée totale de ces segments d’appel.

Call legs of users
    Segments d’appel d’utilisateurs

Call legs of the last week that have a user.
    Segments d’appel de la semaine dernière qui ont un utilisateur.

Call legs per active user
    Segments d’appel par utilisateur actif

Call legs of the last week that have a user, divided by the active users.
    Segments d’appel de la semaine dernière qui ont un utilisateur, divisés par les utilisateurs
    actifs.

Call legs that have a user, divided by the active users.
    Segments d’appel qui ont un utilisateur, divisés par les utilisateurs actifs.

nobody was active
    personne n’était actif

Customers trending down
    Clients en baisse

Customers with fewer call legs in each of the last weeks asked for than in the week before.
    Clients ayant, dans chacune des dernières semaines demandées, moins de segments d’appel que la
    semaine précédente.

Usage by customer
    Utilisation par client

Customers with a line of Calling or a call leg in the trend's weeks, the most declining first.
    Clients ayant une ligne Calling ou un segment d’appel pendant les semaines de la tendance, les
    plus en baisse d’abord.

Usage by customer: change against the week before
    Utilisation par client~: changement par rapport à la semaine précédente

Calling licenses assigned at the end of the last week.
    Licences Calling attribuées à la fin de la semaine dernière.

Calling licenses bought, at the end of the last week.
    Licences Calling achetées, à la fin de la semaine dernière.

Call legs by week
    Segments d’appel par semaine

Call legs in each week of the trend, oldest first.
    Segments d’appel de chaque semaine de la tendance, la plus ancienne d’abord.

Change in call legs
    Changement des segments d’appel

Change
    Changement

Call legs of the last week, less those of the week before.
    Segments d’appel de la semaine dernière, moins ceux de la semaine précédente.

# Quality

Good call legs
    Segments d’appel de bonne qualité

Call legs of the last week of which packet loss, latency or jitter was measured, and none reached
its limit.
    Segments d’appel de la semaine dernière dont la perte de paquets, la latence ou la gigue a été
    mesurée sans qu’aucune n’atteigne sa limite.

Poor call legs
    Segments d’appel de mauvaise qualité

Call legs of the last week whose packet loss, latency or jitter met or exceeded its limit.
    Segments d’appel de la semaine dernière dont la perte de paquets, la latence ou la gigue a
    atteint ou dépassé sa limite.

Call legs of unknown quality
    Segments d’appel de qualité inconnue

Call legs of the last week of which nothing was measured.
    Segments d’appel de la semaine dernière dont rien n’a été mesuré.

Poor share
    Part de mauvaise qualité

Poor of the good and poor call legs of the last week; those of unknown quality stay out.
    Part de mauvaise qualité des segments d’appel de bonne et de mauvaise qualité de la semaine
    dernière~; ceux de qualité inconnue ne comptent pas.

no call leg was measured
    aucun segment d’appel n’a été mesuré

Good
    Bons

Call legs of which something was measured, and nothing reached its limit.
    Segments d’appel dont une mesure existe et dont aucune n’a atteint sa limite.

Poor
    Mauvais

Call legs whose packet loss, latency or jitter met or exceeded its limit.
    Segments d’appel dont la perte de paquets, la latence ou la gigue a atteint ou dépassé sa
    limite.

Unknown
    Inconnus

Call legs of which nothing was measured.
    Segments d’appel dont rien n’a été mesuré.

Poor (%)
    Mauvais (%)

Poor of the good and poor call legs.
    Part de mauvaise qualité des segments d’appel de bonne et de mauvaise qualité.

Endpoint type
    Type de point de terminaison

What kind of device or app was called with.
    Sorte d’appareil ou d’application utilisée pour l’appel.

Quality by endpoint type
    Qualité par type de point de terminaison

Endpoint types with a call leg in the last week, by name.
    Types de point de terminaison ayant un segment d’appel la semaine dernière, par nom.

Quality by endpoint type: change against the week before
    Qualité par type de point de terminaison~: changement par rapport à la semaine précédente

Endpoint types with a call leg in the last week or the week before, by name.
    Types de point de terminaison ayant un segment d’appel la semaine dernière ou la précédente,
    par nom.

Quality by customer
    Qualité par client

Customers with a call leg in the last week, the highest poor share first.
    Clients ayant un segment d’appel la semaine dernière, la plus grande part de mauvaise qualité
    d’abord.

Quality by customer: change against the week before
    Qualité par client~: changement par rapport à la semaine précédente

Customers with a call leg in the last week or the week before, the greatest rise of the poor share
first.
    Clients ayant un segment d’appel la semaine dernière ou la précédente, la plus forte hausse de
    la part de mauvaise qualité d’abord.

# Features

Calls
    Appels

Different calls in the last week, told apart by customer and call id, of customers with call
queues.
    Appels distincts de la semaine dernière, par client et identifiant d’appel, des clients ayant
    des files d’attente d’appels.

Feature use
    Utilisation de la fonctionnalité

Different calls in the last week that used a feature of all different calls, over customers with
call queues.
    Part des appels distincts de la semaine dernière qui ont utilisé une fonctionnalité, parmi
    tous ceux des clients ayant des files d’attente d’appels.

no customer with call queues had a call
    aucun client ayant des files d’attente d’appels n’a eu d’appel

Features used
    Fonctionnalités utilisées

Features that a call of the last week used, the most used first.
    Fonctionnalités utilisées par un appel de la semaine dernière, les plus utilisées d’abord.

Features used: change against the week before
    Fonctionnalités utilisées~: changement par rapport à la semaine précédente

Features that a call of the last week or the week before used, the greatest rise first.
    Fonctionnalités utilisées par un appel de la semaine dernière ou de la précédente, la plus
    forte hausse d’abord.

Feature
    Fonctionnalité

The feature of calling.
    Fonctionnalité d’appel.

Different calls that used the feature.
    Appels distincts qui ont utilisé la fonctionnalité.

Calls (%)
    Appels (%)

Those of all different calls, over customers with call queues.
    Leur part de tous les appels distincts des clients ayant des files d’attente d’appels.

# Call queues

Calls offered
    Appels proposés

Entries of calls into queues in the last week, less those still waiting.
    Entrées d’appels dans des files d’attente la semaine dernière, sans celles qui attendent
    encore.

Calls waiting
    Appels en attente

Calls that entered a queue in the last week and are still in it.
    Appels entrés dans une file d’attente la semaine dernière et qui y sont encore.

Answered
    Répondus

Calls taken by an agent, in the last week.
    Appels pris par un agent, la semaine dernière.

Transferred
    Transférés

Calls placed in another queue, in the last week.
    Appels placés dans une autre file d’attente, la semaine dernière.

Abandoned
    Abandonnés

Calls whose callers hung up while waiting, in the last week.
    Appels dont l’appelant a raccroché pendant l’attente, la semaine dernière.

Voicemail
    Messages vocaux

Calls whose callers left a message instead of waiting, in the last week.
    Appels dont l’appelant a laissé un message au lieu d’attendre, la semaine dernière.

Overflowed
    Débordés

Calls sent on because the queue was full, in the last week.
    Appels redirigés car la file d’attente était pleine, la semaine dernière.

Timed out
    Délai dépassé

Calls sent on because the wait was too long, in the last week.
    Appels redirigés car l’attente était trop longue, la semaine dernière.

Callback
    Rappel demandé

Calls whose callers asked to be called back, in the last week.
    Appels dont l’appelant a demandé à être rappelé, la semaine dernière.

Unknown outcome
    Issue inconnue

Calls of which the source said anything else, in the last week.
    Appels dont la source a dit autre chose, la semaine dernière.

Average time to answer
    Temps moyen de réponse

Mean wait of the calls of the last week that were answered or transferred.
    Attente moyenne des appels de la semaine dernière qui ont été répondus ou transférés.

nobody was answered
    personne n’a eu de réponse

Average wait before abandon
    Temps d’attente moyen avant abandon

Mean wait of the calls of the last week that were abandoned or ended with a message.
    Attente moyenne des appels de la semaine dernière qui ont été abandonnés ou terminés par un
    message.

nobody hung up or left a message
    personne n’a raccroché ni laissé de message

Abandoned calls
    Appels abandonnés

Calls abandoned or ended with a message of all calls offered in the last week.
    Part des appels abandonnés ou terminés par un message parmi tous les appels proposés la
    semaine dernière.

no call was offered
    aucun appel n’a été proposé

Longest wait, answered
    Attente la plus longue, répondus

Longest wait in the last week of a call that was answered or transferred.
    Attente la plus longue, la semaine dernière, d’un appel répondu ou transféré.

Longest wait, abandoned
    Attente la plus longue, abandonnés

Longest wait in the last week of a call that was abandoned or ended with a message.
    Attente la plus longue, la semaine dernière, d’un appel abandonné ou terminé par un message.

Wait, answered: percentile {percent}
    Attente, répondus~: centile {percent}

Of the waits of calls of the last week that were answered or transferred the smallest that
{percent} % of them did not exceed, by nearest rank.
    Parmi les attentes des appels de la semaine dernière répondus ou transférés, la plus petite
    que {percent}~% d’entre elles n’ont pas dépassée, au rang le plus proche.

Wait, abandoned: percentile {percent}
    Attente, abandonnés~: centile {percent}

Of the waits of calls of the last week that were abandoned or ended with a message the smallest
that {percent} % of them did not exceed, by nearest rank.
    Parmi les attentes des appels de la semaine dernière abandonnés ou terminés par un message, la
    plus petite que {percent}~% d’entre elles n’ont pas dépassée, au rang le plus proche.

Service level
    Niveau de service

Share of the calls of the last week answered within the policy's threshold, by the policy's
formula.
    Part des appels de la semaine dernière répondus dans le délai fixé, selon la formule choisie.

no call counts by the formula
    aucun appel ne compte selon la formule

Customers with fewer calls offered in each of the last weeks than in the week before.
    Clients ayant, dans chacune des dernières semaines, moins d’appels proposés que la semaine
    précédente.

the trend does not go back so far
    la tendance ne remonte pas assez loin

Call queues
    Files d’attente d’appels

Queues with a call in the last week, the highest abandoned rate first.
    Files d’attente ayant un appel la semaine dernière, le plus fort taux d’abandon d’abord.

Call queues by customer
    Files d’attente d’appels par client

Customers with a call into a queue in the last week, the highest abandoned rate first.
    Clients ayant un appel dans une file d’attente la semaine dernière, le plus fort taux
    d’abandon d’abord.

Call queues by customer: change against the week before
    Files d’attente d’appels par client~: changement par rapport à la semaine précédente

Customers with a call into a queue in the last week or the week before, the greatest rise of the
abandoned rate first.
    Clients ayant un appel dans une file d’attente la semaine dernière ou la précédente, la plus
    forte hausse du taux d’abandon d’abord.

Call queues: change against the week before
    Files d’attente d’appels~: changement par rapport à la semaine précédente

Queues with a call in the last week or the week before, the greatest rise of the abandoned rate
first.
    Files d’attente ayant un appel la semaine dernière ou la précédente, la plus forte hausse du
    taux d’abandon d’abord.

Call queues by hour of the week
    Files d’attente d’appels par heure de la semaine

Queues with a call in the trend's weeks, by customer id and queue id.
    Files d’attente ayant un appel pendant les semaines de la tendance, par identifiants du client
    et de la file.

Queue ID
    ID de la file d’attente

Queue
    File d’attente

Id of the queue, unique within the customer.
    Identifiant de la file d’attente, unique chez le client.

Calls offered by hour
    Appels proposés par heure

Calls offered in each of the 168 hours of the week, from Sunday 00:00 UTC.
    Appels proposés dans chacune des 168 heures de la semaine, à partir de dimanche 00:00 UTC.

Calls abandoned by hour
    Appels abandonnés par heure

Those of them that were abandoned or ended with a message.
    Ceux d’entre eux abandonnés ou terminés par un message.

Calls waiting by hour
    Appels en attente par heure

Calls still waiting, which are not offered yet.
    Appels encore en attente, qui ne sont pas encore proposés.

Outcomes
    Issues

Calls offered, by how they ended.
    Appels proposés, selon leur issue.

Wait percentiles, answered
    Centiles d’attente, répondus

Waits that 50, 90 and 95 % of the calls answered or transferred did not exceed.
    Attentes que 50, 90 et 95~% des appels répondus ou transférés n’ont pas dépassées.

Wait percentiles, abandoned
    Centiles d’attente, abandonnés

Waits that 50, 90 and 95 % of the calls abandoned or ended with a message did not exceed.
    Attentes que 50, 90 et 95~% des appels abandonnés ou terminés par un message n’ont pas
    dépassées.

Offered
    Proposés

Time to answer
    Temps de réponse

# Comparisons

Unobserved lines
    Lignes non observées

License lines of subscriptions that are there, without an observation by the instant.
    Lignes de licences d’abonnements présents, sans observation à cet instant.

Figure
    Indicateur

What the figure is called.
    Nom de l’indicateur.

Earlier
    Avant

Its value in the earlier report.
    Sa valeur dans le rapport précédent.

Later
    Après

Its value in the later report.
    Sa valeur dans le rapport suivant.

The later value, less the earlier one.
    La valeur suivante, moins la précédente.

Status
    Statut

The status.
    Le statut.

Entered
    Entrés

Customers that have it now and had it not.
    Clients qui l’ont maintenant et ne l’avaient pas.

Left
    Sortis

Customers that had it and have it no longer.
    Clients qui l’avaient et ne l’ont plus.

Earlier badge
    Badge avant

The most urgent status in the earlier report.
    Statut le plus urgent dans le rapport précédent.

Later badge
    Badge après

The most urgent status in the later report.
    Statut le plus urgent dans le rapport suivant.

# Pages

Partner report
    Rapport partenaire

Overview
    Vue d’ensemble

All {count}, also those without Meetings or Calling licenses, by id; the badge is the most urgent
status.
    Tous ({count}), même ceux sans licence Meetings ou Calling, par identifiant~; le badge est le
    statut le plus urgent.

Meetings licenses
    Licences Meetings

Calling licenses
    Licences Calling

{product} licenses
    Licences {product}

Week
    Semaine

from {start} to {end}
    du {start} au {end}

Usage
    Utilisation

Users by usage volume, in each completed week.
    Utilisateurs par volume d’utilisation, pour chaque semaine terminée.

Quality
    Qualité

Call legs by quality, in each completed week.
    Segments d’appel par qualité, pour chaque semaine terminée.

All queues, in each completed week.
    Toutes les files d’attente, pour chaque semaine terminée.

Customers with call queues
    Clients ayant des files d’attente d’appels

Queues
    Files d’attente

Further figures
    Autres indicateurs

Data
    Données

Policy
    Paramètres

License lines without an observation
    Lignes de licences sans observation

Duplicate rows of call legs
    Doublons de segments d’appel

Duplicate rows of queue calls
    Doublons d’appels en file d’attente

Contradictions among call legs
    Contradictions entre segments d’appel

Contradictions among queue calls
    Contradictions entre appels en file d’attente

they count 0
    elles comptent pour 0

left out
    laissés de côté

duplicates reported at one instant that say different things
    doublons signalés au même instant qui disent des choses différentes

{count} ({note})
    {count} ({note})

n/a
    n.d.

none
    aucun

yes
    oui

no
    non

undefined
    non défini

undefined: {reason}
    non défini~: {reason}

{value} ({part} of {whole})
    {value} ({part} sur {whole})

{value} ({part} / {whole})
    {value} ({part} / {whole})

subscription
    abonnement

trial
    essai

partner
    partenaire

external
    externe

{missing}: not known, or not defined for this row.
    {missing}~: inconnu, ou non défini pour cette ligne.

... and {count} more
    ... et {count} de plus

... and {count} more before
    ... et {count} de plus avant

as of {when}
    au {when}

Contents
    Sommaire

Skip to the figures
    Aller aux indicateurs

Made with partnerkpi. Every figure holds at the instant above, under the policy above.
    Établi avec partnerkpi. Chaque indicateur vaut à l’instant et selon les paramètres ci-dessus.

What these figures mean
    Ce que signifient ces indicateurs

Show
    Afficher

Meetings
    Réunions

Calling
    Appels

Showing {shown} of {rows}.
    {shown} affichés sur {rows}.

Showing the last {shown} of {rows}.
    Les {shown} derniers affichés sur {rows}.

{shown} of {rows} rows
    {shown} lignes sur {rows}

Find
    Rechercher

any
    tous

Sorting and finding look at the rows shown.
    Le tri et la recherche portent sur les lignes affichées.

{part}: {count}
    {part}~: {count}

Used, assigned, available
    Utilisées, attribuées, disponibles

Distribution
    Répartition

Share
    Part

{part} of {whole}
    {part} sur {whole}

{sum} / {count}
    {sum} / {count}

{title}: {series}, by week
    {title}~: {series}, par semaine

What changed
    Ce qui a changé

{earlier} to {later}
    {earlier} à {later}

New
    Nouveaux

Gone
    Partis

nobody
    personne

{shown} and {count} more
    {shown} et {count} de plus

Latest week
    Dernière semaine

Every figure, and the change from earlier to later.
    Chaque indicateur, et son changement entre avant et après.

{value} points
    {value} points

Customers that have a status now and had it not, and the reverse.
    Clients qui ont maintenant un statut et ne l’avaient pas, et inversement.

Badges
    Badges

Customers that show another status as their most urgent one.
    Clients dont le statut le plus urgent est un autre.

Licenses: {product}
    Licences~: {product}

Distribution trend
    Tendance de distribution

Recently added
    Récemment ajoutés

Expiring
    Sur le point d’expirer

Renewing
    En renouvellement

Low assignment
    Faible attribution

Features
    Fonctionnalités

# Charts

{title}: {product}
    {title}~: {product}

Licenses
    Licences

Users
    Utilisateurs

Hour (UTC)
    Heure (UTC)

Day of the week
    Jour de la semaine

Calls into queues by hour of the week
    Appels en file d’attente par heure de la semaine

Calls offered in each hour of the week in UTC, summed over the queues and the weeks of the trend.
    Appels proposés à chaque heure UTC de la semaine, pour toutes les files d’attente et les
    semaines de la tendance.

Calls into queues, week by week
    Appels en file d’attente, semaine par semaine

Calling users by usage volume
    Utilisateurs appelants par volume d’utilisation

Call quality, week by week
    Qualité des appels, semaine par semaine

License assignment of customers
    Attribution des licences des clients

Customers by the assigned share of their active licenses of the product; those without a license
are left out.
    Clients selon la part attribuée de leurs licences actives du produit~; ceux sans licence sont
    laissés de côté.

Assigned share of licenses (%)
    Part attribuée des licences (%)

Sunday
    dimanche

Monday
    lundi

Tuesday
    mardi

Wednesday
    mercredi

Thursday
    jeudi

Friday
    vendredi

Saturday
    samedi
"""

CATALOGUE: Final = Catalogue("fr", "fr", parsed(_TEXTS), _UNITS)
