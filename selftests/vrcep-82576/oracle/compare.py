# SPDX-License-Identifier: GPL-2.0-only
"""compare.py PROGRAM DIFFERENCES SOURCE: QEMU's igb against the model behind PROGRAM, as TAP. SOURCE is
an archive of the kernel: the registers that its igb driver names are those that are compared.
compare.py --record FILE: what QEMU's igb answers.

DIFFERENCES lists what may differ, one a line, in one of two forms:
  PLACE | QEMU -> MODEL | REASON      these two answers; * is any
  PLACE | bits MASK | REASON          numbers that differ in these bits only
where * in PLACE is anything, and without #NUMBER it is each time at that place. A difference that is not
listed fails, and so does a line that meets none.
"""

import fnmatch
import re
import sys
from contextlib import closing

import driver_source
import scenarios
from port import Port
from registers import OFFSETS
from target import Model, Qemu

SHOWN = 20      # differences of one scenario
WIDTH = 300


def text(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:#x}" if isinstance(value, int) else str(value) or "nothing"


def answers(target, scenario):
    """What @target answers to @scenario, and the registers that were used."""
    target.function_reset()
    port = Port(target)
    with port.at(scenario.__name__):
        scenario(port)
    return {key: text(value) for key, value in port.answers.items()}, port.touched


class Allowed:
    """One line of DIFFERENCES."""

    def __init__(self, number, line):
        fields = [field.strip() for field in line.split("|")]
        if len(fields) != 3 or not all(fields):
            raise SystemExit(f"differences line {number}: '{line}' is not PLACE | WHAT | REASON")
        place, what, _ = fields
        self.number, self.line, self.met = number, line, False
        # [...] are no sets of characters here
        self.place = re.compile(fnmatch.translate(place.replace("[", "[[]")))
        self.mask, self.pair = 0, None
        if what.startswith("bits "):
            self.mask = int(what.removeprefix("bits "), 16)
        elif " -> " in what:
            self.pair = what.split(" -> ")
        else:
            raise SystemExit(f"differences line {number}: '{what}' is neither QEMU -> MODEL nor bits MASK")

    def is_at(self, place):
        return self.place.fullmatch(place) or self.place.fullmatch(place.split("#")[0])

    def is_pair(self, theirs, ours):
        return self.pair and self.pair[0] in ("*", theirs) and self.pair[1] in ("*", ours)


def number(value):
    return int(value, 16) if value.startswith("0x") else None


def covered(entries, theirs, ours):
    """By one pair, or by the bits of all."""
    for entry in entries:
        if entry.is_pair(theirs, ours):
            entry.met = True
            return True
    if number(theirs) is None or number(ours) is None:
        return False
    rest = number(theirs) ^ number(ours)
    for entry in entries:
        entry.met |= bool(rest & entry.mask)
        rest &= ~entry.mask
    return not rest


def read_allowed(path):
    with open(path, encoding="utf-8") as lines:
        return [Allowed(number, line.strip()) for number, line in enumerate(lines, 1)
                if line.strip() and not line.startswith("#")]


def differences(qemu, model, allowed):
    """Lines that say what differs and is not allowed."""
    for place in list(qemu) + [place for place in model if place not in qemu]:
        ours, theirs = model.get(place, "absent"), qemu.get(place, "absent")
        if ours == theirs:
            continue
        if not covered([entry for entry in allowed if entry.is_at(place)], theirs, ours):
            yield f"{place} | {theirs} -> {ours}"


def report(number, name, complaints):
    for line in complaints[:SHOWN]:
        print(f"# {line if len(line) < WIDTH else line[:WIDTH] + '...'}")
    if len(complaints) > SHOWN:
        print(f"# and {len(complaints) - SHOWN} more")
    print(f"{'not ' if complaints else ''}ok {number} - {name}", flush=True)
    return not complaints


def compare(qemu, model, path, source):
    allowed, touched, good = read_allowed(path), set(), True
    print(f"1..{len(scenarios.SCENARIOS) + 3}")
    for number, scenario in enumerate(scenarios.SCENARIOS, 1):
        theirs, used = answers(qemu, scenario)
        ours, _ = answers(model, scenario)
        if scenario is not scenarios.values_after_reset:
            touched |= used
        good &= report(number, f"{scenario.__name__}: {len(theirs)} answers",
                       list(differences(theirs, ours, allowed)))
    number = len(scenarios.SCENARIOS) + 1
    good &= report(number, "every listed difference is one",
                   [f"line {entry.number}: {entry.line}" for entry in allowed if not entry.met])
    good &= report(number + 1, f"all {len(OFFSETS)} registers of the driver are used",
                   [name for name in OFFSETS if name not in touched])
    good &= report(number + 2, "the driver has no other registers",
                   list(driver_source.complaints(source, OFFSETS)))
    return good


def record(qemu, path):
    with open(path, "w", encoding="utf-8") as out:
        for scenario in scenarios.SCENARIOS:
            for place, value in answers(qemu, scenario)[0].items():
                out.write(f"{place} | {value}\n")


def main(arguments):
    recording = len(arguments) == 2 and arguments[0] == "--record"
    if len(arguments) != 3 and not recording:
        print(__doc__, file=sys.stderr)
        return 2
    with closing(Qemu()) as qemu:
        if recording:
            record(qemu, arguments[1])
            return 0
        with closing(Model(arguments[0])) as model:
            return 0 if compare(qemu, model, *arguments[1:]) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
