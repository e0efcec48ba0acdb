"""The Serbian words, in Latin letters.

Terms: dodela (assignment), prekoračenje (overage), segment poziva (call leg), krajnja tačka
(endpoint), red (queue), zadati period (the window), stavka (license line), sedmica (week, because
nedelja is Sunday as well).
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
        Unit.CUSTOMERS: MappingProxyType({"one": "kupac", "few": "kupca", "other": "kupaca"}),
        Unit.SUBSCRIPTIONS: MappingProxyType(
            {"one": "pretplata", "few": "pretplate", "other": "pretplata"}
        ),
        Unit.LICENSES: MappingProxyType({"one": "licenca", "few": "licence", "other": "licenci"}),
        Unit.LICENSES_PER_CUSTOMER: MappingProxyType(
            {"one": "licenca po kupcu", "few": "licence po kupcu", "other": "licenci po kupcu"}
        ),
        Unit.DAYS: MappingProxyType({"one": "dan", "few": "dana", "other": "dana"}),
        Unit.MONTHS: MappingProxyType({"one": "mesec", "few": "meseca", "other": "meseci"}),
        Unit.CALLS: MappingProxyType({"one": "poziv", "few": "poziva", "other": "poziva"}),
        Unit.CALL_LEGS: MappingProxyType(
            {"one": "segment poziva", "few": "segmenta poziva", "other": "segmenata poziva"}
        ),
        Unit.USERS: MappingProxyType({"one": "korisnik", "few": "korisnika", "other": "korisnika"}),
    }
)

_TEXTS: Final = """\
# Overview and licenses

Total customers
    Ukupan broj kupaca

Customers with a Meetings or Calling license in any subscription or trial, also a pending or ended
one.
    Kupci sa licencom za Meetings ili Calling u bilo kojoj pretplati ili probnoj verziji, i ako je
    na čekanju ili je završena.

Nearing expiration
    Uskoro ističe rok

Customers with an active Meetings or Calling subscription or trial that ends within the window and
does not renew itself.
    Kupci sa aktivnom pretplatom ili probnom verzijom za Meetings ili Calling koja se završava u
    zadatom periodu i ne obnavlja se automatski.

Nearing renewal
    Uskoro obnavljanje

Customers with an active Meetings or Calling subscription that renews itself within the window.
    Kupci sa aktivnom pretplatom za Meetings ili Calling koja se automatski obnavlja u zadatom
    periodu.

Low license assignment
    Niska dodela licenci

Customers whose assigned share of active Meetings and Calling licenses is low compared with all
customers in scope.
    Kupci čiji je dodeljeni udeo aktivnih licenci za Meetings i Calling nizak u poređenju sa svim
    obuhvaćenim kupcima.

Over license limit
    Preko ograničenja licenci

Customers with more licenses assigned than bought on an active Meetings or Calling line.
    Kupci sa više dodeljenih nego kupljenih licenci na aktivnoj stavci za Meetings ili Calling.

New customers
    Novi kupci

Customers with a subscription or trial of the product added within the window, whatever its state
now.
    Kupci čija je pretplata ili probna verzija proizvoda dodata u zadatom periodu, u kakvom god da
    je sada stanju.

Licenses of the product bought in the recently added subscriptions and trials.
    Licence proizvoda kupljene u nedavno dodatim pretplatama i probnim verzijama.

Expiring customers
    Kupci kojima ističe rok

Customers with an active subscription or trial of the product that ends within the window and does
not renew itself.
    Kupci sa aktivnom pretplatom ili probnom verzijom proizvoda koja se završava u zadatom periodu
    i ne obnavlja se automatski.

License assignment
    Dodela licenci

Assigned of all licenses of the expiring subscriptions and trials, pooled.
    Dodeljeni udeo svih licenci pretplata i probnih verzija koje ističu, uzetih zajedno.

no licenses are expiring
    nijedna licenca ne ističe

License utilization
    Upotreba licenci

Licenses used in the last seven days of all licenses of the expiring subscriptions and trials,
pooled.
    Udeo korišćen u poslednjih sedam dana od svih licenci pretplata i probnih verzija koje ističu,
    uzetih zajedno.

Renewing customers
    Kupci koji obnavljaju

Customers with an active subscription of the product that renews itself within the window.
    Kupci sa aktivnom pretplatom na proizvod koja se automatski obnavlja u zadatom periodu.

Assigned of all licenses of the renewing subscriptions, pooled.
    Dodeljeni udeo svih licenci pretplata koje se obnavljaju, uzetih zajedno.

no licenses are renewing
    nijedna licenca se ne obnavlja

Licenses used in the last seven days of all licenses of the renewing subscriptions, pooled.
    Udeo korišćen u poslednjih sedam dana od svih licenci pretplata koje se obnavljaju, uzetih
    zajedno.

Low assignment customers
    Kupci sa niskom dodelom

Customers whose assigned share of active licenses of the product is low compared with their peers
of similar size.
    Kupci čiji je dodeljeni udeo aktivnih licenci proizvoda nizak u poređenju sa sličnim kupcima
    iste veličine.

Assigned of all licenses of the low customers' active subscriptions and trials, pooled.
    Dodeljeni udeo svih licenci aktivnih pretplata i probnih verzija kupaca sa niskom dodelom,
    uzetih zajedno.

no customer is low
    nijedan kupac nema nisku dodelu

Licenses used in the last seven days of all licenses of the low customers' active subscriptions
and trials, pooled.
    Udeo korišćen u poslednjih sedam dana od svih licenci aktivnih pretplata i probnih verzija
    kupaca sa niskom dodelom, uzetih zajedno.

Used when assigned
    Upotreba dodeljenih licenci

Licenses used in the last seven days of the assigned licenses of the low customers' active
subscriptions and trials, pooled.
    Udeo korišćen u poslednjih sedam dana od dodeljenih licenci u aktivnim pretplatama i probnim
    verzijama kupaca sa niskom dodelom, uzetih zajedno.

low customers have no license assigned
    kupci sa niskom dodelom nemaju nijednu dodeljenu licencu

Total unassigned licenses
    Ukupno nedodeljenih licenci

Licenses bought and not assigned of the low customers' active subscriptions and trials.
    Kupljene a nedodeljene licence aktivnih pretplata i probnih verzija kupaca sa niskom dodelom.

Customers with overage
    Kupci sa prekoračenjem

Customers with more licenses of the product assigned than bought on a line of an active
subscription or trial.
    Kupci sa više dodeljenih nego kupljenih licenci proizvoda na nekoj stavci aktivne pretplate
    ili probne verzije.

Total licenses in overage
    Ukupno licenci u prekoračenju

Licenses of the product assigned beyond those bought, line by line.
    Licence proizvoda dodeljene preko broja kupljenih, stavku po stavku.

Average overage
    Prosečno prekoračenje

Licenses in overage divided by the customers with overage.
    Licence u prekoračenju podeljene brojem kupaca sa prekoračenjem.

no customer has overage
    nijedan kupac nema prekoračenje

# Tables of licenses

Recently added subscriptions
    Nedavno dodate pretplate

Subscriptions and trials added within the window, newest first.
    Pretplate i probne verzije dodate u zadatom periodu, najnovije prve.

Expiring subscriptions
    Pretplate koje ističu

Active subscriptions and trials that end within the window, soonest first.
    Aktivne pretplate i probne verzije koje se završavaju u zadatom periodu, najbliže prve.

Renewing subscriptions
    Pretplate koje se obnavljaju

Active subscriptions that renew themselves within the window, soonest first.
    Aktivne pretplate koje se automatski obnavljaju u zadatom periodu, najbliže prve.

Subscriptions with low license assignment
    Pretplate sa niskom dodelom licenci

Active subscriptions and trials of customers with a low rate, lowest rate first.
    Aktivne pretplate i probne verzije kupaca sa niskom stopom, najniža stopa prva.

Subscriptions with license overage
    Pretplate sa prekoračenjem licenci

Active subscriptions and trials with overage, greatest overage first.
    Aktivne pretplate i probne verzije sa prekoračenjem, najveće prekoračenje prvo.

Customer ID
    ID kupca

Unique id of the customer.
    Jedinstveni ID kupca.

Customer
    Kupac

Name of the customer's organization.
    Ime organizacije kupca.

Name of the customer's organization; none if no portfolio has the customer.
    Ime organizacije kupca; nema ga ako kupca nema ni u jednom portfoliju.

Subscription ID
    ID pretplate

Unique id of the subscription or trial.
    Jedinstveni ID pretplate ili probne verzije.

Kind
    Tip

Whether it is a subscription or a trial.
    Da li je to pretplata ili probna verzija.

Total licenses
    Ukupno licenci

Licenses of the product bought.
    Kupljene licence proizvoda.

Used
    Korišćene

Licenses used in the last seven days.
    Licence korišćene u poslednjih sedam dana.

Assigned
    Dodeljene

Licenses assigned to users.
    Licence dodeljene korisnicima.

Available
    Dostupne

Licenses bought and not assigned, line by line.
    Kupljene a nedodeljene licence, stavku po stavku.

Overage
    Prekoračenje

Licenses assigned beyond those bought, line by line.
    Licence dodeljene preko broja kupljenih, stavku po stavku.

Weekly assignment change
    Sedmična promena dodele

Licenses assigned now, less those assigned a week ago.
    Licence dodeljene sada, umanjene za one dodeljene pre sedam dana.

Weekly usage change
    Sedmična promena upotrebe

Licenses used in seven days now, less those a week ago.
    Licence korišćene u sedam dana sada, umanjene za one od pre sedam dana.

Assigned (%)
    Dodeljene (%)

Assigned of all licenses of the row.
    Dodeljeni udeo svih licenci iz reda tabele.

Used (%)
    Korišćene (%)

Licenses used in the last seven days of all licenses of the row.
    Udeo korišćen u poslednjih sedam dana od svih licenci iz reda tabele.

Used in 3 months
    Korišćene u 3 meseca

Licenses used in the last three months.
    Licence korišćene u poslednja tri meseca.

Days since added
    Dani od dodavanja

Days since the subscription or trial was added.
    Broj dana otkad je pretplata ili probna verzija dodata.

Days until expiration
    Dani do isteka

Days until the subscription or trial ends.
    Broj dana do kraja pretplate ili probne verzije.

Days until renewal
    Dani do obnove

Days until the subscription renews itself.
    Broj dana do automatskog obnavljanja pretplate.

Months since added
    Meseci od dodavanja

Complete months since the subscription or trial was added.
    Broj celih meseci otkad je pretplata ili probna verzija dodata.

Customer's rate
    Stopa kupca

Assigned of all active licenses of the customer: the rate that made it low.
    Dodeljeni udeo svih aktivnih licenci kupca: stopa zbog koje je dodela niska.

Months remaining
    Preostali meseci

Complete months until the subscription or trial ends; none if it is open-ended.
    Broj celih meseci do kraja pretplate ili probne verzije; nema ga ako nema kraja.

Days remaining
    Preostali dani

Days until the subscription or trial ends; none if it is open-ended.
    Broj dana do kraja pretplate ili probne verzije; nema ga ako nema kraja.

Auto-renew
    Automatsko obnavljanje

Whether the subscription renews itself at its end.
    Da li se pretplata na kraju automatski obnavlja.

# The trend of licenses

License distribution trend
    Trend distribucije licenci

At the end of each completed week, over the subscriptions active then.
    Na kraju svake završene sedmice, za pretplate koje su tada aktivne.

Licenses bought at the end of the week.
    Licence kupljene do kraja sedmice.

Licenses assigned at the end of the week.
    Licence dodeljene na kraju sedmice.

Licenses used in the seven days before.
    Licence korišćene u prethodnih sedam dana.

Week's end
    Kraj sedmice

End of the week, Sunday 00:00 UTC.
    Kraj sedmice, nedelja u 00:00 UTC.

# The list of customers

Customers
    Kupci

Every customer with its products and statuses, by id.
    Svi kupci sa svojim proizvodima i statusima, po ID-u.

Managed by
    Upravlja

Who manages the customer: the partner organization, or an external administrator.
    Ko upravlja kupcem: partnerska organizacija ili spoljni administrator.

Tags
    Oznake

Tags that administrators gave the customer.
    Oznake koje su administratori dali kupcu.

Products
    Proizvodi

Products of which some subscription or trial that has not ended has a line.
    Proizvodi iz pretplata i probnih verzija koje nisu završene.

Statuses
    Statusi

Every status that holds for the customer, the most urgent first.
    Svi statusi kupca, najhitniji prvi.

Badge
    Značka

The most urgent status of the customer.
    Najhitniji status kupca.

Other statuses
    Drugi statusi

Every other status that holds for the customer, the most urgent first.
    Svi drugi statusi kupca, najhitniji prvi.

# Statuses

a pending or active subscription or trial is unpaid
    pretplata ili probna verzija na čekanju ili aktivna nije plaćena

no subscription and no trial is active or pending
    nijedna pretplata ni probna verzija nije aktivna niti na čekanju

an active subscription or trial has a line with more licenses assigned than bought
    aktivna pretplata ili probna verzija ima stavku sa više dodeljenih nego kupljenih licenci

an active subscription or trial ends within {expiring_soon_days} days (auto_renewing_expires is
{auto_renewing_expires})
    aktivna pretplata ili probna verzija se završava u roku od {expiring_soon_days} dana
    (auto_renewing_expires je {auto_renewing_expires})

a pending or active subscription or trial is not set up
    pretplata ili probna verzija na čekanju ili aktivna nije podešena

no administrator signed in during the last {inactivity_days} days
    nijedan administrator se nije prijavio u poslednjih {inactivity_days} dana

a trial is active
    probna verzija je aktivna

a subscription is active
    pretplata je aktivna

# Usage of calling

Active users
    Aktivni korisnici

Users with a call leg in the last week, each once per customer.
    Korisnici sa segmentom poziva u prošloj sedmici, svaki jednom po kupcu.

Users of the customer with a call leg in the last week.
    Korisnici kupca sa segmentom poziva u prošloj sedmici.

Users with a call leg in the week, each once per customer.
    Korisnici sa segmentom poziva u sedmici, svaki jednom po kupcu.

Light users
    Korisnici sa malom upotrebom

Active users whose call legs in the last week are at least the first of the usage bands, and fewer
than the second.
    Aktivni korisnici čiji je broj segmenata poziva u prošloj sedmici dostigao prvi prag upotrebe,
    ali ne i drugi.

Moderate users
    Korisnici sa umerenom upotrebom

Active users whose call legs in the last week are at least the second of the usage bands, and
fewer than the third.
    Aktivni korisnici čiji je broj segmenata poziva u prošloj sedmici dostigao drugi prag
    upotrebe, ali ne i treći.

Heavy users
    Korisnici sa velikom upotrebom

Active users whose call legs in the last week are at least the third of the usage bands.
    Aktivni korisnici čiji je broj segmenata poziva u prošloj sedmici dostigao treći prag
    upotrebe.

Light
    Mala upotreba

Users in the lowest of the usage bands.
    Korisnici u najnižem opsegu upotrebe.

Moderate
    Umerena upotreba

Users in the middle of the usage bands.
    Korisnici u srednjem opsegu upotrebe.

Heavy
    Velika upotreba

Users in the highest of the usage bands.
    Korisnici u najvišem opsegu upotrebe.

Inactive
    Neaktivne

Assigned Calling licenses beyond active users: an estimate.
    Dodeljene licence za Calling preko broja aktivnih korisnika: procena.

Inactive licenses
    Neaktivne licence

Assigned Calling licenses at the end of the last week beyond active users, never below 0 for a
customer: an estimate, because users are not matched with licenses.
    Licence za Calling dodeljene na kraju prošle sedmice preko broja aktivnih korisnika, nikad
    manje od 0 po kupcu: procena, jer se korisnici ne uparuju sa licencama.

no customer is known to have a line of Calling
    ne zna se ni za jednog kupca sa stavkom za Calling

Call legs
    Segmenti poziva

Call legs that started in the last week.
    Segmenti poziva započeti u prošloj sedmici.

Call legs that started in the week.
    Segmenti poziva započeti u sedmici.

Call time
    Trajanje poziva

How long the call legs that started in the last week lasted together.
    Ukupno trajanje segmenata poziva započetih u prošloj sedmici.

Duration
    Trajanje

How long these call legs lasted together.
    Ukupno trajanje tih segmenata poziva.

Call legs of users
    Segmenti poziva korisnika

Call legs of the last week that have a user.
    Segmenti poziva iz prošle sedmice koji imaju korisnika.

Call legs per active user
    Segmenti poziva po aktivnom korisniku

Call legs of the last week that have a user, divided by the active users.
    Segmenti poziva iz prošle sedmice koji imaju korisnika, podeljeni brojem aktivnih korisnika.

Call legs that have a user, divided by the active users.
    Segmenti poziva koji imaju korisnika, podeljeni brojem aktivnih korisnika.

nobody was active
    niko nije bio aktivan

Customers trending down
    Kupci u padu

Customers with fewer call legs in each of the last weeks asked for than in the week before.
    Kupci koji u svakoj od traženih poslednjih sedmica imaju manje segmenata poziva nego u
    prethodnoj.

Usage by customer
    Upotreba po kupcu

Customers with a line of Calling or a call leg in the trend's weeks, the most declining first.
    Kupci sa stavkom za Calling ili segmentom poziva u sedmicama trenda, najveći pad prvi.

Usage by customer: change against the week before
    Upotreba po kupcu: promena u odnosu na prethodnu sedmicu

Calling licenses assigned at the end of the last week.
    Licence za Calling dodeljene na kraju prošle sedmice.

Calling licenses bought, at the end of the last week.
    Licence za Calling kupljene do kraja prošle sedmice.

Call legs by week
    Segmenti poziva po sedmici

Call legs in each week of the trend, oldest first.
    Segmenti poziva u svakoj sedmici trenda, najstarija prva.

Change in call legs
    Promena broja segmenata poziva

Change
    Promena

Call legs of the last week, less those of the week before.
    Segmenti poziva iz prošle sedmice, umanjeni za one iz prethodne.

# Quality

Good call legs
    Segmenti poziva dobrog kvaliteta

Call legs of the last week of which packet loss, latency or jitter was measured, and none reached
its limit.
    Segmenti poziva iz prošle sedmice kojima je izmeren gubitak paketa, kašnjenje ili džiter, a
    ništa nije dostiglo granicu.

Poor call legs
    Segmenti poziva lošeg kvaliteta

Call legs of the last week whose packet loss, latency or jitter met or exceeded its limit.
    Segmenti poziva iz prošle sedmice čiji je gubitak paketa, kašnjenje ili džiter dostigao ili
    premašio granicu.

Call legs of unknown quality
    Segmenti poziva nepoznatog kvaliteta

Call legs of the last week of which nothing was measured.
    Segmenti poziva iz prošle sedmice kojima ništa nije izmereno.

Poor share
    Udeo lošeg kvaliteta

Poor of the good and poor call legs of the last week; those of unknown quality stay out.
    Udeo lošeg kvaliteta među segmentima poziva dobrog i lošeg kvaliteta iz prošle sedmice; oni
    nepoznatog kvaliteta se ne broje.

no call leg was measured
    nijedan segment poziva nije izmeren

Good
    Dobri

Call legs of which something was measured, and nothing reached its limit.
    Segmenti poziva kojima je nešto izmereno, a ništa nije dostiglo granicu.

Poor
    Loši

Call legs whose packet loss, latency or jitter met or exceeded its limit.
    Segmenti poziva čiji je gubitak paketa, kašnjenje ili džiter dostigao ili premašio granicu.

Unknown
    Nepoznati

Call legs of which nothing was measured.
    Segmenti poziva kojima ništa nije izmereno.

Poor (%)
    Loši (%)

Poor of the good and poor call legs.
    Udeo lošeg kvaliteta među segmentima poziva dobrog i lošeg kvaliteta.

Endpoint type
    Tip krajnje tačke

What kind of device or app was called with.
    Vrsta uređaja ili aplikacije korišćene za poziv.

Quality by endpoint type
    Kvalitet po tipu krajnje tačke

Endpoint types with a call leg in the last week, by name.
    Tipovi krajnjih tačaka sa segmentom poziva u prošloj sedmici, po imenu.

Quality by endpoint type: change against the week before
    Kvalitet po tipu krajnje tačke: promena u odnosu na prethodnu sedmicu

Endpoint types with a call leg in the last week or the week before, by name.
    Tipovi krajnjih tačaka sa segmentom poziva u prošloj ili prethodnoj sedmici, po imenu.

Quality by customer
    Kvalitet po kupcu

Customers with a call leg in the last week, the highest poor share first.
    Kupci sa segmentom poziva u prošloj sedmici, najveći udeo lošeg kvaliteta prvi.

Quality by customer: change against the week before
    Kvalitet po kupcu: promena u odnosu na prethodnu sedmicu

Customers with a call leg in the last week or the week before, the greatest rise of the poor share
first.
    Kupci sa segmentom poziva u prošloj ili prethodnoj sedmici, najveći rast udela lošeg kvaliteta
    prvi.

# Features

Calls
    Pozivi

Different calls in the last week, told apart by customer and call id, of customers with call
queues.
    Različiti pozivi iz prošle sedmice, po kupcu i ID-u poziva, kod kupaca sa redovima poziva.

Feature use
    Upotreba funkcije

Different calls in the last week that used a feature of all different calls, over customers with
call queues.
    Udeo različitih poziva iz prošle sedmice koji su koristili funkciju među svim pozivima kupaca
    sa redovima poziva.

no customer with call queues had a call
    nijedan kupac sa redovima poziva nije imao poziv

Features used
    Korišćene funkcije

Features that a call of the last week used, the most used first.
    Funkcije koje je koristio neki poziv iz prošle sedmice, najkorišćenije prve.

Features used: change against the week before
    Korišćene funkcije: promena u odnosu na prethodnu sedmicu

Features that a call of the last week or the week before used, the greatest rise first.
    Funkcije koje je koristio neki poziv iz prošle ili prethodne sedmice, najveći rast prvi.

Feature
    Funkcija

The feature of calling.
    Funkcija pozivanja.

Different calls that used the feature.
    Različiti pozivi koji su koristili funkciju.

Calls (%)
    Pozivi (%)

Those of all different calls, over customers with call queues.
    Njihov udeo među svim različitim pozivima kupaca sa redovima poziva.

# Call queues

Calls offered
    Ponuđeni pozivi

Entries of calls into queues in the last week, less those still waiting.
    Ulasci poziva u redove u prošloj sedmici, bez onih koji još čekaju.

Calls waiting
    Pozivi na čekanju

Calls that entered a queue in the last week and are still in it.
    Pozivi koji su u prošloj sedmici ušli u red i još su u njemu.

Answered
    Odgovoreni

Calls taken by an agent, in the last week.
    Pozivi koje je preuzeo agent, u prošloj sedmici.

Transferred
    Preusmereni

Calls placed in another queue, in the last week.
    Pozivi stavljeni u drugi red, u prošloj sedmici.

Abandoned
    Napušteni

Calls whose callers hung up while waiting, in the last week.
    Pozivi u kojima je pozivalac spustio slušalicu tokom čekanja, u prošloj sedmici.

Voicemail
    Glasovne poruke

Calls whose callers left a message instead of waiting, in the last week.
    Pozivi u kojima je pozivalac ostavio poruku umesto da čeka, u prošloj sedmici.

Overflowed
    Prelivni

Calls sent on because the queue was full, in the last week.
    Pozivi poslati dalje jer je red bio pun, u prošloj sedmici.

Timed out
    Isteklo čekanje

Calls sent on because the wait was too long, in the last week.
    Pozivi poslati dalje jer je čekanje bilo predugo, u prošloj sedmici.

Callback
    Povratni poziv

Calls whose callers asked to be called back, in the last week.
    Pozivi u kojima je pozivalac tražio povratni poziv, u prošloj sedmici.

Unknown outcome
    Nepoznat ishod

Calls of which the source said anything else, in the last week.
    Pozivi za koje je izvor rekao nešto drugo, u prošloj sedmici.

Average time to answer
    Prosečno vreme do odgovora

Mean wait of the calls of the last week that were answered or transferred.
    Prosečno čekanje poziva iz prošle sedmice koji su odgovoreni ili preusmereni.

nobody was answered
    nikome nije odgovoreno

Average wait before abandon
    Prosečno čekanje pre napuštanja

Mean wait of the calls of the last week that were abandoned or ended with a message.
    Prosečno čekanje poziva iz prošle sedmice koji su napušteni ili završeni porukom.

nobody hung up or left a message
    niko nije spustio slušalicu niti ostavio poruku

Abandoned calls
    Napušteni pozivi

Calls abandoned or ended with a message of all calls offered in the last week.
    Udeo napuštenih ili porukom završenih poziva među svim pozivima ponuđenim u prošloj sedmici.

no call was offered
    nijedan poziv nije ponuđen

Longest wait, answered
    Najduže čekanje, odgovoreni

Longest wait in the last week of a call that was answered or transferred.
    Najduže čekanje u prošloj sedmici odgovorenog ili preusmerenog poziva.

Longest wait, abandoned
    Najduže čekanje, napušteni

Longest wait in the last week of a call that was abandoned or ended with a message.
    Najduže čekanje u prošloj sedmici napuštenog ili porukom završenog poziva.

Wait, answered: percentile {percent}
    Čekanje, odgovoreni: percentil {percent}

Of the waits of calls of the last week that were answered or transferred the smallest that
{percent} % of them did not exceed, by nearest rank.
    Od čekanja odgovorenih ili preusmerenih poziva iz prošle sedmice najmanje koje {percent}% njih
    nije premašilo, po najbližem rangu.

Wait, abandoned: percentile {percent}
    Čekanje, napušteni: percentil {percent}

Of the waits of calls of the last week that were abandoned or ended with a message the smallest
that {percent} % of them did not exceed, by nearest rank.
    Od čekanja napuštenih ili porukom završenih poziva iz prošle sedmice najmanje koje {percent}%
    njih nije premašilo, po najbližem rangu.

Service level
    Nivo usluge

Share of the calls of the last week answered within the policy's threshold, by the policy's
formula.
    Udeo poziva iz prošle sedmice na koje je odgovoreno u zadatom roku, po zadatoj formuli.

no call counts by the formula
    po formuli se ne broji nijedan poziv

Customers with fewer calls offered in each of the last weeks than in the week before.
    Kupci kojima je u svakoj od poslednjih sedmica ponuđeno manje poziva nego u prethodnoj.

the trend does not go back so far
    trend ne seže dovoljno unazad

Call queues
    Redovi poziva

Queues with a call in the last week, the highest abandoned rate first.
    Redovi sa pozivom u prošloj sedmici, najveća stopa napuštanja prva.

Call queues by customer
    Redovi poziva po kupcu

Customers with a call into a queue in the last week, the highest abandoned rate first.
    Kupci sa pozivom u redu u prošloj sedmici, najveća stopa napuštanja prva.

Call queues by customer: change against the week before
    Redovi poziva po kupcu: promena u odnosu na prethodnu sedmicu

Customers with a call into a queue in the last week or the week before, the greatest rise of the
abandoned rate first.
    Kupci sa pozivom u redu u prošloj ili prethodnoj sedmici, najveći rast stope napuštanja prvi.

Call queues: change against the week before
    Redovi poziva: promena u odnosu na prethodnu sedmicu

Queues with a call in the last week or the week before, the greatest rise of the abandoned rate
first.
    Redovi sa pozivom u prošloj ili prethodnoj sedmici, najveći rast stope napuštanja prvi.

Call queues by hour of the week
    Redovi poziva po satu sedmice

Queues with a call in the trend's weeks, by customer id and queue id.
    Redovi sa pozivom u sedmicama trenda, po ID-u kupca i ID-u reda.

Queue ID
    ID reda

Queue
    Red

Id of the queue, unique within the customer.
    ID reda, jedinstven kod kupca.

Calls offered by hour
    Ponuđeni pozivi po satu

Calls offered in each of the 168 hours of the week, from Sunday 00:00 UTC.
    Pozivi ponuđeni u svakom od 168 sati sedmice, od nedelje u 00:00 UTC.

Calls abandoned by hour
    Napušteni pozivi po satu

Those of them that were abandoned or ended with a message.
    Oni od njih koji su napušteni ili završeni porukom.

Calls waiting by hour
    Pozivi na čekanju po satu

Calls still waiting, which are not offered yet.
    Pozivi koji još čekaju i još nisu ponuđeni.

Outcomes
    Ishodi

Calls offered, by how they ended.
    Ponuđeni pozivi, prema tome kako su završeni.

Wait percentiles, answered
    Percentili čekanja, odgovoreni

Waits that 50, 90 and 95 % of the calls answered or transferred did not exceed.
    Čekanja koja 50, 90 i 95% odgovorenih ili preusmerenih poziva nije premašilo.

Wait percentiles, abandoned
    Percentili čekanja, napušteni

Waits that 50, 90 and 95 % of the calls abandoned or ended with a message did not exceed.
    Čekanja koja 50, 90 i 95% napuštenih ili porukom završenih poziva nije premašilo.

Offered
    Ponuđeni

Time to answer
    Vreme do odgovora

# Comparisons

Unobserved lines
    Neosmotrene stavke

License lines of subscriptions that are there, without an observation by the instant.
    Stavke licenci postojećih pretplata, bez ijednog zapažanja do tog trenutka.

Figure
    Pokazatelj

What the figure is called.
    Kako se pokazatelj zove.

Earlier
    Ranije

Its value in the earlier report.
    Njegova vrednost u ranijem izveštaju.

Later
    Kasnije

Its value in the later report.
    Njegova vrednost u kasnijem izveštaju.

The later value, less the earlier one.
    Kasnija vrednost, umanjena za raniju.

Status
    Status

The status.
    Status.

Entered
    Ušli

Customers that have it now and had it not.
    Kupci koji ga sada imaju, a nisu ga imali.

Left
    Izašli

Customers that had it and have it no longer.
    Kupci koji su ga imali, a više ga nemaju.

Earlier badge
    Ranija značka

The most urgent status in the earlier report.
    Najhitniji status u ranijem izveštaju.

Later badge
    Kasnija značka

The most urgent status in the later report.
    Najhitniji status u kasnijem izveštaju.

# Pages

Partner report
    Izveštaj partnera

Overview
    Pregled

All {count}, also those without Meetings or Calling licenses, by id; the badge is the most urgent
status.
    Svi ({count}), i oni bez licenci za Meetings ili Calling, po ID-u; značka je najhitniji
    status.

Meetings licenses
    Licence za Meetings

Calling licenses
    Licence za Calling

{product} licenses
    Licence za {product}

Week
    Sedmica

from {start} to {end}
    od {start} do {end}

Usage
    Upotreba

Users by usage volume, in each completed week.
    Korisnici po obimu upotrebe, u svakoj završenoj sedmici.

Quality
    Kvalitet

Call legs by quality, in each completed week.
    Segmenti poziva po kvalitetu, u svakoj završenoj sedmici.

All queues, in each completed week.
    Svi redovi, u svakoj završenoj sedmici.

Customers with call queues
    Kupci sa redovima poziva

Queues
    Redovi

Further figures
    Ostali pokazatelji

Data
    Podaci

Policy
    Pravila

License lines without an observation
    Stavke licenci bez zapažanja

Duplicate rows of call legs
    Duplikati segmenata poziva

Duplicate rows of queue calls
    Duplikati poziva u redu

Contradictions among call legs
    Protivrečnosti među segmentima poziva

Contradictions among queue calls
    Protivrečnosti među pozivima u redu

they count 0
    broje se kao 0

left out
    izostavljeni

duplicates reported at one instant that say different things
    duplikati prijavljeni u istom trenutku koji govore različite stvari

{count} ({note})
    {count} ({note})

n/a
    n/d

none
    nema

yes
    da

no
    ne

undefined
    nije definisano

undefined: {reason}
    nije definisano: {reason}

{value} ({part} of {whole})
    {value} ({part} od {whole})

{value} ({part} / {whole})
    {value} ({part} / {whole})

subscription
    pretplata

trial
    probna verzija

partner
    partner

external
    spoljni

{missing}: not known, or not defined for this row.
    {missing}: nije poznato, ili nije definisano za ovaj red.

... and {count} more
    ... i još {count}

... and {count} more before
    ... i još {count} pre toga

as of {when}
    na dan {when}

Contents
    Sadržaj

Skip to the figures
    Pređi na pokazatelje

Made with partnerkpi. Every figure holds at the instant above, under the policy above.
    Napravljeno pomoću partnerkpi. Svaki pokazatelj važi u gornjem trenutku i po gornjim
    pravilima.

What these figures mean
    Šta ovi pokazatelji znače

Show
    Prikaži

Meetings
    Sastanci

Calling
    Pozivanje

Showing {shown} of {rows}.
    Prikazano {shown} od {rows}.

Showing the last {shown} of {rows}.
    Prikazano poslednjih {shown} od {rows}.

{shown} of {rows} rows
    {shown} od {rows} redova

Find
    Pronađi

any
    bilo koji

Sorting and finding look at the rows shown.
    Sortiranje i pretraga gledaju prikazane redove.

{part}: {count}
    {part}: {count}

Used, assigned, available
    Korišćene, dodeljene, dostupne

Distribution
    Raspodela

Share
    Udeo

{part} of {whole}
    {part} od {whole}

{sum} / {count}
    {sum} / {count}

{title}: {series}, by week
    {title}: {series}, po sedmicama

What changed
    Šta se promenilo

{earlier} to {later}
    {earlier} do {later}

New
    Novi

Gone
    Otišli

nobody
    niko

{shown} and {count} more
    {shown} i još {count}

Latest week
    Poslednja sedmica

Every figure, and the change from earlier to later.
    Svaki pokazatelj i njegova promena od ranije do kasnije.

{value} points
    {value} procentnih poena

Customers that have a status now and had it not, and the reverse.
    Kupci koji sada imaju status, a nisu ga imali, i obrnuto.

Badges
    Značke

Customers that show another status as their most urgent one.
    Kupci čiji je najhitniji status sada drugi.

Licenses: {product}
    Licence: {product}

Distribution trend
    Trend distribucije

Recently added
    Nedavno dodate

Expiring
    Ističu

Renewing
    Obnavljaju se

Low assignment
    Niska dodela

Features
    Funkcije

# Charts

{title}: {product}
    {title}: {product}

Licenses
    Licence

Users
    Korisnici

Hour (UTC)
    Sat (UTC)

Day of the week
    Dan u sedmici

Calls into queues by hour of the week
    Pozivi u redovima po satu sedmice

Calls offered in each hour of the week in UTC, summed over the queues and the weeks of the trend.
    Pozivi ponuđeni u svakom satu sedmice po UTC vremenu, zbir svih redova i sedmica trenda.

Calls into queues, week by week
    Pozivi u redovima, po sedmicama

Calling users by usage volume
    Korisnici pozivanja po obimu upotrebe

Call quality, week by week
    Kvalitet poziva, po sedmicama

License assignment of customers
    Dodela licenci kod kupaca

Customers by the assigned share of their active licenses of the product; those without a license
are left out.
    Kupci po dodeljenom udelu aktivnih licenci proizvoda; oni bez licence su izostavljeni.

Assigned share of licenses (%)
    Dodeljeni udeo licenci (%)

Sunday
    nedelja

Monday
    ponedeljak

Tuesday
    utorak

Wednesday
    sreda

Thursday
    četvrtak

Friday
    petak

Saturday
    subota
"""

CATALOGUE: Final = Catalogue("sr", "sr_Latn", parsed(_TEXTS), _UNITS)
