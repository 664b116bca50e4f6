# SPDX-License-Identifier: GPL-2.0-only
"""Names of addresses, for tools/bench/profile.py."""

import bisect
import os

PROGRAMS = ("vrcep", "qemu")


def read_table(lines, kinds):
    """Sorted lists of addresses and of names; modules' names begin with [MODULE]."""
    found = []
    for line in lines:
        fields = line.split()
        if fields[1] in kinds:
            prefix = fields[3] + " " if len(fields) > 3 else ""
            found.append((int(fields[0], 16), prefix + fields[2]))
    found.sort()
    return [address for address, _ in found], [name for _, name in found]


def nearest(table, address):
    addresses, names = table
    at = bisect.bisect_right(addresses, address) - 1
    return names[at] if at >= 0 else "?"


class Program:
    """Where a program was, and what is in it. A block has the address that it had when it was translated: code that
    processes share, as that of the C library, may have been translated for any of them."""

    def __init__(self, path, name):
        self.label = name
        self.maps = []
        with open(f"{path}/{name}.maps", encoding="utf-8") as lines:
            for line in lines:
                fields = line.split()
                if "x" in fields[1] and len(fields) > 5:
                    start, end = (int(part, 16) for part in fields[0].split("-"))
                    self.maps.append((start, end, int(fields[2], 16), fields[5].rsplit("/", 1)[-1]))
        with open(f"{path}/{name}.nm", encoding="utf-8") as lines:
            self.table = read_table(lines, "tT")

    def name(self, address):
        for start, end, offset, path in self.maps:
            if not start <= address < end:
                continue
            if not path.startswith(self.label):
                return f"[library] {path}"
            return f"[{self.label}] {nearest(self.table, address - start + offset)}"
        return None


class Symbols:
    """Those in the directory PATH: kallsyms, and of each program maps and what nm prints."""

    def __init__(self, path):
        with open(f"{path}/kallsyms", encoding="utf-8") as lines:
            self.kernel = read_table(lines, "tTwW")
        self.programs = [Program(path, name) for name in PROGRAMS if os.path.exists(f"{path}/{name}.maps")]

    def name(self, side, address):
        in_kernel = address >= 1 << 63
        if side == "guest":
            return "[guest] kernel" if in_kernel else "[guest] user"
        if in_kernel:
            return nearest(self.kernel, address)
        for program in self.programs:
            name = program.name(address)
            if name:
                return name
        return "[user]"
