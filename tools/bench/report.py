# SPDX-License-Identifier: GPL-2.0-only
"""report.py SAMPLES...: rows from the samples of the scripts in tools/bench, to build/bench.json and as a table.
report.py --rst: the table in build/bench.json as reStructuredText."""

import json
import statistics
import sys

RESULT = "build/bench.json"


def storage_rows(mtu, suffix):
    """Rows 5 and 5b of one MTU. "In frames" is with TCP's segments cut before they pass the link."""
    return [(ident + suffix, f"NVMe ÷ {peer}, {job}, MTU {mtu}", f"vrc_{sample}_iops_{mtu}", "IO/s",
             f"{floor}_{sample}_iops_{mtu}", goal)
            for ident, peer, floor, job, sample, goal in (
                ("5-qd1", "nvmet-tcp", "tcp", "4 KiB reads, QD1", "qd1", ">= 1.5"),
                ("5-qd32", "nvmet-tcp", "tcp", "4 KiB reads, QD32", "qd32", ">= 1.2"),
                ("5-read", "nvmet-tcp", "tcp", "128 KiB reads", "read", ">= 1.0"),
                ("5-write", "nvmet-tcp", "tcp", "128 KiB writes", "write", ">= 1.0"),
                ("5-read-cut", "nvmet-tcp in frames", "cut", "128 KiB reads", "read", None),
                ("5-write-cut", "nvmet-tcp in frames", "cut", "128 KiB writes", "write", None),
                ("5b-qd1", "QEMU's own", "near", "4 KiB reads, QD1", "qd1", ">= 0.7"),
                ("5b-qd32", "QEMU's own", "near", "4 KiB reads, QD32", "qd32", ">= 1.0"),
            )]


def net_rows(mtu, suffix):
    """Rows 6 and 7 of one MTU, that of the link between root and card."""
    return [(ident + suffix, f"82576 ÷ QEMU's igb, {what}, MTU {mtu}", f"vrc-{sample}_{mtu}", unit,
             f"local-{sample}_{mtu}", goal)
            for ident, what, sample, unit, goal in (
                ("6-out", "ping from the VM", "ping-out", "ms", "<= 1.5"),
                ("6-in", "ping to the VM", "ping-in", "ms", "<= 1.5"),
                ("7-out", "TCP from the VM", "tcp-out", "Mbit/s", ">= 0.8"),
                ("7-in", "TCP to the VM", "tcp-in", "Mbit/s", ">= 0.8"),
            )]


# The suffix of a row's id, by MTU
BOTH_MTUS = ((1500, ""), (9000, "-9000"))
# id, name, sample, unit, sample of the floor, goal. The goal is that of the ratio where there is a floor.
ROWS = (
    ("1", "BAR read ÷ ping-pong", "read_ns", "ns", "pingpong_ns", "<= 1.0"),
    ("1-frames", "frames per BAR read", "read_frames", "frames", None, "<= 3"),
    ("2", "posted BAR write ÷ ping-pong", "write_ns", "ns", "pingpong_ns", "<= 0.15"),
    ("2-frames", "frames per posted BAR write", "write_frames", "frames", None, "<= 2"),
    ("2-burst", "posted BAR writes back to back ÷ ping-pong", "burst_ns", "ns", "pingpong_ns", None),
    ("2-burst-frames", "frames per posted BAR write back to back", "burst_frames", "frames", None, "<= 2"),
    ("3-1500", "DMA writes ÷ AF_PACKET stream, MTU 1500", "write1500", "MB/s", "stream1500", ">= 0.9"),
    ("3-9000", "DMA writes ÷ AF_PACKET stream, MTU 9000", "write9000", "MB/s", "stream9000", ">= 0.9"),
    ("4-1500", "DMA reads ÷ AF_PACKET stream, MTU 1500", "read1500", "MB/s", "stream1500", ">= 0.85"),
    ("4-9000", "DMA reads ÷ AF_PACKET stream, MTU 9000", "read9000", "MB/s", "stream9000", ">= 0.85"),
    *(row for mtu, suffix in BOTH_MTUS for row in storage_rows(mtu, suffix)),
    *(row for mtu, suffix in BOTH_MTUS for row in net_rows(mtu, suffix)),
    ("8-qd1", "frames per 4 KiB NVMe read, QD1", "nvme_qd1_frames_1500", "frames", None, "<= 8"),
    ("8-qd1-data", "of these with TLPs, QD1", "nvme_qd1_data_1500", "frames", None, None),
    ("8-qd1-again", "frames sent again in all reads, QD1", "nvme_qd1_again_1500", "frames", None, None),
    ("8-qd32", "frames per 4 KiB NVMe read, QD32", "nvme_qd32_frames_1500", "frames", None, "<= 6"),
    ("8-qd32-data", "of these with TLPs, QD32", "nvme_qd32_data_1500", "frames", None, None),
    ("8-qd32-again", "frames sent again in all reads, QD32", "nvme_qd32_again_1500", "frames", None, None),
    ("9-100", "BAR read at 100 functions ÷ at 1", "read_tenth", "ns", "read_one", "<= 1.05"),
    ("9-1000", "BAR read at 1,000 functions ÷ at 1", "read_all", "ns", "read_one", "<= 1.05"),
    ("10-idle", "kernel memory of an enumerated function", "idle", "bytes", None, "<= 16384"),
    ("10-vm", "kernel memory of a function with a VM of 1 GiB", "vm", "bytes", None, "<= 4194304"),
    ("11", "scan of 1,000 stations ÷ 1,000 × that of one", "scan_all", "ns", "scan_linear", "<= 1.2"),
    ("12", "DMA writes of two functions on two CPUs ÷ one", "two", "MB/s", "one", ">= 1.7"),
    ("dma-fast-qd1", "DMA answered in softirq, NVMe QD1", "nvme_qd1_dma_fast_1500", "of 1", None, ">= 0.95"),
    ("dma-fast-qd32", "DMA answered in softirq, NVMe QD32", "nvme_qd32_dma_fast_1500", "of 1", None, ">= 0.95"),
    ("dma-fast-guest", "DMA answered in softirq, guest's whole life", "guest_dma_fast_1500", "of 1", None, ">= 0.95"),
)
COLUMNS = ("#", "figure", "value", "floor", "ratio", "goal", "met", "spread", "runs")


def read_samples(paths):
    samples = {}
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                name, value = line.split()
                samples.setdefault(name, []).append(float(value))
    return samples


def is_met(value, goal):
    relation, limit = goal.split()
    return value <= float(limit) if relation == "<=" else value >= float(limit)


def spread(values):
    middle = statistics.median(values)
    return (max(values) - min(values)) / middle if middle else 0.0


def ratios(values, floors):
    """Of each run what was measured side by side, where both were measured as often."""
    if len(values) == len(floors):
        return [value / floor for value, floor in zip(values, floors)]
    return [value / statistics.median(floors) for value in values]


def make_row(samples, ident, name, sample, unit, floor, goal):
    values = samples[sample]
    value = statistics.median(values)
    bottom = statistics.median(samples[floor]) if floor else None
    judged = ratios(values, samples[floor]) if floor else values
    ratio = statistics.median(judged) if floor else None
    return {
        "id": ident,
        "name": name,
        "value": value,
        "unit": unit,
        "floor": bottom,
        "ratio": ratio,
        "goal": goal,
        "met": is_met(statistics.median(judged), goal) if goal else None,
        "spread": spread(judged),
        "runs": len(values),
    }


def number(value):
    if value is None:
        return "–"
    return f"{value:.0f}" if value >= 1000 or value == int(value) else f"{value:.3f}"


def cells(row):
    goal = (row["goal"] or "–").replace("<=", "≤").replace(">=", "≥")
    met = {True: "yes", False: "NO", None: "–"}[row["met"]]
    value = f"{number(row['value'])} {row['unit']}"
    return (row["id"], row["name"], value, number(row["floor"]), number(row["ratio"]), goal, met,
            f"{row['spread'] * 100:.1f} %", str(row["runs"]))


def print_table(rows, rule):
    lines = [COLUMNS] + [cells(row) for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(COLUMNS))]
    ruler = "  ".join("=" * width for width in widths)
    if rule:
        print(ruler)
    for i, line in enumerate(lines):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
        if rule and i == 0:
            print(ruler)
    if rule:
        print(ruler)


def print_rst():
    with open(RESULT, encoding="utf-8") as result:
        rows = json.load(result)
    print(".. SPDX-License-Identifier: GPL-2.0-only")
    print(".. Made by tools/bench/run --rst.")
    print()
    print_table(rows, True)


def main(args):
    if args == ["--rst"]:
        print_rst()
        return
    samples = read_samples(args)
    rows = [make_row(samples, *row) for row in ROWS]
    with open(RESULT, "w", encoding="utf-8") as result:
        json.dump(rows, result, indent=1, ensure_ascii=False)
        result.write("\n")
    print_table(rows, False)


main(sys.argv[1:])
