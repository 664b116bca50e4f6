# SPDX-License-Identifier: GPL-2.0-only
"""The driver's own tests, those of ethtool -t: registers, interrupts, loopback, link."""

from driver import GPIE_MSIX
from frames import PEER, ethernet, pattern
from registers import QUEUES
from states import after_reset, opened, served
from target import MAC

CTRL_LOOPBACK_BITS = 1 << 6 | 1 | 2 << 8 | 3 << 11

PATTERNS = (0x5a5a5a5a, 0xa5a5a5a5, 0, 0xffffffff)
# name, count (0: not an array), mask that must read back, mask that is written
PATTERN_TESTS = (
    ("FCAL", 0, 0xffffffff, 0xffffffff), ("FCAH", 0, 0xffff, 0xffffffff), ("FCT", 0, 0xffff, 0xffffffff),
    ("VET", 0, 0xffffffff, 0xffffffff), ("RDBAL", 16, 0xffffff80, 0xffffffff),
    ("RDBAH", 16, 0xffffffff, 0xffffffff), ("RDLEN", 16, 0xffff0, 0xfffff),
    ("RDT", 16, 0xffff, 0xffff), ("FCRTH", 0, 0xfff0, 0xfff0), ("FCTTV", 0, 0xffff, 0xffff),
    ("TIPG", 0, 0x3fffffff, 0x3fffffff), ("TDBAL", 16, 0xffffff80, 0xffffffff),
    ("TDBAH", 16, 0xffffffff, 0xffffffff), ("TDLEN", 16, 0xffff0, 0xfffff),
    ("RAL", 24, 0xffffffff, 0xffffffff), ("RAH", 24, 0x83ffffff, 0xffffffff),
    ("MTA", 128, 0xffffffff, 0xffffffff),
)
SET_TESTS = (("RCTL", 0xffffffff, 0), ("RCTL", 0x04cfb0fe, 0x003ffffb), ("RCTL", 0x04cfb0fe, 0xffffffff),
             ("TCTL", 0xffffffff, 0))
STATUS_TOGGLE = 0x7ffff3ff
QUEUE_ENABLE = 1 << 25


def names_of(name, count):
    return [f"{name}({i})" for i in range(count)] if count else [name]


def enable_receive_queues(port, value):
    for i in range(QUEUES):
        port.write(f"RXDCTL({i})", value)


def register_test(port):
    after_reset(port)
    with port.at("status"):
        before = port.read("STATUS")
        port.write("STATUS", STATUS_TOGGLE)
        port.note("as before", port.peek("STATUS") & STATUS_TOGGLE == before & STATUS_TOGGLE)
        port.write("STATUS", before)
    for name, count, mask, written in PATTERN_TESTS:
        # The driver has all queues enabled then, wherever the test before has put their rings.
        if name == "RDT":
            enable_receive_queues(port, QUEUE_ENABLE)
        for register in names_of(name, count):
            with port.at("pattern"):
                for value in PATTERNS:
                    port.write(register, value & written)
                    got = port.read(register)
                    port.note(f"{register} holds", got & mask == value & written & mask)
        if name == "RDT":
            enable_receive_queues(port, 0)
    for register, mask, value in SET_TESTS:
        with port.at("set"):
            port.write(register, value & mask)
            port.note(f"{register} holds", port.read(register) & mask == value & mask)


ICS_MASK = 0x77d4fbfd


def interrupt_test(port, kind, several_vectors=False):
    """As the driver does it: each cause masked, alone, and all but it; seen by what arrives.

    With MSI-X it leaves GPIE as it is after a reset: all goes to vector 0.
    """
    after_reset(port)
    port.target.interrupts(kind)
    if kind == "msix":
        if several_vectors:
            port.write("GPIE", GPIE_MSIX)
        port.write("IVAR_MISC", 0x80 << 8)
        port.write("EIMS", 1)
    port.write("IMC", 0xffffffff)
    port.flush()
    port.target.messages()
    for bit in range(31):
        mask = 1 << bit
        if not mask & ICS_MASK:
            continue
        with port.at(f"cause {bit}"):
            for place, masked, enabled, caused in (("masked", mask, 0, mask), ("alone", 0, mask, mask),
                                                   ("all but this", ~mask, 0, ~mask)):
                port.write("ICR", 0xffffffff)
                port.write("IMC", masked)
                port.write("IMS", enabled)
                port.write("ICS", caused)
                port.flush()
                with port.at(place):
                    interrupted(port, kind, several_vectors)


def interrupted(port, kind, several_vectors):
    """The handler reads ICR, if there was an interrupt."""
    happened = port.target.pin() if kind == "intx" else port.target.messages()
    port.note(kind, happened)
    port.read("IMS")
    if happened:
        port.read("ICR")
    if kind == "intx":
        port.note("pin after that", port.target.pin())
    if several_vectors:
        port.read("EICR")
        port.write("EIMS", 1)


def interrupt_test_msix(port):
    interrupt_test(port, "msix")


def interrupt_test_vectors(port):
    interrupt_test(port, "msix", several_vectors=True)


def interrupt_test_msi(port):
    interrupt_test(port, "msi")


def interrupt_test_intx(port):
    interrupt_test(port, "intx")


def extended_causes(port):
    """EICS, masks, auto clear and auto mask, with every vector."""
    after_reset(port)
    port.target.interrupts("msix")
    port.write("GPIE", GPIE_MSIX)
    for auto_clear, auto_mask in ((0, 0), (0x3ff, 0), (0, 0x3ff), (0x3ff, 0x3ff)):
        with port.at(f"EIAC {auto_clear:#x} EIAM {auto_mask:#x}"):
            port.write("EIAC", auto_clear)
            port.write("EIAM", auto_mask)
            for vector in range(10):
                port.write("EIMS", 1 << vector)
                port.write("EICS", 1 << vector)
                port.note(f"vector {vector}", port.target.messages())
                port.read("EIMS")
                port.read("EICR")
                port.read("EIMS")
            port.write("EIMC", 0xffffffff)
            port.write("EICS", 0x3ff)
            port.note("masked", port.target.messages())
            port.write("EIMS", 0x3ff)
            port.note("unmasked", port.target.messages())
            port.write("EICR", 0xffffffff)
            port.read("EICR")
            port.write("EIMC", 0xffffffff)


def loopback_test(port):
    driver = after_reset(port)
    ring_length = 256
    with port.at("rings"):
        port.write("TXDCTL(0)", 0)
        port.write("TCTL", port.peek("TCTL") | 0x0100010a)
        tx = driver.configure_tx(0, ring_length)
        port.write("MRQC", 0)
        port.write("RCTL", 1 << 1 | 1 << 5 | 1 << 15 | 1 << 26)
        rx = driver.configure_rx(0, ring_length)
        rx.fill(ring_length - 1)
    with port.at("loopback on"):
        port.phy_write(0, 0x4140)
        port.change("CTRL", clear=3 << 8, add=CTRL_LOOPBACK_BITS)
        port.target.sleep(0.5)
        port.read("STATUS")
    frame = b"\xff" * 128 + b"\xaa" * 127 + b"\0"
    frame = frame[:138] + b"\xbe\xaa\xaf" + frame[141:]
    for turn in range(3):
        with port.at(f"turn {turn}"):
            for _ in range(64):
                tx.frame(frame)
            tx.ring()
            tx.finish("sent")
            port.target.sleep(0.05)
            rx.fill(rx.take("came back"))
    port.note("on the wire", len(port.target.received()))
    with port.at("loopback off"):
        port.change("RCTL", clear=3 << 6)
        port.phy_write(0, port.phy_read(0) & ~0x4000)
        port.phy_write(0, port.phy_read(0) | 0x8000)
        port.phy_read(0)


def link_test(port):
    driver = after_reset(port)
    driver.wait_for_link()
    port.read("STATUS")


def carrier(port):
    """The cable is pulled, and plugged in again."""
    driver = opened(port)
    for place, up in (("pulled", False), ("plugged in", True)):
        with port.at(place):
            port.target.carrier(up)
            if up:
                driver.wait_until_up()
            port.note("messages", port.target.messages())
            port.read("ICR")
            port.read("STATUS")
            port.phy_read(1)
            port.phy_read(1)
            served(port, driver)
            port.target.send(ethernet(MAC, PEER, 0x88b5, pattern(50)))
            driver.rx[0].take("ring")
