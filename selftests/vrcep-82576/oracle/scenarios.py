# SPDX-License-Identifier: GPL-2.0-only
"""The script: what is asked of both devices. Each scenario starts with a function level reset."""

import own_tests
import traffic
from driver import Driver
from frames import BROADCAST, PEER, ethernet, pattern
from registers import OFFSETS, QUEUES
from states import after_reset, opened, served
from target import MAC

# Reading changes these by itself.
TIMERS = {"FRTIMER", "TCPTIMER", "SYSTIML", "SYSTIMH"}
WRITE_ONLY = {f"UTA({i})" for i in range(128)}


def values_after_reset(port):
    for name in OFFSETS:
        if name not in TIMERS | WRITE_ONLY:
            port.read(name)


def io_window(port):
    target = port.target
    for name in ("CTRL", "STATUS", "RAL(0)"):
        target.io_write(0, OFFSETS[name])
        port.note(f"IOADDR {name}", target.io_read(0))
        port.note(f"IODATA {name}", target.io_read(4))
    target.io_write(0, OFFSETS["FCTTV"])
    target.io_write(4, 0x1234)
    port.read("FCTTV")


def life(port):
    """Probe, open, a little traffic, ethtool -d and -S, down, suspend."""
    driver = Driver(port)
    driver.probe()
    driver.open()
    driver.wait_for_link()
    link_lost_and_found(port, driver)
    driver.dump()
    out_of_sync(port, driver)
    driver.kick()
    port.note("messages kicked", port.target.messages())
    served(port, driver)
    transmit(port, driver)
    receive(port, driver)
    driver.statistics("statistics after traffic")
    driver.statistics("statistics are clear again")
    driver.down()
    driver.shutdown(wake=True)
    driver.shutdown(wake=False)


def link_lost_and_found(port, driver):
    with port.at("link again"):
        port.target.messages()
        port.peek("ICR")
        port.write("EIMS", driver.vectors)
        port.write("IMS", 1 << 2)
        port.phy_write(0, port.phy_read(0) | 1 << 9)
        driver.wait_for_link()
        port.note("messages", port.target.messages())
        port.read("ICR")
        served(port, driver)


def out_of_sync(port, driver):
    """On this cause the driver also asks which pool has misbehaved."""
    with port.at("out of sync"):
        port.target.messages()
        port.write("ICS", 1 << 28)
        port.note("messages", port.target.messages())
        port.read("ICR")
        port.read("WVBR")
        served(port, driver)


def transmit(port, driver):
    ring = driver.tx[0]
    with port.at("transmit"):
        for length, pieces in ((60, 1), (61, 2), (1514, 1), (1000, 3), (256, 1), (512, 4)):
            ring.frame(ethernet(PEER, MAC, 0x88b5, pattern(length - 14, length)), pieces=pieces)
        ring.frame(ethernet(BROADCAST, MAC, 0x88b5, pattern(50)))
        ring.frame(ethernet(bytes.fromhex("01005e000001"), MAC, 0x88b5, pattern(50)))
        ring.ring()
        ring.finish("ring")
        for i, frame in enumerate(port.target.received()):
            port.note(f"frame {i}", frame.hex())
        port.note("messages", port.target.messages())
        port.read("EICR")
        port.read("ICR")
        served(port, driver)


def receive(port, driver):
    ring = driver.rx[0]
    with port.at("receive"):
        for name, target in (("unicast", MAC), ("broadcast", BROADCAST), ("stranger", PEER),
                             ("multicast", bytes.fromhex("01005e000001"))):
            for length in (60, 1514):
                port.target.send(ethernet(target, PEER, 0x88b5, pattern(length - 14, length)))
            ring.take(name)
        port.note("messages", port.target.messages())
        port.read("EICR")
        port.read("ICR")
        served(port, driver)


def clock(port):
    """The clock of IEEE 1588 runs at the rate of TIMINCA, and can be set."""
    driver = after_reset(port)
    driver.timestamps()

    def now():
        low = port.peek("SYSTIML")
        return port.peek("SYSTIMH") << 32 | low

    before = now()
    port.target.sleep(0.1)
    elapsed = now() - before >> 19
    port.note("tenth of a second", 0.09e9 < elapsed < 2e9)
    port.write("SYSTIML", 0)
    port.write("SYSTIMH", 0)
    port.note("set back", now() >> 19 < 0.1e9)
    port.peek("FRTIMER")
    port.peek("TCPTIMER")


def nvm_pins(port):
    with port.nvm_bus():
        port.read("EECD")


def every_bit(port):
    """Which bits of the registers that the driver writes can be written."""
    plain = ("FCAL FCAH FCT VET FCTTV FCRTL FCRTH FCRTV TIPG TCTL_EXT LEDCTL RXPBS TXPBS DTXCTL RXCSUM "
             "RLPML RFCTL MRQC VT_CTL WUFC IPAV GPIE EIAC EIAM IAM IVAR_MISC DTXSWC RPLOLR "
             "TSYNCRXCFG TSYNCTXCTL TSYNCRXCTL TIMINCA SW_FW_SYNC MANC").split()
    arrays = {"MTA": 128, "VFTA": 128, "RETA": 32, "RSSRK": 10, "IVAR0": 8, "EITR": 10, "VMOLR": 8,
              "PSRTYPE": 8, "RAL": 24, "RAH": 24, "ETQF": 8, "FTQF": 8, "SPQF": 8, "IMIR": 8, "IMIREXT": 8,
              "IP4AT": 3, "IP6AT": 4, "SRRCTL": QUEUES, "RDLEN": QUEUES, "TDLEN": QUEUES, "TDWBAL": QUEUES,
              "TDWBAH": QUEUES, "RDH": QUEUES, "TDH": QUEUES, "TXCTL": QUEUES, "RXCTL": QUEUES}
    for name in plain + [f"{n}({i})" for n, count in arrays.items() for i in range(count)]:
        for value in (0xffffffff, 0):
            port.write(name, value)
            port.read(name)


def reset_keeps(port):
    """What CTRL.RST leaves as it was, and what it does not."""
    opened(port, length=64)
    port.write("RXPBS", 0x48)
    port.write("TXPBS", 0x20)
    with port.unseen():
        Driver(port).reset_hardware()
    for name in ("RXPBS", "TXPBS", "RAL(0)", "RAH(0)", "RCTL", "TCTL", "CTRL", "CTRL_EXT", "STATUS", "GPIE",
                 "EIMS", "IMS", "EIAC", "EIAM", "EITR(1)", "IVAR0(0)", "IVAR_MISC", "MRQC", "RDBAL(0)",
                 "RDLEN(0)", "RDT(0)", "RXDCTL(0)", "TXDCTL(0)", "TDLEN(0)", "SRRCTL(0)", "VET", "RXCSUM",
                 "VMOLR(0)", "WUC", "WUFC", "LEDCTL", "DTXCTL", "RSSRK(0)", "RETA(0)"):
        port.read(name)


SCENARIOS = (
    values_after_reset, io_window, life, own_tests.register_test, own_tests.interrupt_test_msix,
    own_tests.interrupt_test_vectors, own_tests.interrupt_test_msi, own_tests.interrupt_test_intx,
    own_tests.extended_causes, own_tests.loopback_test, own_tests.link_test, own_tests.carrier,
    traffic.one_message, traffic.one_pin, traffic.transmit_offloads, traffic.segmentation,
    traffic.receive_checksums, traffic.receive_filters, traffic.jumbo, traffic.several_queues,
    traffic.no_descriptors, clock, nvm_pins, every_bit, reset_keeps)
