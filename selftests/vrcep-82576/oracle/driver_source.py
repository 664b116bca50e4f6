# SPDX-License-Identifier: GPL-2.0-only
"""Which registers the source of the igb driver names, and which of them the script has to use."""

import os
import re
import subprocess
import tempfile

DRIVER = "drivers/net/ethernet/intel/igb"
OTHERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "others")
# One level of brackets within those of the access is enough for what the driver writes.
ACCESS = re.compile(r"\b(?:rd32|wr32|array_rd32|array_wr32|igb_rd32)\s*\(((?:[^()]|\([^()]*\))*)\)")
TABLE = re.compile(r"\{\s*E1000_(\w+)|io_addr \+ E1000_(\w+)|\b(?:reg|base) = E1000_(\w+)")
# The driver's names for arrays that registers.py has under those of the data sheet
SAME = {"RA": "RAL", "RA2": "RAL", "DCA_TXCTRL": "TXCTL", "DCA_RXCTRL": "RXCTL"}


def accessed(source):
    """The registers in accesses of C @source, without E1000_."""
    for match in ACCESS.finditer(source):
        yield from re.findall(r"E1000_(\w+)", match.group(1).split(",")[0])


def tabled(source):
    """What may be registers in its tables and variables."""
    for match in TABLE.finditer(source):
        yield next(filter(None, match.groups()))


def our_name(name):
    return SAME.get(name, name.removesuffix("_REG"))


def registers_of(archive):
    """What the driver in the kernel source @archive names."""
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run(["tar", "-xf", archive, "-C", directory, "--strip-components=1", "--wildcards",
                        f"*/{DRIVER}/*.[ch]"], check=True)
        path = os.path.join(directory, DRIVER)
        text = {}
        for file in os.listdir(path):
            with open(os.path.join(path, file), encoding="utf-8") as source:
                text[file] = source.read()
    # Tables also hold bits and other numbers.
    defined = set(re.findall(r"#define E1000_(\w+)", text["e1000_regs.h"]))
    sources = [text[file] for file in text if file.endswith(".c")]
    return {name for source in sources for name in accessed(source)} | \
        {name for source in sources for name in tabled(source)} & defined


def others():
    with open(OTHERS, encoding="utf-8") as lines:
        for line in lines:
            names = re.match(r"((?:[A-Z0-9_]+ )*[A-Z0-9_]+)\t+\S", line)
            if names:
                yield from names.group(1).split()
            elif line.strip() and not line.startswith("#"):
                raise SystemExit(f"{OTHERS}: '{line.strip()}' is not names, a tab and a reason")


def complaints(archive, ours):
    """Registers of the driver that are in neither list, and listed ones that it does not have."""
    driver, listed, known = registers_of(archive), set(others()), {name.split("(")[0] for name in ours}
    for name in sorted(driver):
        if our_name(name) not in known and name not in listed:
            yield f"{name}: the driver has it, neither registers.py nor others does"
    for name in sorted(listed):
        if name not in driver or our_name(name) in known:
            yield f"{name}: is in others for nothing"
