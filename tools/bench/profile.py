# SPDX-License-Identifier: GPL-2.0-only
"""profile.py [--rst] STEPS COUNTS SYMBOLS OUT: where the instructions of each step go. STEPS is what tools/bench/steps
has printed, COUNTS what insns.so has written, SYMBOLS a directory with kallsyms, vrcep.maps and vrcep.nm. Prints a
table by group; OUT/STEP gets the functions of a step, those that take most first."""

import bisect
import collections
import re
import sys

# What a function belongs to; the first that fits.
GROUPS = (
    ("vrcep", r"^\[vrcep\]"),
    ("vrc.ko: arq", r"^\[vrc\] (vrc_arq|take_|arm_rto|deliver$|measure|update_rto|set_rto|find_lost|wants_ack)"),
    ("vrc.ko: frame and TLP", r"^\[vrc\] vrc_(frame|tlp)_"),
    ("vrc.ko: the rest", r"^\[vrc\]"),
    ("measuring program, C library", r"^\[user\]|^\[library\]"),
    ("veth", r"^\[veth\]"),
    ("AF_PACKET", r"(^|\] )_*(t?packet_|prb_)|tpacket"),
    ("scheduler, wake-up", r"sched|wake_up|wakeup|ttwu|enqueue|dequeue|pick_|__switch_to|switch_mm|update_curr|"
        r"_entity|update_load|cpu_util|prepare_to|finish_wait|wait_woken|se_|_se$|context_switch|rq_|_rq|"
        r"place_|update_cfs|vruntime|psi_|avg_vruntime|cpuacct|balance|select_task|finish_task|load_avg|"
        r"update_min|check_preempt|resched|task_tick|update_se|cgroup|eligible"),
    ("timers and clock", r"hrtimer|timer|timerqueue|ktime|clock|tick_|lapic|rb_|tsc|pvclock|vdso|calc_"),
    ("skb memory", r"kmem_cache|kmalloc|kfree|slab|skb_clone|alloc_skb|__alloc|build_skb|consume_skb|skb_release|"
        r"kfree_skb|skb_free|sock_wfree|sock_alloc|page_frag|memset|memcg|free_head|napi_skb|skb_copy|skb_set_owner"),
    ("network core", r"skb|dev_|netif|napi|net_|qdisc|sch_|pfifo|eth_|neigh|xmit|deliver_|rcv|validate|__dev"),
    ("softirq", r"softirq|_bh|tasklet|irq_exit|irq_enter|do_irq"),
    ("epoll, sockets, files", r"epoll|ep_|sock|sys_|fd|vfs|fput|fget|file|security|rw_verify|apparmor|import_|iov|"
        r"msg|copy_|vfio|poll|pread|pwrite"),
    ("entry and exit of calls", r"entry|syscall|do_syscall|exit_to|syscall_|irqentry|asm_|sysret|error_"),
    ("locks, RCU", r"lock|rcu|mutex|_raw_"),
)

OTHER = "kernel, the rest"


def load_symbols(path):
    """Sorted lists of addresses and of names; modules' names begin with [MODULE]."""
    found = []
    with open(f"{path}/kallsyms", encoding="utf-8") as lines:
        for line in lines:
            fields = line.split()
            if fields[1] in "tTwW":
                prefix = fields[3] + " " if len(fields) > 3 else ""
                found.append((int(fields[0], 16), prefix + fields[2]))
    found.sort()
    return [address for address, _ in found], [name for _, name in found]


class Vrcep:
    """Where vrcep was, and what is in it. A block has the address that it had when it was translated: code that
    processes share, as that of the C library, may have been translated for any of them."""

    def __init__(self, path):
        self.maps = []
        with open(f"{path}/vrcep.maps", encoding="utf-8") as lines:
            for line in lines:
                fields = line.split()
                if "x" in fields[1] and len(fields) > 5:
                    start, end = (int(part, 16) for part in fields[0].split("-"))
                    self.maps.append((start, end, int(fields[2], 16), fields[5]))
        symbols = []
        with open(f"{path}/vrcep.nm", encoding="utf-8") as lines:
            for line in lines:
                address, kind, name = line.split()
                if kind in "tT":
                    symbols.append((int(address, 16), name))
        symbols.sort()
        self.addresses = [address for address, _ in symbols]
        self.names = [name for _, name in symbols]

    def name(self, address):
        for start, end, offset, path in self.maps:
            if not start <= address < end:
                continue
            if not path.endswith("/vrcep"):
                return f"[library] {path.rsplit('/', 1)[-1]}"
            at = bisect.bisect_right(self.addresses, address - start + offset) - 1
            return f"[vrcep] {self.names[at]}"
        return "[user]"


def read_sections(path):
    """One counter of addresses a section."""
    sections = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("section"):
                sections.append(collections.Counter())
                continue
            address, insns = line.split()
            sections[-1][int(address, 16)] += int(insns)
    return sections


def read_steps(path):
    with open(path, encoding="utf-8") as lines:
        return [(name, int(operations)) for name, operations, _ in (line.split() for line in lines)]


def group_of(name):
    for group, pattern in GROUPS:
        if re.search(pattern, name):
            return group
    return OTHER


def write_functions(path, functions, operations):
    with open(path, "w", encoding="utf-8") as out:
        for name, insns in functions.most_common():
            out.write(f"{insns / operations:10.1f}  {name}\n")


def name_of(address, symbols, vrcep):
    addresses, names = symbols
    if address < 1 << 63:
        return vrcep.name(address)
    return names[bisect.bisect_right(addresses, address) - 1]


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


def main(args):
    rst = args[0] == "--rst"
    steps, counts, path, out = args[1:] if rst else args
    symbols, vrcep = load_symbols(path), Vrcep(path)
    steps, sections = read_steps(steps), read_sections(counts)
    if len(steps) != len(sections):
        sys.exit(f"profile: {len(steps)} steps and {len(sections)} sections")
    columns = []
    for (step, operations), section in zip(steps, sections):
        functions, groups = collections.Counter(), collections.Counter()
        for address, insns in section.items():
            name = name_of(address, symbols, vrcep)
            functions[name] += insns
            groups[group_of(name)] += insns / operations
        write_functions(f"{out}/{step}", functions, operations)
        columns.append(groups)
    names = [group for group, _ in GROUPS] + [OTHER]
    lines = [[""] + [step for step, _ in steps], ["all"] + [f"{sum(groups.values()):.0f}" for groups in columns]]
    lines += [[name] + [f"{groups[name]:.0f}" for groups in columns] for name in names]
    if rst:
        print(".. SPDX-License-Identifier: GPL-2.0-only")
        print(".. Made by tools/bench/profile --rst.")
        print()
    print_table(lines, rst)


main(sys.argv[1:])
