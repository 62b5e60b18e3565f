"""Reads the maintained lists beside this file: sections of plain lines, with comments."""

from configparser import ConfigParser
from pathlib import Path


def read_list(name: str) -> dict[str, list[str]]:
    """The lines of each section of a list, as {section: lines}; a line given twice in a section is an error."""
    parser = ConfigParser(allow_no_value=True, delimiters=("=",), comment_prefixes=("#",), interpolation=None)
    parser.optionxform = str
    parser.read_string((Path(__file__).parent / name).read_text("utf-8"), name)
    return {section: list(parser[section]) for section in parser.sections()}
