# SPDX-License-Identifier: GPL-2.0-only
"""Frames both ways, with offloads, filters and all kinds of interrupts."""

import struct

import frames
from frames import BROADCAST, ICMP, PEER, TCP, UDP, ethernet, pattern
from registers import DRIVER_QUEUES
from rings import TX_TSE, TX_VLE
from states import opened
from target import MAC

OPTION_IP, OPTION_L4 = 1 << 8, 2 << 8
CONTEXT_IP4, CONTEXT_TCP = 1 << 10, 1 << 11

# ---- traffic with one interrupt ----

def one_interrupt(port, kind):
    """The driver's handler: ICR, then the rings, then IMS."""
    driver = opened(port, interrupts=kind)

    def handle(place):
        with port.at(place):
            port.note(kind, port.target.pin() if kind == "intx" else port.target.messages())
            port.read("ICR")
            port.read("IMS")
            port.note("pin", port.target.pin())
            driver.tx[0].finish("sent")
            driver.rx[0].take("received")
            driver.enable_interrupts(kind)

    for turn in range(3):
        with port.at(f"turn {turn}"):
            driver.tx[0].frame(ethernet(PEER, MAC, 0x88b5, pattern(100)))
            driver.tx[0].ring()
            handle("transmit")
            port.target.send(ethernet(MAC, PEER, 0x88b5, pattern(100)))
            handle("receive")
            driver.kick()
            handle("kick")
    with port.at("down"):
        driver.disable_interrupts()
        port.target.send(ethernet(MAC, PEER, 0x88b5, pattern(100)))
        handle("masked")


def one_message(port):
    one_interrupt(port, "msi")


def one_pin(port):
    one_interrupt(port, "intx")


# ---- traffic with offloads ----

def context(ring, mac=14, network=20, command=0, mss=0, l4=0, vlan=0):
    ring.context(vlan << 16 | mac << 9 | network, command, mss << 16 | l4 << 8)


def note_frames(port):
    for i, frame in enumerate(port.target.received()):
        port.note(f"frame {i}", frame.hex())


def transmit_offloads(port):
    driver = opened(port)
    ring = driver.tx[0]
    segments = {"udp": frames.udp(pattern(100)), "tcp": frames.tcp(pattern(333))}
    for name, protocol in (("udp", UDP), ("tcp", TCP)):
        segment, at = segments[name], frames.CHECK_AT[protocol]
        for version, pseudo, wrap, network in (
                (4, frames.pseudo4, lambda p, s: frames.ip4(p, s, check=0), 20),
                (6, frames.pseudo6, frames.ip6, 40)):
            with port.at(f"{name} over IPv{version}"):
                seed = frames.checksum(pseudo(protocol, len(segment))) ^ 0xffff
                body = segment[:at] + struct.pack(">H", seed) + segment[at + 2:]
                context(ring, network=network, command=(CONTEXT_IP4 if version == 4 else 0)
                        | (CONTEXT_TCP if protocol == TCP else 0))
                ring.frame(ethernet(PEER, MAC, 0x0800 if version == 4 else 0x86dd, wrap(protocol, body)),
                           options=OPTION_L4 | (OPTION_IP if version == 4 else 0))
                ring.ring()
                ring.finish("ring")
                note_frames(port)
    with port.at("vlan"):
        context(ring, vlan=0x2064)
        ring.frame(ethernet(PEER, MAC, 0x88b5, pattern(100)), flags=TX_VLE)
        ring.ring()
        ring.finish("ring")
        note_frames(port)
    driver.statistics()


def segmentation(port):
    driver = opened(port)
    ring = driver.tx[0]
    data = pattern(4000)
    for version, pseudo, wrap, network, kind in (
            (4, frames.pseudo4, lambda s: frames.ip4(TCP, s, check=0, length=0), 20, 0x0800),
            (6, frames.pseudo6, lambda s: frames.ip6(TCP, s, length=0), 40, 0x86dd)):
        with port.at(f"IPv{version}"):
            seed = frames.checksum(pseudo(TCP, 0)) ^ 0xffff
            # No PSH: QEMU would lose it in the last segment, too, and the whole frame would differ.
            segment = frames.tcp(data, check=seed, flags=0x10)
            context(ring, network=network, mss=1448, l4=20,
                    command=CONTEXT_TCP | (CONTEXT_IP4 if version == 4 else 0))
            ring.frame(ethernet(PEER, MAC, kind, wrap(segment)), flags=TX_TSE, pieces=4,
                       options=OPTION_L4 | (OPTION_IP if version == 4 else 0), payload=len(data))
            ring.ring()
            ring.finish("ring")
            note_frames(port)
    driver.statistics()


def receive_checksums(port):
    driver = opened(port)
    ring = driver.rx[0]
    ip4, ip6 = 0x0800, 0x86dd
    for name, kind, packet in (
            ("udp4", ip4, frames.transport4(UDP, frames.udp(pattern(64)))),
            ("tcp4", ip4, frames.transport4(TCP, frames.tcp(pattern(64)))),
            ("icmp4", ip4, frames.transport4(ICMP, struct.pack(">BBHHH", 8, 0, 0, 1, 1) + pattern(56))),
            ("udp6", ip6, frames.transport6(UDP, frames.udp(pattern(64)))),
            ("tcp6", ip6, frames.transport6(TCP, frames.tcp(pattern(64)))),
            ("udp4 no checksum", ip4, frames.ip4(UDP, frames.udp(pattern(64)))),
            ("udp4 bad", ip4, frames.ip4(UDP, frames.udp(pattern(64), check=0x1111))),
            ("tcp4 bad", ip4, frames.ip4(TCP, frames.tcp(pattern(64), check=0x1111))),
            ("tcp6 bad", ip6, frames.ip6(TCP, frames.tcp(pattern(64), check=0x1111))),
            ("ip4 bad", ip4, frames.ip4(UDP, frames.udp(pattern(64)), wrong=1)),
            ("fragment", ip4, frames.ip4(UDP, pattern(64), fragment=0x2000)),
            ("arp", 0x0806, pattern(46)),
            ("ptp", 0x88f7, pattern(46))):
        port.target.send(ethernet(MAC, PEER, kind, packet))
        ring.take(name)
    driver.statistics()


def receive_filters(port):
    driver = opened(port)
    ring = driver.rx[0]
    other, group = bytes.fromhex("020000000077"), bytes.fromhex("01005e010203")

    def offer(place):
        with port.at(place):
            for name, frame in (("own", ethernet(MAC, PEER, 0x88b5, pattern(50))),
                                ("other", ethernet(other, PEER, 0x88b5, pattern(50))),
                                ("group", ethernet(group, PEER, 0x88b5, pattern(50))),
                                ("all", ethernet(BROADCAST, PEER, 0x88b5, pattern(50))),
                                ("vlan 5", ethernet(MAC, PEER, 0x88b5, pattern(50), vlan=5)),
                                ("vlan 0", ethernet(MAC, PEER, 0x88b5, pattern(50), vlan=0xe000))):
                port.target.send(frame)
                ring.fill(ring.take(name))
            for name in ("GPRC", "BPRC", "MPRC", "TPR", "ROC", "RNBC", "MPC"):
                port.read(name)

    offer("as opened")
    port.write("VFTA(0)", 1 << 5)
    offer("vlan 5")
    port.write("VFTA(0)", 1)
    driver.set_address(1, other)
    port.change("RAH(1)", add=1 << 18)
    offer("second address")
    driver.set_address(1, bytes(6))
    hashed = (group[4] >> 4 | group[5] << 4) & 0xfff
    port.write(f"MTA({hashed >> 5})", 1 << (hashed & 31))
    port.change("VMOLR(0)", add=1 << 25)
    offer("multicast table")
    port.write(f"MTA({hashed >> 5})", 0)
    driver.receive_mode(1 << 4)
    offer("all multicast")
    driver.receive_mode(3 << 3)
    offer("promiscuous")
    driver.receive_mode()
    port.change("RCTL", clear=1 << 15)
    port.change("VMOLR(0)", clear=1 << 27)
    offer("no broadcast")
    driver.vlan_mode(False)
    offer("tags stay")


def jumbo(port):
    driver = opened(port)
    for length in (1518, 1519, 3000, 9014):
        port.target.send(ethernet(MAC, PEER, 0x88b5, pattern(length - 14, length)))
        driver.rx[0].fill(driver.rx[0].take(f"{length} bytes"))
    with port.at("transmit"):
        driver.tx[0].frame(ethernet(PEER, MAC, 0x88b5, pattern(9000)), pieces=3)
        driver.tx[0].ring()
        driver.tx[0].finish("ring")
        note_frames(port)
    driver.statistics()


def several_queues(port):
    driver = opened(port, queues=DRIVER_QUEUES)
    for i in range(16):
        packet = frames.transport4(TCP, frames.tcp(pattern(40), ports=(1000 + 17 * i, 80)))
        port.target.send(ethernet(MAC, PEER, 0x0800, packet))
        packet = frames.transport6(UDP, frames.udp(pattern(40), ports=(3000 + 5 * i, 53)))
        port.target.send(ethernet(MAC, PEER, 0x86dd, packet))
    for i, ring in enumerate(driver.rx):
        ring.take(f"queue {i}")
    for i, ring in enumerate(driver.tx):
        with port.at(f"queue {i}"):
            ring.frame(ethernet(PEER, MAC, 0x88b5, pattern(100, i)))
            ring.ring()
            ring.finish("ring")
            note_frames(port)
    port.note("messages", port.target.messages())
    port.read("EICR")
    driver.statistics()


def no_descriptors(port):
    driver = opened(port, length=64)
    ring = driver.rx[0]
    for i in range(70):
        port.target.send(ethernet(MAC, PEER, 0x88b5, pattern(50, i)))
    taken = ring.take("first")
    for name in ("MPC", "RNBC", "RQDPC(0)", "GPRC", "TPR"):
        port.read(name)
    ring.fill(taken)
    port.target.sleep(0.05)
    ring.take("after more came")
