"""How a file is read: its encoding, its delimiter, which column is which field."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halo_admin.crm import columns_in, encodings, sheets

WRITTEN = {
    "cp1252": ("Bäckerei Schön;Düsseldorf\nGröße AG;Köln", ""),
    "mac_roman": ("José Núñez;São Paulo;Besançon\nMüller;Zürich;Größe\nHélène Lefèvre;Orléans;Société générale", ""),
    "cp1250": ("Łukasz Żółć;Kraków\nDvořák;Plzeň", "PL"),
    "cp1251": ("Пётр Сидоров;Санкт-Петербург", ""),
    "koi8_r": ("Пётр Сидоров;Санкт-Петербург", ""),
    "cp1253": ("Παπαδόπουλος;Αθήνα", ""),
    "cp1254": ("Işık Öztürk;İstanbul;Şişli", "TR"),
    "cp932": ("山田太郎;東京都;株式会社", ""),
    "gb18030": ("王伟;北京市;有限公司", ""),
    "big5": ("王偉;台北市;有限公司", ""),
    "cp949": ("김철수;서울특별시;주식회사", ""),
    "utf-8": ("Größe AG;東京都", ""),
    "utf-8-sig": ("Größe AG;東京都", ""),
    "utf-16": ("Größe AG;東京都", ""),
    "utf-16-le": ("Größe AG;東京都", ""),
    "utf-16-be": ("Größe AG;東京都", ""),
}


@pytest.mark.parametrize("encoding", WRITTEN)
def test_the_encoding_is_found_out(tmp_path, encoding):
    text, country = WRITTEN[encoding]
    path = tmp_path / "file.csv"
    path.write_bytes(f"name;city\nAcme;London\n{text}".encode(encoding))
    found = encodings.guess(path, country)
    assert path.read_bytes().decode(found).endswith(text)


def test_where_letters_do_not_tell_it_is_what_windows_writes_in_the_country(tmp_path):
    path = tmp_path / "file.csv"
    path.write_bytes(b"name\nG\xfcne\xfe")
    assert [encodings.guess(path, country) for country in ("PL", "TR", "DE")] == ["cp1250", "cp1254", "cp1252"]


@given(st.binary(max_size=300))
def test_any_bytes_are_looked_at_or_refused_with_a_sentence(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    try:
        seen = sheets.look(path, len)
    except sheets.Unreadable:
        return
    rows = list(sheets.Sheet(path, seen.encoding, seen.delimiter, seen.header, {"name": 0}).rows())
    assert len(rows) == seen.total


@pytest.mark.parametrize("delimiter", sheets.DELIMITERS)
def test_the_delimiter_is_found_out_also_where_no_heading_is_known(tmp_path, delimiter):
    path = tmp_path / "file.csv"
    lines = [("Eins", "Zwei, drei"), ("a;b", "c"), ("d", "e|f")]
    path.write_text("\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines))
    seen = sheets.look(path, lambda header: 0)
    assert (seen.delimiter, seen.header, seen.total) == (delimiter, ("Eins", "Zwei, drei"), 2)
    assert seen.first_rows == [["a;b", "c"], ["d", "e|f"]]


@pytest.mark.parametrize(
    ("kind", "header", "fields"),
    [
        ("contacts", "First Name,Last Name,E-mail Address,Business Phone,Mobile Phone,Job Title,Company",
         "first_name last_name email phone mobile title company"),
        ("contacts", "Vorname,Nachname,E-Mail,Telefon,Handy,Jobtitel,Firma",
         "first_name last_name email phone mobile title company"),
        ("contacts", "Work Phone,Phone,Email", "- phone email"),
        ("companies", "Account Name,Main Phone,Website,Type,Billing Street,Billing City,ZIP/Postal Code,Country",
         "name phone website type street city postal_code country"),
        ("companies", "Firma,Straße,PLZ,Ort,Land,Webseite", "name street postal_code city country website"),
        ("companies", "Name,Kind,Category", "name type -"),
        ("companies", "id,halo_id,name,phone", "- - name phone"),
        ("companies", "Company,Name,URL,Fax", "- name website -"),
        ("lists", "name,leads", "name leads"),
    ],
)  # fmt: skip
def test_columns_are_guessed_by_what_programs_call_them(kind, header, fields):
    found = {number: field for field, number in columns_in.guess(kind, header.split(",")).items()}
    assert [found.get(number, "-") for number in range(header.count(",") + 1)] == fields.split()


def test_every_field_of_a_file_has_names(app):
    from halo_admin.crm.load_legs import KINDS

    assert {kind: set(names) for kind, names in columns_in.NAMES.items()} == {
        kind: set(lines.COLUMNS) for kind, lines in KINDS.items()
    }


def test_a_mark_at_the_beginning_is_no_part_of_the_first_heading(tmp_path):
    path = tmp_path / "file.csv"
    path.write_bytes(codecs.BOM_UTF8 + b"name,phone\nAcme,1")
    assert sheets.look(path, len, encoding="utf-8-sig").header == ("name", "phone")


@pytest.mark.parametrize("stray", ['"', '"Bergmann', 'Bergmann,"', '"Bergmann\nZoo,Berlin\nZuse,Jena\n'])
def test_a_quote_that_nothing_closes_is_told_with_its_line(tmp_path, stray):
    path = tmp_path / "file.csv"
    path.write_text(f'name,city\n"Acme\nLtd",London\n\n{stray}')
    with pytest.raises(sheets.Unreadable, match="In line 5 a cell begins with a quote"):
        sheets.look(path, len)


def test_quotes_inside_of_cells_are_read_as_they_stand(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text('name,city\n24" screens,"The ""Hague"""\n"Acme" Ltd,"')
    with pytest.raises(sheets.Unreadable, match="line 3"):
        sheets.look(path, len)
    path.write_text('name,city\n24" screens,"The ""Hague"""\n"Acme" Ltd,""')
    assert sheets.look(path, len).first_rows == [['24" screens', 'The "Hague"'], ["Acme Ltd", ""]]


SIGNS = {",": ";", ";": ",", "\t": ";", "|": ","}  # a delimiter, and another one that its cells hold


@pytest.mark.parametrize("delimiter", sheets.DELIMITERS)
@pytest.mark.parametrize("line", ["sep={}", "SEP={}", '"sep={}"', "\ufeffsep={}"])
def test_the_line_that_tells_excel_the_delimiter_is_no_header_and_tells_it(tmp_path, delimiter, line):
    path, other = tmp_path / "file.csv", SIGNS[delimiter]
    lines = [line.format(delimiter), f"name{other}a{delimiter}city", f"Acme{other}1{delimiter}London", '"Zoo']
    path.write_text("\r\n".join(lines[:3]), encoding="utf-8")
    seen = sheets.look(path, len)
    assert (seen.delimiter, seen.header, seen.total) == (delimiter, (f"name{other}a", "city"), 1)
    path.write_text("\r\n".join(lines), encoding="utf-8")
    with pytest.raises(sheets.Unreadable, match="In line 4 a cell begins with a quote"):
        sheets.look(path, len)


def test_a_person_who_tells_the_delimiter_knows_better_than_the_file(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("sep=;\nname|city\nAcme;1|London")
    assert sheets.look(path, len, delimiter="|").header == ("name", "city")


def test_a_delimiter_that_cannot_be_chosen_is_not_taken_from_the_file(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("sep=^\nname,city\nAcme,London")
    seen = sheets.look(path, len)
    assert (seen.delimiter, seen.header) == (",", ("name", "city"))


@pytest.mark.parametrize("before", ["\n", " \r\n\n", ";;;\n", "\nsep=;\n\n", "sep=;\n;\n"])
def test_blank_lines_before_the_header_are_passed_over_and_counted(tmp_path, before):
    path = tmp_path / "file.csv"
    path.write_bytes(f"{before}name;city\nAcme;London\n\nZoo;Berlin;5".encode())
    seen = sheets.look(path, len)
    assert (seen.header, seen.total) == (("name", "city"), 2)
    rows = list(sheets.Sheet(path, seen.encoding, seen.delimiter, seen.header, {"name": 0, "city": 1}).rows())
    first = before.count("\n") + 2
    assert [row.line for row in rows] == [first, first + 2]
    assert rows[0].values == {"name": "Acme", "city": "London"}


@pytest.mark.parametrize("content", ["", "\n\n", "sep=;\n", '\n"",""\nAcme,London'])
def test_a_file_that_names_no_columns_is_refused(tmp_path, content):
    path = tmp_path / "file.csv"
    path.write_text(content)
    with pytest.raises(sheets.Unreadable, match="names no columns"):
        sheets.look(path, len)
