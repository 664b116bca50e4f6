# SPDX-License-Identifier: GPL-2.0-only
"""One port as a driver sees it; every answer is noted under the place in the script that asked."""

from collections import Counter
from contextlib import contextmanager

from registers import OFFSETS
from target import RAM

PHY_ADDRESS = 1
MDIC_WRITE, MDIC_READ, MDIC_READY, MDIC_ERROR = 1 << 26, 1 << 27, 1 << 28, 1 << 30
EERD_START, EERD_DONE = 1, 2
SWSM_SMBI, SWSM_SWESMBI = 1, 2
PHY_SEMAPHORE, NVM_SEMAPHORE = 2, 1
EECD_REQ, EECD_GNT = 1 << 6, 1 << 7
IGP_PAGE_SELECT = 0x1f
ATTEMPTS = 20


class Port:
    def __init__(self, target):
        self.target = target
        self.answers = {}       # "place/what": value, in the order of the script
        self.touched = set()    # names of registers
        self.counts = Counter()
        self.places = []
        self.free = RAM

    # ---- what the script notes ----

    @contextmanager
    def at(self, place):
        self.places.append(place)
        yield
        self.places.pop()

    def note(self, what, value):
        key = "/".join([*self.places, what])
        self.counts[key] += 1
        if self.counts[key] > 1:
            key += f"#{self.counts[key]}"
        self.answers[key] = value

    @contextmanager
    def unseen(self):
        """What is no part of the question."""
        noted, self.answers = self.answers, {}
        yield
        self.answers = noted

    # ---- registers ----

    def peek(self, name):
        """Reads without a note: for what changes with time."""
        self.touched.add(name)
        return self.target.read(OFFSETS[name])

    def read(self, name):
        value = self.peek(name)
        self.note(name, value)
        return value

    def write(self, name, value):
        self.touched.add(name)
        self.target.write(OFFSETS[name], value & 0xffffffff)

    def change(self, name, clear=0, add=0):
        self.write(name, self.read(name) & ~clear | add)

    def flush(self):
        self.peek("STATUS")

    def wait(self, name, mask, want, delay=0.0):
        for _ in range(ATTEMPTS):
            if self.peek(name) & mask == want:
                return True
            if delay:
                self.target.sleep(delay)
        return False

    def poll(self, name, mask, want, delay=0.0):
        """Notes whether it came to that, not how long it took."""
        self.note(f"{name}&{mask:#x}=={want:#x}", self.wait(name, mask, want, delay))

    # ---- semaphores, NVM and PHY, as the driver takes turns with firmware ----

    def hardware_semaphore(self):
        """SMBI is taken by reading it; whether SWESMBI could be set tells who else had it."""
        free = self.wait("SWSM", SWSM_SMBI, 0)
        self.write("SWSM", self.peek("SWSM") | SWSM_SWESMBI)
        return free and self.wait("SWSM", SWSM_SWESMBI, SWSM_SWESMBI)

    def release_hardware_semaphore(self):
        self.write("SWSM", self.peek("SWSM") & ~(SWSM_SMBI | SWSM_SWESMBI))

    @contextmanager
    def resource(self, bits):
        taken = self.hardware_semaphore()
        others = self.peek("SW_FW_SYNC")
        self.write("SW_FW_SYNC", others | bits)
        self.release_hardware_semaphore()
        yield
        taken = self.hardware_semaphore() and taken
        mine = self.peek("SW_FW_SYNC")
        self.write("SW_FW_SYNC", mine & ~bits)
        self.release_hardware_semaphore()
        self.note("semaphore", taken and others == 0 and mine == bits)

    def nvm_read(self, word, count=1):
        """The words are not noted: content is the board's, and the checksum tells whether it holds."""
        words = []
        with self.at(f"nvm {word:#x}"):
            for offset in range(word, word + count):
                self.write("EERD", offset << 2 | EERD_START)
                done = self.wait("EERD", EERD_DONE, EERD_DONE)
                words.append(self.peek("EERD") >> 16 if done else None)
            self.note("read", None not in words)
        return words if count > 1 else words[0]

    @contextmanager
    def nvm_bus(self):
        """The pins of the NVM, to write it bit by bit."""
        with self.resource(NVM_SEMAPHORE):
            self.write("EECD", self.peek("EECD") | EECD_REQ)
            self.poll("EECD", EECD_GNT, EECD_GNT)
            yield
            self.write("EECD", self.peek("EECD") & ~EECD_REQ)

    def phy_transfer(self, command):
        self.write("MDIC", command | PHY_ADDRESS << 21)
        ready = self.wait("MDIC", MDIC_READY, MDIC_READY)
        value = self.peek("MDIC")
        self.note("MDIC", ready and not value & MDIC_ERROR)
        return value & 0xffff

    def phy_select(self, register):
        if register > 0xf:
            self.phy_transfer(MDIC_WRITE | IGP_PAGE_SELECT << 16 | register & 0xffff)

    def phy_read(self, register):
        with self.at(f"phy {register:#x}"), self.resource(PHY_SEMAPHORE):
            self.phy_select(register)
            value = self.phy_transfer(MDIC_READ | (register & 0x1f) << 16)
            self.note("value", value)
        return value

    def phy_write(self, register, value):
        with self.at(f"phy {register:#x} write"), self.resource(PHY_SEMAPHORE):
            self.phy_select(register)
            self.phy_transfer(MDIC_WRITE | (register & 0x1f) << 16 | value & 0xffff)

    # ---- guest memory ----

    def allocate(self, length, alignment=0x1000):
        address = (self.free + alignment - 1) & -alignment
        self.free = address + length
        self.target.clear_memory(address, length)
        return address
