"""Which column of a person's file is which field: guessed by what programs call it, in English and in German."""

import re
import unicodedata

# {field: further names of it}, the likelier first; its own name counts before them
NAMES = {
    "companies": {
        "name": ("company name", "company", "account name", "account", "organisation", "organization",
                 "organisation name", "organization name", "business name", "client name", "client", "customer name",
                 "customer", "firma", "firmenname", "unternehmen"),
        "phone": ("phone number", "telephone", "telephone number", "main phone", "business phone", "company phone",
                  "tel", "telefon", "telefonnummer"),
        "website": ("web site", "web", "url", "homepage", "domain", "web address", "company domain name", "webseite",
                    "internet"),
        "type": ("company type", "account type", "client type", "kind", "company kind", "category", "relationship",
                 "typ", "kategorie"),
        "street": ("address", "address 1", "address line 1", "street address", "billing street", "strasse"),
        "city": ("town", "billing city", "ort", "stadt"),
        "state": ("province", "region", "county", "state region", "state province", "billing state", "bundesland"),
        "postal_code": ("zip", "zip code", "postcode", "post code", "zip postal code", "billing zip", "plz",
                        "postleitzahl"),
        "country": ("country region", "billing country", "land"),
    },
    "contacts": {
        "first_name": ("given name", "forename", "first", "vorname"),
        "last_name": ("surname", "family name", "last", "nachname"),
        "email": ("email address", "mail", "primary email", "work email", "email 1", "mailadresse", "emailadresse"),
        "phone": ("phone number", "telephone", "business phone", "work phone", "office phone", "direct phone", "tel",
                  "telefon", "telefonnummer"),
        "mobile": ("mobile phone", "mobile number", "cell", "cell phone", "mobile phone number", "handy", "mobil"),
        "title": ("job title", "position", "function", "role", "jobtitel", "funktion"),
        "company": ("company name", "account name", "account", "organisation", "organization", "organisation name",
                    "organization name", "client", "employer", "firma", "firmenname", "unternehmen"),
        "company_id": (),
        "lists": ("list", "list name", "list names"),
        "unsubscribed": ("opted out", "opt out", "email opt out", "has opted out of email", "unsubscribe",
                         "do not email", "abgemeldet"),
        "bounced": ("email bounced", "hard bounced", "bounce"),
    },
    "lists": {"name": ("list", "list name"), "leads": ()},
}  # fmt: skip
WORDS = re.compile(r"[^\W_]+")


def guess(kind: str, header) -> dict[str, int]:
    """{field: the number of its column}. A column that is called exactly so counts before one that means the same; of
    several alike the first counts, and no column is two fields.
    """
    exact = {cell.strip().casefold(): number for number, cell in reversed(list(enumerate(header)))}
    known = NAMES[kind]
    found = {field: exact[field] for field in known if field in exact}
    folded = {}
    for number, cell in enumerate(header):
        if number not in found.values():
            folded.setdefault(_folded(cell), number)
    for field, names in known.items():
        for name in (_folded(field), *names) if field not in found else ():
            if name in folded:
                found[field] = folded.pop(name)
                break
    return {field: found[field] for field in known if field in found}


def _folded(text):
    """The words of a heading: "E-Mail_Address" is "email address", "Straße" is "strasse"."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("e-mail", "email"))
    return " ".join(WORDS.findall("".join(one for one in plain if not unicodedata.combining(one))))
