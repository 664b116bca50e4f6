# SPDX-License-Identifier: GPL-2.0-only
"""The two devices that the oracle compares, behind one interface: QEMU's own igb, and vrcep's model.

Both are driven through QEMU's qtest protocol; of the model, selftests/vrcep-82576/replay.c speaks it.
"""

import socket
import struct
import subprocess
import tempfile
import time

from frames import on_the_wire

RAM = 0x140000000       # guest memory that both have; above 4 GiB on purpose
MAC = bytes.fromhex("525400825760")
SETTLE = 0.005          # seconds that QEMU's main loop gets to carry a frame or a timer


class TargetError(Exception):
    """The device under test does not answer as the protocol says."""


class Target:
    """A process that takes commands on its standard input and answers each with a line."""

    def __init__(self, command, **kwargs):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, bufsize=1, **kwargs)

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        while True:
            answer = self.process.stdout.readline().split(maxsplit=1)
            if not answer or answer[0] not in ("OK", "IRQ"):
                raise TargetError(f"'{command}' was answered with '{' '.join(answer)}'")
            if answer[0] == "OK":
                return answer[1].strip() if len(answer) > 1 else ""

    def read_memory(self, address, length):
        return bytes.fromhex(self.ask(f"read {address:#x} {length:#x}")[2:])

    def clear_memory(self, address, length):
        self.ask(f"memset {address:#x} {length:#x} 0x0")

    def write_memory(self, address, data):
        self.ask(f"write {address:#x} {len(data):#x} 0x{data.hex()}")

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Qemu(Target):
    """-device igb in a machine whose processor is halted: only the device and its timers run."""

    name = "qemu"
    SLOT = 2
    BARS = ((0, 0xe0000000), (1, 0xe0040000), (2, 0xc000), (3, 0xe0080000))
    MESSAGES = RAM - 0x10000    # interrupts are written here, one word a vector
    COMMAND = 0x4

    def __init__(self):
        self.wire, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.wire.setblocking(False)
        self.monitor, console = socket.socketpair()
        self.firmware = tempfile.NamedTemporaryFile()
        self.firmware.write(bytes(0xfff0) + b"\xfa\xf4\xeb\xfd" + bytes(12))     # cli; hlt; jmp to hlt
        self.firmware.flush()
        super().__init__(
            ["qemu-system-x86_64", "-M", "q35", "-m", "6G", "-nodefaults", "-display", "none",
             "-bios", self.firmware.name, "-qtest", "stdio", "-qtest-log", "none",
             "-netdev", f"dgram,id=wire,local.type=fd,local.str={other.fileno()}",
             "-chardev", f"socket,id=console,fd={console.fileno()}", "-mon", "chardev=console",
             "-device", f"igb,addr={self.SLOT},netdev=wire,mac={MAC.hex(':')}"],
            pass_fds=(other.fileno(), console.fileno()))
        other.close()
        console.close()
        for bar, address in self.BARS:
            self.config_write(0x10 + 4 * bar, address)
        self.config_write(self.COMMAND, 0x7)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.wire.close()
        self.monitor.close()
        self.firmware.close()

    def config_address(self, offset):
        self.ask(f"outl 0xcf8 {0x80000000 | self.SLOT << 11 | offset & 0xfc:#x}")

    def config_read(self, offset):
        self.config_address(offset)
        return int(self.ask("inl 0xcfc"), 16)

    def config_write(self, offset, value):
        self.config_address(offset)
        self.ask(f"outl 0xcfc {value:#x}")

    def capability(self, wanted):
        offset = self.config_read(0x34) & 0xff
        while offset:
            header = self.config_read(offset)
            if header & 0xff == wanted:
                return offset
            offset = header >> 8 & 0xff
        raise TargetError(f"QEMU's igb has no capability {wanted:#x}")

    def read(self, offset):
        return int(self.ask(f"readl {self.BARS[0][1] + offset:#x}"), 16)

    def write(self, offset, value):
        self.ask(f"writel {self.BARS[0][1] + offset:#x} {value:#x}")

    def io_read(self, port):
        return int(self.ask(f"inl {self.BARS[2][1] + port:#x}"), 16)

    def io_write(self, port, value):
        self.ask(f"outl {self.BARS[2][1] + port:#x} {value:#x}")

    def turn(self):
        """Each answer is a turn of QEMU's main loop; in two it also looks at wire and timers."""
        for _ in range(3):
            self.ask("inl 0xcf8")

    def sleep(self, seconds):
        time.sleep(seconds)
        self.turn()

    def function_reset(self):
        pcie = self.capability(0x10)
        self.config_write(pcie + 8, self.config_read(pcie + 8) | 0x8000)
        for bar, address in self.BARS:
            self.config_write(0x10 + 4 * bar, address)
        self.config_write(self.COMMAND, 0x7)

    def interrupts(self, kind):
        """@kind of interrupts from now on: msix, msi or intx."""
        msix, msi = self.capability(0x11), self.capability(0x05)
        self.write_memory(self.MESSAGES, bytes(4 * 10))
        for vector in range(10):
            entry = self.BARS[3][1] + 16 * vector
            for word, value in enumerate((self.MESSAGES + 4 * vector & 0xffffffff,
                                          self.MESSAGES + 4 * vector >> 32, 1, 0)):
                self.ask(f"writel {entry + 4 * word:#x} {value:#x}")
        self.config_write(msix, self.config_read(msix) & 0x3fffffff | (kind == "msix") << 31)
        self.config_write(msi + 4, self.MESSAGES & 0xffffffff)
        self.config_write(msi + 8, self.MESSAGES >> 32)
        self.config_write(msi + 12, 1)
        self.config_write(msi, self.config_read(msi) & 0xff8effff | (kind == "msi") << 16)

    def messages(self):
        """The vectors that were signalled since the last time."""
        self.sleep(SETTLE)
        words = struct.unpack("<10I", self.read_memory(self.MESSAGES, 4 * 10))
        self.write_memory(self.MESSAGES, bytes(4 * 10))
        return [vector for vector, word in enumerate(words) if word]

    def pin(self):
        return bool(self.config_read(self.COMMAND) & 1 << 19)

    def carrier(self, up):
        self.monitor.send(f"set_link wire {'on' if up else 'off'}\n".encode())
        self.sleep(SETTLE)

    def send(self, frame):
        self.wire.send(frame)
        self.turn()

    def received(self):
        """What the device has put on the wire."""
        frames = []
        self.turn()
        while True:
            try:
                frames.append(self.wire.recv(65536))
            except BlockingIOError:
                return frames


class Model(Target):
    """vrcep's 82576 over a replaced core."""

    name = "vrcep"

    def __init__(self, program):
        super().__init__([program, MAC.hex(":")])

    def read(self, offset):
        return int(self.ask(f"readl {offset:#x}"), 16)

    def write(self, offset, value):
        self.ask(f"writel {offset:#x} {value:#x}")

    def io_read(self, port):
        return int(self.ask(f"inl {port:#x}"), 16)

    def io_write(self, port, value):
        self.ask(f"outl {port:#x} {value:#x}")

    def sleep(self, seconds):
        self.ask(f"clock_step {int(seconds * 1e9)}")

    def function_reset(self):
        self.ask("function_reset")

    def interrupts(self, kind):
        self.ask(f"interrupts {kind}")

    def messages(self):
        self.sleep(SETTLE)
        return [int(vector) for vector in self.ask("messages").split()]

    def pin(self):
        return self.ask("pin") == "1"

    def carrier(self, up):
        self.ask(f"carrier {int(up)}")

    def send(self, frame):
        self.ask(f"send 0x{frame.hex()}")

    def received(self):
        return [frame for data in self.ask("received").split()
                for frame in on_the_wire(bytes.fromhex(data))]
