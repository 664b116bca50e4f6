# SPDX-License-Identifier: GPL-2.0-only
"""Descriptor rings in guest memory: advanced descriptors, as the driver writes them."""

import struct

BUFFER = 2048
TX_EOP, TX_IFCS, TX_TSE, TX_RS, TX_DEXT, TX_VLE = 1 << 24, 1 << 25, 1 << 31, 1 << 27, 1 << 29, 1 << 30
TX_DATA, TX_CONTEXT = 3 << 20, 2 << 20
DONE = 1
PATIENCE = 50


class Ring:
    def __init__(self, port, queue, length):
        self.port, self.queue, self.length = port, queue, length
        self.base = port.allocate(length * 16)
        self.next = 0           # that software fills
        self.clean = 0          # that software looks at

    def put(self, descriptor):
        self.port.target.write_memory(self.base + 16 * self.next, descriptor)
        self.next = (self.next + 1) % self.length

    def get(self, index):
        return self.port.target.read_memory(self.base + 16 * index, 16)


class TxRing(Ring):
    def data(self, address, length, flags, payload=None, options=0):
        self.put(struct.pack("<QII", address, flags | length | TX_DATA | TX_DEXT,
                             (length if payload is None else payload) << 14 | options))

    def context(self, lengths, command, sizes=0):
        """@lengths VLAN, MAC and IP; @command type of packet; @sizes MSS and L4 header."""
        self.put(struct.pack("<IIII", lengths, 0, command | TX_CONTEXT | TX_DEXT, sizes))

    def frame(self, frame, flags=0, options=0, pieces=1, payload=None):
        address = self.port.allocate(len(frame), 64)
        self.port.target.write_memory(address, frame)
        step = -(-len(frame) // pieces)
        total = len(frame) if payload is None else payload
        for offset in range(0, len(frame), step):
            last = offset + step >= len(frame)
            self.data(address + offset, min(step, len(frame) - offset),
                      TX_IFCS | flags | (TX_EOP | TX_RS if last else 0), total, options)

    def ring(self):
        self.port.write(f"TDT({self.queue})", self.next)

    def finish(self, place):
        """Waits until the last descriptor was written back, and notes how the ring looks."""
        port, last = self.port, (self.next - 1) % self.length
        for _ in range(PATIENCE):
            if struct.unpack_from("<I", self.get(last), 12)[0] & DONE:
                break
            port.target.sleep(0.005)
        with port.at(place):
            while self.clean != self.next:
                port.note(f"descriptor {self.clean}",
                          struct.unpack_from("<I", self.get(self.clean), 12)[0] & DONE)
                self.clean = (self.clean + 1) % self.length
            port.read(f"TDH({self.queue})")
            port.read(f"TDT({self.queue})")


class RxRing(Ring):
    def __init__(self, port, queue, length):
        super().__init__(port, queue, length)
        self.buffers = port.allocate(length * BUFFER)

    def fill(self, count):
        for _ in range(count):
            self.put(struct.pack("<QQ", self.buffers + BUFFER * self.next, 0))
        self.port.write(f"RDT({self.queue})", self.next)

    def take(self, place):
        """Notes every descriptor that was used: the write-back in words, and the data; returns how many."""
        port, taken = self.port, 0
        with port.at(place):
            for _ in range(self.length):
                descriptor = self.get(self.clean)
                packet, hash_, status, length, vlan = struct.unpack("<IIIHH", descriptor)
                if not status & DONE:
                    break
                port.note("type", packet)
                port.note("hash", hash_)
                port.note("status", status)
                port.note("length", length)
                port.note("vlan", vlan)
                port.note("data", port.target.read_memory(
                    self.buffers + BUFFER * self.clean, min(length, BUFFER)).hex())
                self.clean = (self.clean + 1) % self.length
                taken += 1
            port.read(f"RDH({self.queue})")
            port.read(f"RDT({self.queue})")
        return taken
