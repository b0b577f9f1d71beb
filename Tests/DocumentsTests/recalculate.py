#!/usr/bin/env python3
"""Recalculates workbooks with LibreOffice and compares every cell with what was written.

usage: BILLWRIGHT_SHOWCASE=/tmp/show swift test --filter ShowcaseTests
       Tests/DocumentsTests/recalculate.py /tmp/show/*/*.xlsx

Needs libreoffice-calc and the Python package openpyxl. Exits 1 when a cell differs.
"""
import os
import subprocess
import sys
import tempfile

import openpyxl

ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>
"""


def main(paths):
    differences = formulas = 0
    with tempfile.TemporaryDirectory() as folder:
        profile = os.path.join(folder, "profile")
        os.makedirs(os.path.join(profile, "user"))
        with open(os.path.join(profile, "user", "registrymodifications.xcu"), "w") as file:
            file.write(ALWAYS)
        for index, path in enumerate(paths):
            target = os.path.join(folder, str(index))
            subprocess.run(
                ["soffice", "-env:UserInstallation=file://" + profile, "--headless", "--convert-to", "xlsx",
                 "--outdir", target, path], check=True, capture_output=True)
            written = openpyxl.load_workbook(path, data_only=True)
            live = openpyxl.load_workbook(path)
            recalculated = openpyxl.load_workbook(os.path.join(target, os.path.basename(path)), data_only=True)
            for sheet in written:
                for row in sheet.iter_rows():
                    for cell in row:
                        formulas += live[sheet.title][cell.coordinate].data_type == "f"
                        found = recalculated[sheet.title][cell.coordinate].value
                        if (cell.value or None) != (found or None):
                            differences += 1
                            print(f"{path} {sheet.title}!{cell.coordinate}: wrote {cell.value!r}, computes {found!r}")
    print(f"{len(paths)} workbooks, {formulas} formulas, {differences} differences")
    return 1 if differences or not formulas else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
