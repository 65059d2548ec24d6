#!/usr/bin/env python3
"""Writes Tests/Fixtures/display_widths.txt: how many columns of a terminal a character takes, by Python's unicodedata.

A line a range, "FIRST LAST COLUMNS" in hexadecimal: 2 for East Asian wide and fullwidth characters (Unicode's annex 11),
0 for marks that are written over what is before them and for format characters, else 1. Control characters, and those
that are not assigned or private, are left out.
"""
import os, unicodedata


def columns(code):
    character = chr(code)
    category = unicodedata.category(character)
    if category in ("Cc", "Cs", "Cn", "Co"):
        return None
    # The soft hyphen is a format character that terminals show.
    if category in ("Mn", "Me", "Cf") and code != 0xAD:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def ranges():
    first, last, width = 0, 0, columns(0)
    for code in range(1, 0x110000):
        if columns(code) != width:
            if width is not None:
                yield first, last, width
            first, width = code, columns(code)
        last = code
    if width is not None:
        yield first, last, width


path = os.path.join(os.path.dirname(__file__), "../../Tests/Fixtures/display_widths.txt")
with open(path, "w") as file:
    for first, last, width in ranges():
        file.write(f"{first:X} {last:X} {width}\n")
