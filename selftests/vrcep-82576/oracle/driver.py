# SPDX-License-Identifier: GPL-2.0-only
"""The register accesses of Linux' igb driver (6.1 to 7.3) on an 82576, from probe to remove."""

from registers import QUEUES, RECEIVE_ADDRESSES, STATISTICS
from rings import RxRing, TxRing
from target import MAC

CTRL_MASTER_DISABLE, CTRL_SLU, CTRL_RST, CTRL_PHY_RST = 1 << 2, 1 << 6, 1 << 26, 1 << 31
CTRL_FORCED, CTRL_FLOW_CONTROL, CTRL_VME = 3 << 11, 3 << 27, 1 << 30
STATUS_MASTER_ENABLE, STATUS_LU = 1 << 19, 2
EECD_AUTO_RD, EECD_PRES = 1 << 9, 1 << 8
RCTL_EN, RCTL_LPE, RCTL_LOOPBACK, RCTL_BAM = 1 << 1, 1 << 5, 3 << 6, 1 << 15
RCTL_VFE, RCTL_CFIEN, RCTL_SECRC = 1 << 18, 1 << 19, 1 << 26
RCTL_PROMISCUOUS = 3 << 3
TCTL_EN, TCTL_PSP, TCTL_RTLC = 1 << 1, 1 << 3, 1 << 24
QUEUE_ENABLE = 1 << 25
TXDCTL_THRESHOLDS = 8 | 1 << 8 | 1 << 16
RXDCTL_THRESHOLDS = 8 | 8 << 8 | 1 << 16
SRRCTL_2048_ONE_BUFFER = 256 << 2 | 2 | 1 << 25
CTRL_EXT_DRV_LOAD = 1 << 28
GPIE_MSIX = 1 << 31 | 1 << 30 | 1 << 4 | 1
IVAR_VALID = 0x80
IMS_MSIX = 1 << 2 | 1 << 28 | 1 << 30           # LSC, DOUTSYNC, DRSTA
IMS_LEGACY = 1 << 0 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 7 | 1 << 28 | 1 << 30
RSS_KEY = [0xda565a6d, 0xc20e5b25, 0x3d256741, 0xb08fa343, 0xcb2bcad0,
           0xb4307bae, 0xa32dcb77, 0x0cf23080, 0x3bb7426a, 0xfa01acbe]
BMCR_POWER_DOWN, BMCR_AUTONEG, BMCR_RESTART, BMCR_LOOPBACK = 1 << 11, 1 << 12, 1 << 9, 1 << 14
BMSR_LINK = 1 << 2


class Driver:
    def __init__(self, port, queues=1):
        self.port = port
        self.queues = queues
        self.vectors = 0
        self.tx, self.rx = [], []

    # ---- probe ----

    def probe(self):
        port = self.port
        with port.at("probe"):
            with port.at("identify"):
                port.write("CTRL_EXT", port.read("CTRL_EXT"))
                port.read("EECD")
                port.read("STATUS")
                port.phy_read(2)
                port.phy_read(3)
            self.reset_hardware()
            with port.at("nvm"):
                words = port.nvm_read(0, 0x40)
                port.note("checksum", sum(word or 0 for word in words) & 0xffff)
                # Other words are a board's own, the address is not: it must be what the registers say.
                port.note("address", b"".join((word or 0).to_bytes(2, "little") for word in words[:3]) == MAC)
                port.nvm_read(0x43)
            with port.at("address"):
                port.read("RAL(0)")
                port.read("RAH(0)")
            self.management()
            self.reset()
            with port.at("ready"):
                port.change("CTRL_EXT", add=CTRL_EXT_DRV_LOAD)
                port.peek("SYSTIML")
                port.peek("SYSTIMH")
                port.read("TSICR")
                # So that the end of autonegotiation falls into no other step
                self.wait_until_up()

    def management(self):
        with self.port.at("management"):
            for name in ("MANC", "FWSM", "FACTPS", "EEMNGCTL"):
                self.port.read(name)

    def reset_hardware(self):
        port = self.port
        with port.at("reset hardware"):
            port.change("CTRL", add=CTRL_MASTER_DISABLE)
            port.poll("STATUS", STATUS_MASTER_ENABLE, 0)
            port.read("GCR")
            port.write("IMC", 0xffffffff)
            port.write("RCTL", 0)
            port.write("TCTL", TCTL_PSP)
            port.flush()
            port.write("CTRL", port.read("CTRL") | CTRL_RST)
            port.target.sleep(0.01)
            port.poll("EECD", EECD_AUTO_RD, EECD_AUTO_RD, 0.001)
            port.poll("EECD", EECD_PRES, EECD_PRES)
            port.write("IMC", 0xffffffff)
            port.read("ICR")
            with port.at("alternate address"):
                port.nvm_read(0x37)

    def reset(self):
        port = self.port
        with port.at("reset"):
            port.read("RXPBS")
            self.reset_hardware()
            port.write("WUC", 0)
            self.initialize()
            self.set_address(0, MAC)
            with port.at("flow control"):
                port.change("CTRL", clear=CTRL_FLOW_CONTROL)
            port.write("VET", 0x8100)
            self.timestamps()
            self.phy_information()

    def initialize(self):
        port = self.port
        with port.at("initialize"):
            port.nvm_read(4)
            port.read("LEDCTL")
            for i in range(128):
                port.write(f"VFTA({i})", 0)
            for i in range(RECEIVE_ADDRESSES):
                self.set_address(i, MAC if i == 0 else bytes(6))
            for i in range(128):
                port.write(f"MTA({i})", 0)
                port.write(f"UTA({i})", 0)
            self.setup_link()
            for name in STATISTICS:
                port.read(name)

    def set_address(self, index, address):
        low, high = int.from_bytes(address[:4], "little"), int.from_bytes(address[4:], "little")
        self.port.write(f"RAL({index})", low)
        self.port.flush()
        self.port.write(f"RAH({index})", high | (any(address) << 31))
        self.port.flush()

    def setup_link(self):
        port = self.port
        with port.at("link"):
            port.change("CTRL", clear=CTRL_FORCED, add=CTRL_SLU)
            self.phy_reset()
            with port.at("smart speed"):
                port.phy_write(0x19, port.phy_read(0x19) & ~2)
                port.phy_write(0x12, port.phy_read(0x12) & ~0x2000 | 0x1000)
            with port.at("autonegotiation"):
                port.phy_write(9, port.phy_read(9) & ~0x1000)
                advertised, gigabit = port.phy_read(4), port.phy_read(9)
                port.phy_write(4, advertised & ~0x1e0 & ~0xc00 | 0x1e0)
                port.phy_write(9, gigabit & ~0x300 | 0x200)
                port.phy_write(0, port.phy_read(0) | BMCR_AUTONEG | BMCR_RESTART)
            port.nvm_read(0xf)
            port.write("FCT", 0x8808)
            port.write("FCAH", 0x100)
            port.write("FCAL", 0x00c28001)
            port.write("FCTTV", 0xffff)
            port.write("FCRTL", 0)
            port.write("FCRTH", 0)

    def phy_reset(self):
        port = self.port
        with port.at("phy reset"):
            port.read("MANC")
            with port.resource(2):
                ctrl = port.read("CTRL")
                port.write("CTRL", ctrl | CTRL_PHY_RST)
                port.flush()
                port.target.sleep(0.01)
                port.write("CTRL", ctrl)
                port.flush()
            port.poll("EEMNGCTL", 1 << 18, 1 << 18)
            port.poll("EECD", EECD_PRES, EECD_PRES)

    def timestamps(self):
        port = self.port
        with port.at("timestamps"):
            port.change("TSYNCTXCTL", clear=0x10)
            port.change("TSYNCRXCTL", clear=0x1e)
            port.write("TSYNCRXCFG", 0)
            port.write("ETQF(3)", 0)
            port.write("FTQF(3)", 0xf0000000)
            port.flush()
            for name in ("TXSTMPL", "TXSTMPH", "RXSTMPL", "RXSTMPH"):
                port.read(name)
            port.write("TIMINCA", 1 << 24 | 16 << 19)
            port.flush()

    def phy_information(self):
        port = self.port
        with port.at("phy information"):
            port.phy_read(1)
            if port.phy_read(1) & BMSR_LINK:
                port.phy_read(0x11)
                port.phy_read(0xb4)
                for channel in (0x11b1, 0x12b1, 0x14b1, 0x18b1):
                    port.phy_read(channel)
                port.phy_read(0xa)

    # ---- open ----

    def open(self, interrupts="msix", length=256):
        port = self.port
        port.target.interrupts(interrupts)
        with port.at("open"):
            port.phy_write(0, port.phy_read(0) & ~BMCR_POWER_DOWN)
            self.configure(length)
            if interrupts == "msix":
                self.configure_vectors()
            else:
                self.assign(0, 0)
            port.read("TSICR")
            port.read("ICR")
            self.enable_interrupts(interrupts)

    def configure(self, length):
        port = self.port
        with port.at("configure"):
            port.change("CTRL_EXT", add=CTRL_EXT_DRV_LOAD)
            self.receive_mode()
            self.vlan_mode(True)
            port.write("TXDCTL(0)", 0)
            tctl = port.read("TCTL")
            port.change("TCTL", clear=0x3ff000, add=63 << 12)
            port.flush()
            port.write("TCTL", tctl & ~0xff0 | 15 << 4 | TCTL_PSP | TCTL_RTLC | TCTL_EN)
            self.receive_side_scaling()
            rctl = port.read("RCTL") & ~(3 << 12 | RCTL_LOOPBACK | 1 << 2 | 3 << 16)
            port.write("RXDCTL(0)", 0)
            port.write("RCTL", rctl | RCTL_EN | RCTL_BAM | RCTL_SECRC | RCTL_LPE)
            self.tx = [self.configure_tx(i, length) for i in range(self.queues)]
            for i in range(4):
                port.write(f"PSRTYPE({i})", 0)
            self.rx = [self.configure_rx(i, length) for i in range(self.queues)]
            port.change("RFCTL", add=1 << 16)
            for ring in self.rx:
                ring.fill(length - 1)

    def receive_mode(self, extra=0):
        port = self.port
        with port.at("receive mode"):
            rctl = port.read("RCTL") & ~(RCTL_PROMISCUOUS | RCTL_VFE)
            port.write("RCTL", rctl | (extra or RCTL_VFE))
            port.write("RLPML", 0x2600)
            for i in range(128):
                port.write(f"UTA({i})", 0xffffffff if extra & 8 else 0)
            port.change("VMOLR(0)", clear=0x16003fff, add=0x12600)

    def vlan_mode(self, strip):
        port = self.port
        with port.at("vlan mode"):
            port.change("CTRL", clear=CTRL_VME, add=CTRL_VME if strip else 0)
            port.change("RCTL", clear=RCTL_CFIEN)
            port.change("VMOLR(0)", clear=1 << 30, add=strip << 30)
            port.write("VFTA(0)", 1)

    def receive_side_scaling(self):
        port = self.port
        with port.at("rss"):
            for i, word in enumerate(RSS_KEY):
                port.write(f"RSSRK({i})", word)
            for i in range(32):
                entries = [(4 * i + j) * self.queues // 128 for j in range(4)]
                port.write(f"RETA({i})", sum(e << 8 * j for j, e in enumerate(entries)))
            port.change("RXCSUM", add=1 << 13 | 1 << 11)
            port.change("DTXCTL", add=1 << 3)
            port.change("RPLOLR", add=1 << 30)
            port.change("DTXSWC", clear=1 << 31)
            port.change("VT_CTL", clear=1 << 30)
            port.write("MRQC", 0x00370002)

    def configure_tx(self, i, length):
        port, ring = self.port, TxRing(self.port, i, length)
        port.write(f"TDLEN({i})", length * 16)
        port.write(f"TDBAL({i})", ring.base)
        port.write(f"TDBAH({i})", ring.base >> 32)
        port.write(f"TDH({i})", 0)
        port.write(f"TDT({i})", 0)
        port.write(f"TXDCTL({i})", TXDCTL_THRESHOLDS | QUEUE_ENABLE)
        return ring

    def configure_rx(self, i, length):
        port, ring = self.port, RxRing(self.port, i, length)
        port.write(f"RXDCTL({i})", 0)
        port.write(f"RDBAL({i})", ring.base)
        port.write(f"RDBAH({i})", ring.base >> 32)
        port.write(f"RDLEN({i})", length * 16)
        port.write(f"RDH({i})", 0)
        port.write(f"RDT({i})", 0)
        port.write(f"SRRCTL({i})", SRRCTL_2048_ONE_BUFFER)
        port.change(f"VMOLR({i & 7})", clear=1 << 17 | 1 << 27,
                    add=1 << 31 | 1 << 24 | (1 << 27 if i == 0 else 0) | (self.queues > 1 and i == 0) << 17)
        port.write(f"RXDCTL({i})", RXDCTL_THRESHOLDS | QUEUE_ENABLE)
        return ring

    # ---- interrupts ----

    def configure_vectors(self):
        port = self.port
        with port.at("vectors"):
            port.write("GPIE", GPIE_MSIX)
            port.write("IVAR_MISC", IVAR_VALID << 8)
            self.vectors = 1
            for i in range(self.queues):
                self.assign(i, i + 1)
                self.vectors |= 2 << i
                port.write(f"EITR({i + 1})", 648 | 1 << 31)
            port.flush()

    def assign(self, queue, vector):
        name, shift = f"IVAR0({queue & 7})", (queue & 8) << 1
        for part in (shift, shift + 8):
            self.port.change(name, clear=0xff << part, add=(vector | IVAR_VALID) << part)

    def enable_interrupts(self, kind):
        port = self.port
        with port.at("enable interrupts"):
            if kind == "msix":
                port.change("EIAC", add=self.vectors)
                port.change("EIAM", add=self.vectors)
                port.write("EIMS", self.vectors)
                port.write("IMS", IMS_MSIX)
            else:
                port.write("IMS", IMS_LEGACY)
                port.write("IAM", IMS_LEGACY)

    def disable_interrupts(self):
        port = self.port
        with port.at("disable interrupts"):
            if self.vectors:
                port.change("EIAM", clear=self.vectors)
                port.write("EIMC", self.vectors)
                port.change("EIAC", clear=self.vectors)
            port.write("IAM", 0)
            port.write("IMC", 0xffffffff)
            port.flush()

    # ---- the watchdog ----

    def wait_until_up(self):
        self.port.target.sleep(0.01)
        self.port.note("link", any(self.link() for _ in range(100)))

    def link(self):
        if self.port.peek("STATUS") & STATUS_LU:
            return True
        self.port.target.sleep(0.05)
        return False

    def wait_for_link(self):
        port = self.port
        with port.at("wait for link"):
            self.wait_until_up()
            with port.at("up"):
                port.phy_read(1)
                port.phy_read(1)
                port.phy_read(0x13)
                for register in (1, 1, 4, 5):
                    port.phy_read(register)
                port.change("CTRL", clear=CTRL_FLOW_CONTROL)
                port.read("STATUS")
                port.read("CTRL")
                port.phy_read(0xa)

    def statistics(self, place="statistics"):
        port = self.port
        with port.at(place):
            for i in range(self.queues):
                port.read(f"RQDPC({i})")
            for name in STATISTICS:
                port.read(name)
            port.read("CTRL_EXT")
            port.read("MANC")

    def kick(self):
        """What the watchdog does so that no interrupt is lost."""
        if self.vectors:
            self.port.write("EICS", self.vectors & ~1)
        else:
            self.port.write("ICS", 1 << 4)

    # ---- ethtool -d, the end ----

    def dump(self, place="dump"):
        changing = {"FRTIMER", "TCPTIMER"}
        single = ("CTRL STATUS CTRL_EXT MDIC SCTL CONNSW VET LEDCTL PBA PBS FRTIMER TCPTIMER EECD EICS "
                  "EIMS EIMC EIAC EIAM ICS IMS IMC IAC IAM IMIRVP FCAL FCAH FCTTV FCRTL FCRTH FCRTV RCTL "
                  "RXCSUM RLPML RFCTL MRQC VT_CTL TCTL TCTL_EXT TIPG DTXCTL WUC WUFC WUS IPAV WUPL "
                  "PCS_CFG0 PCS_LCTL PCS_LSTAT PCS_ANADV PCS_LPAB PCS_NPTX PCS_LPABNP TDFH TDFT TDFHS "
                  "TDFPC").split()
        per_queue = ("SRRCTL RDBAL RDBAH RDLEN RDH RDT RXDCTL TDBAL TDBAH TDLEN TDH TDT TXDCTL TDWBAL "
                     "TDWBAH").split()
        arrays = {"PSRTYPE": 8, "EITR": 10, "IMIR": 8, "IMIREXT": 8, "RAL": 16, "RAH": 16, "TXCTL": 4,
                  "IP4AT": 3, "IP6AT": 4, "WUPM": 32, "FFMT": 128, "FFVT": 128, "FFLT": 4}
        port = self.port
        with port.at(place):
            for name in single:
                port.peek(name) if name in changing else port.read(name)
            for i in range(QUEUES):
                for name in per_queue:
                    port.read(f"{name}({i})")
            for name, count in arrays.items():
                for i in range(count):
                    port.read(f"{name}({i})")

    def down(self):
        port = self.port
        with port.at("down"):
            port.change("RCTL", clear=RCTL_EN)
            port.change("TCTL", clear=TCTL_EN)
            port.flush()
            port.target.sleep(0.01)
            self.disable_interrupts()
            self.statistics()
            self.reset()
            port.change("CTRL_EXT", clear=CTRL_EXT_DRV_LOAD)
            port.phy_write(0, port.phy_read(0) | BMCR_POWER_DOWN)

    def shutdown(self, wake):
        """Suspend or power off with Wake-on-LAN on magic packets, or without."""
        port = self.port
        with port.at("shutdown"):
            port.read("STATUS")
            if wake:
                port.change("CTRL", add=1 << 20)
                port.change("CTRL", add=CTRL_MASTER_DISABLE)
                port.poll("STATUS", STATUS_MASTER_ENABLE, 0)
            port.write("WUC", 2 if wake else 0)
            port.write("WUFC", 2 if wake else 0)
            for name in ("WUC", "WUFC", "WUS", "CTRL"):
                port.read(name)
            port.write("WUS", 0xffffffff)
            port.read("WUS")
