# SPDX-License-Identifier: GPL-2.0-only
"""The registers of the 82576 that the stock igb driver touches in the life of a port: name to offset.

An array is "NAME(i)"; queues 0 to 3 have the offsets that older drivers know, 4 to 15 the dense ones.
"""

QUEUES = 16
RECEIVE_ADDRESSES = 24
DRIVER_QUEUES = 8       # that the driver uses of them
VECTORS = 10

_SINGLE = """
    CTRL 0x0 STATUS 0x8 EECD 0x10 EERD 0x14 CTRL_EXT 0x18 MDIC 0x20 SCTL 0x24 FCAL 0x28 FCAH 0x2c
    FCT 0x30 CONNSW 0x34 VET 0x38 ICR 0xc0 ICS 0xc8 IMS 0xd0 IMC 0xd8 IAM 0xe0 RCTL 0x100 FCTTV 0x170
    TCTL 0x400 TCTL_EXT 0x404 TIPG 0x410 LEDCTL 0xe00 PBA 0x1000 PBS 0x1008 EEMNGCTL 0x1010
    FRTIMER 0x1048 TCPTIMER 0x104c GPIE 0x1514 EICS 0x1520 EIMS 0x1524 EIMC 0x1528 EIAC 0x152c
    EIAM 0x1530 EICR 0x1580 IVAR_MISC 0x1740 FCRTL 0x2160 FCRTH 0x2168 RXPBS 0x2404 FCRTV 0x2460
    TXPBS 0x3404 TDFH 0x3410 TDFT 0x3418 TDFHS 0x3420 TDFPC 0x3430 DTXSWC 0x3500 WVBR 0x3554 DTXCTL 0x3590
    PCS_CFG0 0x4200 PCS_LCTL 0x4208 PCS_LSTAT 0x420c PCS_ANADV 0x4218 PCS_LPAB 0x421c
    PCS_NPTX 0x4220 PCS_LPABNP 0x4224 RXCSUM 0x5000 RLPML 0x5004 RFCTL 0x5008
    WUC 0x5800 WUFC 0x5808 WUS 0x5810 MRQC 0x5818 VT_CTL 0x581c MANC 0x5820 IPAV 0x5838 WUPL 0x5900
    IMIRVP 0x5ac0 RPLOLR 0x5af0 GCR 0x5b00 FACTPS 0x5b30 SWSM 0x5b50 FWSM 0x5b54 SW_FW_SYNC 0x5b5c
    TSYNCRXCFG 0x5f50 SYSTIML 0xb600 SYSTIMH 0xb604 TIMINCA 0xb608 TSYNCTXCTL 0xb614 TXSTMPL 0xb618
    TXSTMPH 0xb61c TSYNCRXCTL 0xb620 RXSTMPL 0xb624 RXSTMPH 0xb628 TSICR 0xb66c
"""

# Statistics, in the order in which the driver clears them when it has reset the device
STATISTICS = {
    "CRCERRS": 0x4000, "SYMERRS": 0x4008, "MPC": 0x4010, "SCC": 0x4014, "ECOL": 0x4018, "MCC": 0x401c,
    "LATECOL": 0x4020, "COLC": 0x4028, "DC": 0x4030, "SEC": 0x4038, "RLEC": 0x4040, "XONRXC": 0x4048,
    "XONTXC": 0x404c, "XOFFRXC": 0x4050, "XOFFTXC": 0x4054, "FCRUC": 0x4058, "GPRC": 0x4074,
    "BPRC": 0x4078, "MPRC": 0x407c, "GPTC": 0x4080, "GORCL": 0x4088, "GORCH": 0x408c, "GOTCL": 0x4090,
    "GOTCH": 0x4094, "RNBC": 0x40a0, "RUC": 0x40a4, "RFC": 0x40a8, "ROC": 0x40ac, "RJC": 0x40b0,
    "TORL": 0x40c0, "TORH": 0x40c4, "TOTL": 0x40c8, "TOTH": 0x40cc, "TPR": 0x40d0, "TPT": 0x40d4,
    "MPTC": 0x40f0, "BPTC": 0x40f4, "PRC64": 0x405c, "PRC127": 0x4060, "PRC255": 0x4064,
    "PRC511": 0x4068, "PRC1023": 0x406c, "PRC1522": 0x4070, "PTC64": 0x40d8, "PTC127": 0x40dc,
    "PTC255": 0x40e0, "PTC511": 0x40e4, "PTC1023": 0x40e8, "PTC1522": 0x40ec, "ALGNERRC": 0x4004,
    "RXERRC": 0x400c, "TNCRS": 0x4034, "CEXTERR": 0x403c, "TSCTC": 0x40f8, "TSCTFC": 0x40fc,
    "MGTPRC": 0x40b4, "MGTPDC": 0x40b8, "MGTPTC": 0x40bc, "IAC": 0x4100, "ICRXOC": 0x4124,
    "ICRXPTC": 0x4104, "ICRXATC": 0x4108, "ICTXPTC": 0x410c, "ICTXATC": 0x4110, "ICTXQEC": 0x4118,
    "ICTXQMTC": 0x411c, "ICRXDMTC": 0x4120, "CBTMPC": 0x402c, "HGORCL": 0x4128, "HGORCH": 0x412c,
    "HGOTCL": 0x4130, "HGOTCH": 0x4134, "LENERRS": 0x4138,
}

# name, first offset, count, stride
_ARRAYS = (
    ("MTA", 0x5200, 128, 4), ("VFTA", 0x5600, 128, 4), ("UTA", 0xa000, 128, 4),
    ("RETA", 0x5c00, 32, 4), ("RSSRK", 0x5c80, 10, 4), ("EITR", 0x1680, VECTORS, 4),
    ("IVAR0", 0x1700, 8, 4), ("PSRTYPE", 0x5480, 8, 4), ("VMOLR", 0x5ad0, 8, 4),
    ("IMIR", 0x5a80, 8, 4), ("IMIREXT", 0x5aa0, 8, 4), ("ETQF", 0x5cb0, 8, 4), ("SPQF", 0x59c0, 8, 4),
    ("FTQF", 0x59e0, 8, 4), ("IP4AT", 0x5840, 3, 8), ("IP6AT", 0x5880, 4, 4),
    ("WUPM", 0x5a00, 32, 4), ("FFMT", 0x9000, 128, 8), ("FFVT", 0x9800, 128, 8), ("FFLT", 0x5f00, 4, 8),
)

# name, offset for queue 0 (0x100 apart), offset of the dense ones (0x40 apart)
_PER_QUEUE = (
    ("RDBAL", 0x2800, 0xc000), ("RDBAH", 0x2804, 0xc004), ("RDLEN", 0x2808, 0xc008),
    ("SRRCTL", 0x280c, 0xc00c), ("RDH", 0x2810, 0xc010), ("RXCTL", 0x2814, 0xc014),
    ("RDT", 0x2818, 0xc018), ("RXDCTL", 0x2828, 0xc028), ("TDBAL", 0x3800, 0xe000),
    ("TDBAH", 0x3804, 0xe004), ("TDLEN", 0x3808, 0xe008), ("TDH", 0x3810, 0xe010),
    ("TXCTL", 0x3814, 0xe014), ("TDT", 0x3818, 0xe018), ("TXDCTL", 0x3828, 0xe028),
    ("TDWBAL", 0x3838, 0xe038), ("TDWBAH", 0x383c, 0xe03c),
)


def _table():
    words = _SINGLE.split()
    table = {name: int(offset, 16) for name, offset in zip(words[::2], words[1::2])}
    table.update(STATISTICS)
    for name, first, count, stride in _ARRAYS:
        table.update({f"{name}({i})": first + i * stride for i in range(count)})
    for name, sparse, dense in _PER_QUEUE:
        for i in range(QUEUES):
            table[f"{name}({i})"] = sparse + i * 0x100 if i < 4 else dense + i * 0x40
    for i in range(DRIVER_QUEUES):
        table[f"RQDPC({i})"] = 0xc030 + i * 0x40
    for i in range(RECEIVE_ADDRESSES):
        base = 0x5400 + i * 8 if i < 16 else 0x54e0 + (i - 16) * 8
        table[f"RAL({i})"], table[f"RAH({i})"] = base, base + 4
    return table


OFFSETS = _table()
