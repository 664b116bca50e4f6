# SPDX-License-Identifier: GPL-2.0-only
"""profile.py [--rst] paths|storage STEPS COUNTS SYMBOLS OUT: where the instructions of each step go. STEPS is what
tools/bench/steps or storage-steps has printed, COUNTS what insns.so has written, SYMBOLS a directory with kallsyms, and
for each program PROGRAM.maps and PROGRAM.nm. Prints a table by group; OUT/STEP gets the functions of a step, those that
take most first."""

import collections
import sys

from profile_groups import OTHER, PATHS, STORAGE, group_of
from profile_symbols import Symbols


def read_sections(path):
    """A section is how often the guest was entered and left, and a counter of (side, address)."""
    sections = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            fields = line.split()
            if fields[0] == "section":
                number, entries, exits, astray = (int(field) for field in fields[1:])
                if astray or abs(entries - exits) > 1:
                    sys.exit(f"profile: section {number}: {entries} entries of the guest, {exits} exits, {astray} blocks on "
                             "the other side")
                sections.append((exits, collections.Counter()))
                continue
            sections[-1][1][fields[0], int(fields[1], 16)] += int(fields[2])
    return sections


def read_steps(path):
    """Names, numbers of operations, and the frames of an operation where they are known."""
    with open(path, encoding="utf-8") as lines:
        return [(fields[0], int(fields[1]), fields[3:]) for fields in (line.split() for line in lines)]


def write_functions(path, functions, operations):
    with open(path, "w", encoding="utf-8") as out:
        for name, insns in functions.most_common():
            out.write(f"{insns / operations:10.1f}  {name}\n")


def count_groups(path, counts, symbols, groups, operations):
    """Instructions of an operation by group. The functions go to the file PATH."""
    functions, columns = collections.Counter(), collections.Counter()
    for (side, address), insns in counts.items():
        name = symbols.name(side, address)
        functions[name] += insns
        columns[group_of(name, groups)] += insns / operations
    write_functions(path, functions, operations)
    return columns


def print_table(lines, rst):
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    ruler = "  ".join("=" * width for width in widths)
    for i, line in enumerate(lines):
        if rst and i in (0, 1):
            print(ruler)
        print("  ".join([line[0].ljust(widths[0])] +
                        [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]).rstrip())
    if rst:
        print(ruler)


def by_job(columns):
    """DISK-JOB: the disks of a job side by side."""
    jobs = list(dict.fromkeys(name.split("-")[1] for name, *_ in columns))
    return sorted(columns, key=lambda column: jobs.index(column[0].split("-")[1]))


def make_lines(columns, groups):
    names = [group for group, _ in groups] + [OTHER]
    lines = [[""] + [name for name, *_ in columns]]
    lines += [["all"] + [f"{sum(counts.values()):.0f}" for _, counts, *_ in columns]]
    lines += [[name] + [f"{counts[name]:.0f}" for _, counts, *_ in columns] for name in names]
    if groups is STORAGE:
        lines += [["exits of the guest"] + [f"{exits:.1f}" for *_, exits, _ in columns]]
        lines += [["frames"] + [f"{float(frames[0]):.1f}" for *_, frames in columns]]
    return lines


def main(args):
    rst = args[0] == "--rst"
    kind, steps, counts, path, out = args[1:] if rst else args
    groups = STORAGE if kind == "storage" else PATHS
    symbols, steps, sections = Symbols(path), read_steps(steps), read_sections(counts)
    if len(steps) != len(sections):
        sys.exit(f"profile: {len(steps)} steps and {len(sections)} sections")
    columns = [(step, count_groups(f"{out}/{step}", counts, symbols, groups, operations), exits / operations, frames)
               for (step, operations, frames), (exits, counts) in zip(steps, sections)]
    if groups is STORAGE:
        columns = by_job(columns)
    if rst:
        print(".. SPDX-License-Identifier: GPL-2.0-only")
        print(".. Made by tools/bench/profile --rst.")
        print()
    print_table(make_lines(columns, groups), rst)


main(sys.argv[1:])
