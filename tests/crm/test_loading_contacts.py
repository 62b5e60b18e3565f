"""What `crm load` does with files of contacts and of lists, beside what it does with every file."""

from functools import partial

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from halo_admin.crm import lists, load_legs, loading
from halo_admin.crm.contact_models import Contact, ContactList, ListMember
from halo_admin.crm.models import Company, Lack, SearchWord
from halo_admin.db import begin_write, db, owned
from tests.crm.conftest import contact, listed, ours, people_of

WHO = "first_name,last_name,email"


@pytest.fixture
def load(load_file):
    return partial(load_file, "contacts")


def everybody(user):
    return list(db.session.scalars(owned(Contact, user.account_id).order_by(Contact.id)))


def on(contact_id):
    return lists.names_on([contact_id]).get(contact_id, [])


def sizes(user):
    """{list: (how many are on it, its Leads switch)}"""
    db.session.expire_all()
    return {one.name: (one.contacts, one.leads) for one in lists.lists_of(user.account_id)}


def take_off(list_id, contact_id):
    begin_write()
    lists.take_off(db.session.get(ContactList, list_id), [contact_id], None)
    db.session.commit()


def test_a_line_that_is_like_nobody_creates_a_contact_with_all_it_gives(ann, load):
    (acme,) = ours(ann, "Acme")
    header = (
        "id,halo_id,first_name,last_name,email,phone,mobile,title,company,company_id,lists,unsubscribed,bounced,fax"
    )
    line = "9,812,Sam,Poole,Sam@Acme.example,030 555,0170 1,CEO,ACME,,News; Big Zoo,1,0,7"
    assert load(header, line) == {"created": 1, "unknown": ("fax",)}
    (sam,) = everybody(ann)
    assert {name: getattr(sam, name) for name in Contact.FIELDS} == {
        "first_name": "Sam", "last_name": "Poole", "email": "Sam@Acme.example", "phone": "030 555", "mobile": "0170 1",
        "title": "CEO", "company_id": acme, "unsubscribed": True, "bounced": False, "salesperson_id": None,
        "notes": None,
    }  # fmt: skip
    assert (sam.name, sam.email_key, sam.version, sam.made_by_run) == ("Sam Poole", "sam@acme.example", 1, None)
    assert sam.edited_at is not None
    assert on(sam.id) == ["Big Zoo", "News"]
    assert sizes(ann) == {"Big Zoo": (1, False), "News": (1, False)}


def test_the_one_contact_with_its_email_gets_the_columns_given(ann, load):
    (sam,) = people_of(ann, "Sam Poole", email="SAM@acme.example", phone="1", title="CEO")
    assert load(f"{WHO},title", "Samuel,Poole,sam@ACME.example,") == {"updated": 1}
    held = contact(sam)
    assert (held.name, held.email, held.phone, held.title) == ("Samuel Poole", "sam@ACME.example", "1", None)
    assert (held.version, held.edited_at is not None) == (2, True)


def test_of_several_with_its_email_the_name_chooses(ann, load):
    sam, ada = people_of(ann, "Sam Poole", "Ada Bee", email="info@acme.example")
    reason = f"2 contacts here could be meant: Ada Bee ({ada}), Sam Poole ({sam})"
    lines = (f"{WHO},title", "ADA,Bee,Info@acme.example,CEO", "Zoe,Zed,info@acme.example,CFO")
    assert load(*lines) == {"updated": 1, "refused": [{"line": 3, "reason": reason}]}
    told = load("email,title", "info@acme.example,CFO")["refused"][0]["reason"]
    assert told == f"2 contacts here could be meant: ADA Bee ({ada}), Sam Poole ({sam})"
    assert (contact(ada).title, contact(sam).title) == ("CEO", None)


def test_a_name_alone_means_nobody_who_has_an_email(ann, load):
    (sam,) = people_of(ann, "Sam Poole", email="sam@acme.example", phone="1")
    assert load(f"{WHO},phone", "Sam,Poole,,1") == {"created": 1}
    assert load("first_name,last_name,phone,title", "Sam,Poole,1,CEO")["refused"][0]["reason"].startswith("2 contacts")
    assert contact(sam).title is None


def test_a_line_without_an_email_is_about_the_one_alike_in_name_company_and_phone(ann, load):
    acme = ours(ann, "Acme", "Zoo")[0]
    (desk,) = people_of(ann, "Front Desk", company_id=acme, phone="1")
    header = f"{WHO},company,phone,title"
    others = ("Front,Desk,,Zoo,1,CEO", "Front,Desk,,Acme,2,CEO", "Front,Desk,,,1,CEO")
    assert load(header, "Front,Desk,,Acme,1,CEO", *others) == {"updated": 1, "created": 3}
    assert (contact(desk).title, contact(desk).company_id) == ("CEO", acme)


def test_two_lines_about_one_contact_are_not_both_taken(ann, load):
    (sam,) = people_of(ann, "Sam Poole", email="sam@acme.example")
    refused = [{"line": 3, "reason": "line 2 is about the same contact, Sam Poole"}]
    lines = ("email,title", "sam@acme.example,CEO", "SAM@acme.example,CFO")
    assert load(*lines) == {"updated": 1, "refused": refused}
    assert load(*lines) == {"unchanged": 1, "refused": refused}
    assert contact(sam).title == "CEO"


def test_of_two_lines_with_one_email_the_first_makes_the_contact(ann, load, monkeypatch):
    """Also where they are far from each other; one that says the same says nothing new."""
    monkeypatch.setattr(load_legs, "LINES_AT_A_TIME", 2)
    lines = (f"{WHO},lists", "Sam,Poole,sam@acme.example,News;Zoo", "Kim,Li,,", "Sam,Pool,SAM@acme.example,",
             "Sam,Poole,sam@acme.example,zoo;news", "Kim,Li,,")  # fmt: skip
    reason = "line 2 has the same e-mail, SAM@acme.example, and says otherwise of it"
    refused = [{"line": 4, "reason": reason}]
    assert load(*lines) == {"created": 3, "unchanged": 1, "refused": refused}
    assert [one.name for one in everybody(ann)] == ["Sam Poole", "Kim Li", "Kim Li"]
    again = load(*lines)
    assert (again["unchanged"], [one["line"] for one in again["refused"]]) == (4, [4])


def test_lines_with_numbers_of_their_own_are_contacts_of_their_own(ann, load):
    lines = (f"{WHO},id", "Sam,Poole,desk@acme.example,7", "Kim,Li,desk@acme.example,8", "Ada,Bee,desk@acme.example,8")
    refused = [{"line": 4, "reason": "line 3 has the same e-mail, desk@acme.example, and says otherwise of it"}]
    assert load(*lines) == {"created": 2, "refused": refused}
    assert [one.name for one in everybody(ann)] == ["Sam Poole", "Kim Li"]


def test_words_that_are_no_email_or_phone_are_kept_and_counted(ann, load):
    lines = (
        f"{WHO},phone,mobile",
        "Sam,Poole,none,call me,0171 1",
        "Kim,Li,Kim <kim@acme.example>,1,",
        "Ada,Bee,n/a,,-",
    )
    assert load(*lines) == {"created": 3, "odd": {"email": 2, "phone": 1, "mobile": 1}}
    assert next((one.email, one.email_key) for one in everybody(ann)) == ("none", None)
    assert load(*lines) == {"unchanged": 3}


def test_the_company_is_told_by_name_or_number(ann, cleo, load):
    acme, zoo, other_zoo = ours(ann, "Acme", "Zoo", "zoo ")
    (hers,) = ours(cleo, "Hers")
    header = "id,email,company,company_id"
    lines = (
        ",a@x.example,acme,",
        f",b@x.example,,{acme}",
        f",c@x.example,Zoo,{other_zoo}",
        f",d@x.example,Acme,{zoo}",  # the number is of another site: the name counts
        ",e@x.example,,",
        ",f@x.example,Zoo,",
        f",g@x.example,,{hers}",
        ",h@x.example,Hers,",
        f",i@x.example,Gone,{acme}",
        f",j@x.example,,{'9' * 30}",
        f",k@x.example,{'x' * 100},",
    )
    loaded = load(header, *lines)
    told = {one.email[0]: one.company_id for one in everybody(ann)}
    assert told == {"a": acme, "b": acme, "c": other_zoo, "d": acme, "e": None}
    assert [(one["line"], one["reason"]) for one in loaded["refused"]] == [
        (7, f'2 companies are called "Zoo" ({zoo}, {other_zoo}): company_id can tell which is meant'),
        (8, f'there is no company "{hers}" here'),
        (9, 'there is no company "Hers" here'),
        (10, f'there is no company "Gone" here, and {acme} is "Acme"'),
        (11, f'there is no company "{"9" * 30}" here'),
        (12, f'there is no company "{"x" * 60}…" here'),
    ]


def test_flags_are_read_as_german_and_french_programs_write_them(ann, load):
    people_of(ann, "Old Hand", email="o@x.example")
    flags = ("ja", "WAHR", "Oui", "nein", "FALSCH", "non")
    assert load("email,unsubscribed", *(f"{at}@x.example,{flag}" for at, flag in enumerate(flags))) == {"created": 6}
    assert [one.unsubscribed for one in everybody(ann)[1:]] == [True] * 3 + [False] * 3


def test_a_number_alone_tells_a_company_only_in_a_dump(ann, load):
    (acme,) = ours(ann, "Acme")
    told = "its company is told by a number alone"
    loaded = load("email,company_id", f"sam@acme.example,{acme}", "kim@acme.example,")
    assert (loaded["created"], loaded["refused"][0]["line"]) == (1, 2)
    assert loaded["refused"][0]["reason"].startswith(told)
    assert load("id,email,company_id", f"7,sam@acme.example,{acme}") == {"created": 1}
    assert everybody(ann)[-1].company_id == acme


def test_a_line_that_ends_early_says_nothing_of_the_columns_behind(ann, load):
    (acme,) = ours(ann, "Acme")
    (sam,) = people_of(ann, "Sam Poole", company_id=acme, email="sam@acme.example", title="CEO")
    assert load("email,first_name,title,company", "sam@acme.example,Samuel") == {"updated": 1}
    assert (contact(sam).first_name, contact(sam).title, contact(sam).company_id) == ("Samuel", "CEO", acme)
    assert load("first_name,last_name,email", "Samuel,Poole") == {"unchanged": 1}
    assert load("email,title,company", "sam@acme.example,,") == {"updated": 1}
    assert (contact(sam).title, contact(sam).company_id) == (None, None)


def test_a_blank_company_takes_it_away_and_one_not_given_stays(ann, load):
    (acme,) = ours(ann, "Acme")
    (sam,) = people_of(ann, "Sam Poole", company_id=acme, email="sam@acme.example")
    assert load("email,title", "sam@acme.example,CEO") == {"updated": 1}
    assert contact(sam).company_id == acme
    assert load("email,company", "sam@acme.example,") == {"updated": 1}
    assert contact(sam).company_id is None


@pytest.mark.parametrize("flag", ["unsubscribed", "bounced"])
def test_consent_only_gets_stricter(ann, load, flag):
    (sam,) = people_of(ann, "Sam Poole", email="sam@acme.example")
    lines = (f"email,{flag}", "sam@acme.example,0")
    assert load(*lines) == {"unchanged": 1}
    assert load(f"email,{flag}", "sam@acme.example, YES ") == {"updated": 1}
    for text in ("0", "", "false", "yes"):
        assert load(f"email,{flag}", f"sam@acme.example,{text}") == {"unchanged": 1}
    assert getattr(contact(sam), flag) is True


def test_a_file_puts_contacts_on_lists_and_takes_nobody_off(ann, load):
    (sam,) = people_of(ann, "Sam Poole", email="sam@acme.example")
    listed(ann, "News", sam)
    lines = ("email,lists", "sam@acme.example,zoo ; ZOO;;  Big   fans")
    assert load(*lines) == {"updated": 1}
    assert on(sam) == ["Big fans", "News", "zoo"]
    assert load(*lines) == {"unchanged": 1}
    assert load("email,lists", "sam@acme.example,") == {"unchanged": 1}
    assert sizes(ann) == {"News": (1, False), "zoo": (1, False), "Big fans": (1, False)}
    assert contact(sam).version == 1


def test_a_file_is_a_persons_doing_and_puts_back_on_a_list_whom_a_person_took_off(ann, load):
    (sam,) = people_of(ann, "Sam Poole", email="sam@acme.example")
    news = listed(ann, "News", sam)
    take_off(news, sam)
    assert load("email,lists", "sam@acme.example,News") == {"updated": 1}
    assert on(sam) == ["News"]
    assert sizes(ann) == {"News": (1, False)}
    # whom a person put on a list, no import takes off
    membership = db.session.execute(db.text("SELECT joined_run, left_at, left_run FROM list_members")).one()
    assert tuple(membership) == (None, None, None)


def test_a_file_that_does_not_name_the_list_leaves_off_whom_a_person_took_off(ann, load):
    (sam,) = people_of(ann, "Sam Poole", email="sam@acme.example")
    take_off(listed(ann, "News", sam), sam)
    assert load("email,title,lists", "sam@acme.example,CEO,") == {"updated": 1}
    assert on(sam) == []


def test_names_of_lists_in_quotes_may_hold_semicolons(ann, load):
    assert load("email\tlists", 'a@x.example\t"""Berlin; 2025"";5"" pipes;""unclosed"') == {"created": 1}
    assert on(everybody(ann)[0].id) == ['"unclosed', '5" pipes', "Berlin; 2025"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (" ,,News,1", "nothing tells who it is: there is no name, no e-mail and no phone number"),
        ("Sam,,,maybe", 'unsubscribed is "maybe", which is neither 1, true or yes nor 0, false or no'),
        (f"Sam,,News;{'x' * 201},", "the name of a list is longer than 200 characters"),
        ("Sam,,A\0B,", "it holds a NUL character, which cannot be stored"),
    ],
)
def test_a_line_that_cannot_be_taken_is_told_and_the_others_are_in(ann, load, line, reason):
    loaded = load("first_name,email,lists,unsubscribed", "First,,,", line, "Last,,,")
    assert loaded == {"created": 2, "refused": [{"line": 3, "reason": reason}]}


def test_a_load_touches_no_other_account(ann, cleo, load):
    (hers,) = people_of(cleo, "Sam Poole", email="sam@acme.example")
    listed(cleo, "News", hers)
    assert load("email,title,lists", "sam@acme.example,CEO,News;Zoo") == {"created": 1}
    assert (contact(hers).title, contact(hers).version, on(hers)) == (None, 1, ["News"])
    assert sizes(cleo) == {"News": (1, False)}


def test_many_lines_are_taken_in_over_many_transactions(ann, load):
    lines = [f"{n}@x.example,List {n % 7};All" for n in range(2 * load_legs.LINES_AT_A_TIME + 7)]
    assert load("email,lists", *lines) == {"created": len(lines)}
    assert sizes(ann)["All"] == (len(lines), False)
    assert load("email,lists", *lines) == {"unchanged": len(lines)}


CELLS = {
    "first_name": ["", "Sam", "SAM", "Ada"],
    "email": ["", "x@x.example", "X@x.example", "y@x.example", "no address"],
    "phone": ["", "1", "2"],
    "title": ["", "CEO"],
    "company": ["", "Acme", "Nowhere"],
    "lists": ["", "News", "news;Zoo"],
    "unsubscribed": ["", "0", "1"],
}
FILES = st.lists(st.sampled_from(sorted(CELLS)), min_size=1, unique=True).flatmap(
    lambda names: st.tuples(
        st.just(names), st.lists(st.tuples(*(st.sampled_from(CELLS[name]) for name in names)), max_size=8)
    )
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILES, FILES)
def test_loading_any_file_twice_changes_nothing(ann, tmp_path, first, second):
    begin_write()
    for model in (ListMember, ContactList, Contact, SearchWord, Lack, Company):
        db.session.execute(sa.delete(model))
    db.session.commit()
    ours(ann, "Acme")
    for names, rows in (first, second):
        path = tmp_path / "contacts.csv"
        path.write_text("\n".join([",".join(names), *(",".join(row) for row in rows)]))
        if not set(names) & {"first_name", "email", "phone"}:
            continue
        once = loading.load("contacts", ann.account, path)
        before = [vars_of(one) for one in everybody(ann)]
        again = loading.load("contacts", ann.account, path)
        assert (again.created, again.updated) == (0, 0)
        # a line that was refused for saying the same as one above it is here already by now
        assert {one["line"] for one in again.refused} <= {one["line"] for one in once.refused}
        assert [vars_of(one) for one in everybody(ann)] == before


def vars_of(one):
    return *(getattr(one, name) for name in ("id", "version", *Contact.FIELDS)), tuple(on(one.id))


def test_lists_are_loaded_with_their_leads_switch(ann, load_file):
    (sam,) = people_of(ann, "Sam Poole")
    listed(ann, "News", sam)
    lines = ("id,name,leads,contacts", "1,NEWS,1,7", "2,Big   zoo,yes,1", "3,Empty,,0", "4,big ZOO,0,", "5, ,1,")
    refused = [
        {"line": 5, "reason": "a line above it is about the same list"},
        {"line": 6, "reason": "the name is blank or longer than 200 characters"},
    ]
    assert load_file("lists", *lines) == {"updated": 1, "created": 2, "refused": refused}
    assert sizes(ann) == {"NEWS": (1, True), "Big zoo": (0, True), "Empty": (0, False)}
    again = load_file("lists", *lines)
    assert again["unchanged"] == 3
    assert [one["line"] for one in again["refused"]] == [5, 6]
    assert load_file("lists", "name", "Big zoo") == {"unchanged": 1}
    assert load_file("lists", "name,leads", "News,0") == {"updated": 1}
    assert sizes(ann)["News"] == (1, False)
