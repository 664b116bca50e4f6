/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Intel 82576EB: register offsets within BAR 0 and the bits that have a meaning
 * here, by the names of the data sheet (section 8). The receive and transmit
 * queues are at their primary addresses; i82576_io.c maps the aliases to them.
 */
#ifndef VRCEP_I82576_REGS_H
#define VRCEP_I82576_REGS_H

#define BIT(n)			(1u << (n))

/* ---- 8.2 general control ---- */

#define I82576_CTRL		0x0000
#define  CTRL_FD		BIT(0)
#define  CTRL_GIO_MASTER_DISABLE BIT(2)
#define  CTRL_SLU		BIT(6)
#define  CTRL_ILOS		BIT(7)
#define  CTRL_SPEED_SHIFT	8
#define  CTRL_SPEED_MASK	(3u << 8)
#define  CTRL_FRCSPD		BIT(11)
#define  CTRL_FRCDPLX		BIT(12)
#define  CTRL_ADVD3WUC		BIT(20)
#define  CTRL_RST		BIT(26)
#define  CTRL_RFCE		BIT(27)
#define  CTRL_TFCE		BIT(28)
#define  CTRL_DEV_RST		BIT(29)
#define  CTRL_VME		BIT(30)
#define  CTRL_PHY_RST		BIT(31)
#define I82576_STATUS		0x0008
#define  STATUS_FD		BIT(0)
#define  STATUS_LU		BIT(1)
#define  STATUS_LAN_ID_SHIFT	2
#define  STATUS_TXOFF		BIT(4)
#define  STATUS_SPEED_SHIFT	6
#define  STATUS_SPEED_1000	(2u << 6)
#define  STATUS_PHYRA		BIT(10)
#define  STATUS_GIO_MASTER_EN	BIT(19)
#define  STATUS_DMA_CLK_GATE	BIT(31)	/* gating is enabled */
#define I82576_CTRL_EXT		0x0018
#define  CTRL_EXT_EE_RST	BIT(13)
#define  CTRL_EXT_PFRSTD	BIT(14)
#define  CTRL_EXT_LINK_MODE	(3u << 22)
#define  CTRL_EXT_EIAME		BIT(24)
#define  CTRL_EXT_DRV_LOAD	BIT(28)
#define I82576_MDIC		0x0020
#define  MDIC_DATA		0xffffu
#define  MDIC_REG(v)		((v) >> 16 & 0x1f)
#define  MDIC_PHY(v)		((v) >> 21 & 0x1f)
#define  MDIC_OP(v)		((v) >> 26 & 3)
#define  MDIC_OP_WRITE		1
#define  MDIC_OP_READ		2
#define  MDIC_R			BIT(28)
#define  MDIC_I			BIT(29)
#define  MDIC_E			BIT(30)
#define  MDIC_DEST		BIT(31)
#define I82576_SERDESCTL	0x0024
#define  SERDESCTL_DONE		BIT(31)
#define I82576_FCAL		0x0028
#define I82576_FCAH		0x002c
#define I82576_FCT		0x0030
#define I82576_CONNSW		0x0034
#define I82576_VET		0x0038
#define  VET_VET(v)		((v) & 0xffff)
#define I82576_LEDCTL		0x0e00
#define I82576_PCS_CFG		0x4200
#define I82576_PCS_LCTL		0x4208
#define I82576_PCS_LSTS		0x420c
#define I82576_PCS_ANADV	0x4218
#define I82576_PCS_LPAB		0x421c
#define I82576_PCS_NPTX		0x4220
#define I82576_PCS_LPABNP	0x4224

/* ---- 8.4 NVM ---- */

#define I82576_EEC		0x0010
#define  EEC_SK			BIT(0)
#define  EEC_CS			BIT(1)
#define  EEC_DI			BIT(2)
#define  EEC_DO			BIT(3)
#define  EEC_REQ		BIT(6)
#define  EEC_GNT		BIT(7)
#define  EEC_PRES		BIT(8)
#define  EEC_AUTO_RD		BIT(9)
#define  EEC_ADDR_SIZE		BIT(10)
#define  EEC_SIZE_SHIFT		11
#define I82576_EERD		0x0014
#define I82576_EEWR		0x102c
#define  EERW_START		BIT(0)
#define  EERW_DONE		BIT(1)
#define  EERW_ADDR(v)		((v) >> 2 & 0x3fff)
#define  EERW_DATA_SHIFT	16
#define I82576_FLA		0x001c
#define I82576_EEMNGCTL		0x1010
#define  EEMNGCTL_CFG_DONE(port) BIT(18 + (port))
#define I82576_EEARBC		0x1024
#define I82576_I2CCMD		0x1028
#define  I2CCMD_R		BIT(29)
#define  I2CCMD_E		BIT(31)

/* ---- 8.5 flow control ---- */

#define I82576_FCTTV		0x0170
#define I82576_FCRTL0		0x2160
#define  FCRTL_XONE		BIT(31)
#define I82576_FCRTH0		0x2168
#define I82576_FCRTV		0x2460
#define I82576_FCSTS0		0x2464

/* ---- 8.6 PCIe, semaphores ---- */

#define I82576_GCR		0x5b00
#define  GCR_CMPL_TMOUT_RESEND	BIT(16)
#define  GCR_CAP_VER2		BIT(18)
#define I82576_GIOCTL		0x5b44
#define I82576_CCMCTL		0x5b48
#define I82576_SCCTL		0x5b4c
#define  GIO_CTL_DONE		BIT(31)
#define I82576_FUNCTAG		0x5b08
#define I82576_FACTPS		0x5b30
#define I82576_SWSM		0x5b50
#define  SWSM_SMBI		BIT(0)
#define  SWSM_SWESMBI		BIT(1)
#define I82576_FWSM		0x5b54
#define  FWSM_EEP_RELOAD	BIT(6)
#define  FWSM_FW_VALID		BIT(15)
#define I82576_SW_FW_SYNC	0x5b5c
#define I82576_DCA_CTRL		0x5b74
#define I82576_MREVID		0x5b64
#define I82576_PCIEMISC		0x5bb8
#define I82576_IOVCTL		0x5bbc
#define I82576_FLASHOP		0x1054

/* ---- 8.8 interrupts ---- */

#define I82576_ICR		0x1500
#define I82576_ICS		0x1504
#define I82576_IMS		0x1508
#define I82576_IMC		0x150c
#define I82576_IAM		0x1510
#define  ICR_TXDW		BIT(0)
#define  ICR_LSC		BIT(2)
#define  ICR_RXSEQ		BIT(3)
#define  ICR_RXDMT0		BIT(4)
#define  ICR_RXMISS		BIT(6)
#define  ICR_RXDW		BIT(7)
#define  ICR_SWMB		BIT(8)
#define  ICR_MDAC		BIT(9)
#define  ICR_GPHY		BIT(10)
#define  ICR_MNG		BIT(18)
#define  ICR_TIME_SYNC		BIT(19)
#define  ICR_FER		BIT(22)
#define  ICR_TCP_TIMER		BIT(24)
#define  ICR_DOUTSYNC		BIT(28)
#define  ICR_DRSTA		BIT(30)
#define  ICR_INTA		BIT(31)
#define I82576_GPIE		0x1514
#define  GPIE_NSICR		BIT(0)
#define  GPIE_MULTIPLE_MSIX	BIT(4)
#define  GPIE_EIAME		BIT(30)
#define  GPIE_PBA		BIT(31)
#define I82576_EICS		0x1520
#define I82576_EIMS		0x1524
#define I82576_EIMC		0x1528
#define I82576_EIAC		0x152c
#define I82576_EIAM		0x1530
#define I82576_EICR		0x1580
#define  EICR_TCP_TIMER		BIT(30)
#define  EICR_OTHER		BIT(31)
#define I82576_EITR(v)		(0x1680 + 4 * (v))	/* v: 0 to 24 */
#define  EITR_INTERVAL(v)	((v) >> 2 & 0x1fff)	/* us */
#define  EITR_CNT_INGR		BIT(31)
#define I82576_IVAR(i)		(0x1700 + 4 * (i))	/* i: 0 to 7 */
#define I82576_IVAR_MISC	0x1740
#define  IVAR_VALID		0x80
#define I82576_PBACL		0x5b68

/* ---- 8.9 to 8.10 receive ---- */

#define I82576_RCTL		0x0100
#define  RCTL_RXEN		BIT(1)
#define  RCTL_SBP		BIT(2)
#define  RCTL_UPE		BIT(3)
#define  RCTL_MPE		BIT(4)
#define  RCTL_LPE		BIT(5)
#define  RCTL_LBM(v)		((v) >> 6 & 3)
#define  RCTL_LBM_MAC		1
#define  RCTL_LBM_PHY		3
#define  RCTL_MO(v)		((v) >> 12 & 3)
#define  RCTL_BAM		BIT(15)
#define  RCTL_BSIZE(v)		((v) >> 16 & 3)
#define  RCTL_VFE		BIT(18)
#define  RCTL_CFIEN		BIT(19)
#define  RCTL_CFI		BIT(20)
#define  RCTL_PSP		BIT(21)
#define  RCTL_DPF		BIT(22)
#define  RCTL_PMCF		BIT(23)
#define  RCTL_SECRC		BIT(26)
#define I82576_RXPBS		0x2404
#define I82576_TXPBS		0x3404
#define I82576_SWPBS		0x3004
#define I82576_PSRTYPE(q)	(0x5480 + 4 * (q))
#define I82576_RDBAL(q)		(0xc000 + 0x40 * (q))
#define I82576_RDBAH(q)		(0xc004 + 0x40 * (q))
#define I82576_RDLEN(q)		(0xc008 + 0x40 * (q))
#define I82576_SRRCTL(q)	(0xc00c + 0x40 * (q))
#define  SRRCTL_BSIZEPACKET(v)	((v) & 0x7f)		/* KiB */
#define  SRRCTL_BSIZEHEADER(v)	((v) >> 8 & 0x3f)	/* 64 bytes */
#define  SRRCTL_RDMTS(v)	((v) >> 20 & 0x1f)	/* 16 descriptors */
#define  SRRCTL_DESCTYPE(v)	((v) >> 25 & 7)
#define  SRRCTL_DESCTYPE_LEGACY	0
#define  SRRCTL_DESCTYPE_ADV	1
#define  SRRCTL_DESCTYPE_SPLIT	2
#define  SRRCTL_DESCTYPE_REPLICATE 3
#define  SRRCTL_DESCTYPE_REPLICATE_LARGE 4
#define  SRRCTL_DESCTYPE_SPLIT_ALWAYS 5
#define  SRRCTL_DROP_EN		BIT(31)
#define I82576_RDH(q)		(0xc010 + 0x40 * (q))
#define I82576_RXCTL(q)		(0xc014 + 0x40 * (q))	/* DCA_RXCTRL */
#define I82576_RDT(q)		(0xc018 + 0x40 * (q))
#define I82576_RXDCTL(q)	(0xc028 + 0x40 * (q))
#define  XDCTL_PTHRESH(v)	((v) & 0x1f)
#define  XDCTL_HTHRESH(v)	((v) >> 8 & 0x1f)
#define  XDCTL_WTHRESH(v)	((v) >> 16 & 0x1f)
#define  XDCTL_ENABLE		BIT(25)
#define  XDCTL_SWFLSH		BIT(26)
#define I82576_RQDPC(q)		(0xc030 + 0x40 * (q))
#define I82576_RXCSUM		0x5000
#define  RXCSUM_PCSS(v)		((v) & 0xff)
#define  RXCSUM_IPOFLD		BIT(8)
#define  RXCSUM_TUOFLD		BIT(9)
#define  RXCSUM_CRCOFL		BIT(11)
#define  RXCSUM_IPPCSE		BIT(12)
#define  RXCSUM_PCSD		BIT(13)
#define I82576_RLPML		0x5004
#define I82576_RFCTL		0x5008
#define  RFCTL_IPV6_DIS		BIT(10)
#define  RFCTL_IPV6XSUM_DIS	BIT(11)
#define  RFCTL_IPFRSP_DIS	BIT(14)
#define  RFCTL_IPV6_EX_DIS	BIT(16)
#define  RFCTL_LEF		BIT(18)
#define I82576_MTA(i)		(0x5200 + 4 * (i))	/* i: 0 to 127 */
#define I82576_RAR_COUNT	24
#define I82576_RAL(i)		((i) < 16 ? 0x5400 + 8 * (i) : 0x54e0 + 8 * ((i) - 16))
#define I82576_RAH(i)		(I82576_RAL(i) + 4)
#define  RAH_ASEL(v)		((v) >> 16 & 3)
#define  RAH_POOL(v)		((v) >> 18 & 0xff)
#define  RAH_AV			BIT(31)
#define I82576_VFTA(i)		(0x5600 + 4 * (i))	/* i: 0 to 127 */
#define I82576_UTA(i)		(0xa000 + 4 * (i))	/* i: 0 to 127 */
#define I82576_MRQC		0x5818
#define  MRQC_ENABLE(v)		((v) & 7)
#define  MRQC_ENABLE_RSS	2
#define  MRQC_ENABLE_VMDQ	3
#define  MRQC_ENABLE_VMDQ_RSS	5
#define  MRQC_DEF_Q(v)		((v) >> 3 & 7)
#define  MRQC_TCPIPV4		BIT(16)
#define  MRQC_IPV4		BIT(17)
#define  MRQC_TCPIPV6EX		BIT(18)
#define  MRQC_IPV6EX		BIT(19)
#define  MRQC_IPV6		BIT(20)
#define  MRQC_TCPIPV6		BIT(21)
#define  MRQC_UDPIPV4		BIT(22)
#define  MRQC_UDPIPV6		BIT(23)
#define  MRQC_UDPIPV6EX		BIT(24)
#define I82576_VT_CTL		0x581c
#define I82576_RETA(i)		(0x5c00 + 4 * (i))	/* i: 0 to 31 */
#define I82576_RSSRK(i)		(0x5c80 + 4 * (i))	/* i: 0 to 9 */
#define I82576_ETQF(i)		(0x5cb0 + 4 * (i))	/* i: 0 to 7 */
#define  ETQF_ETYPE(v)		((v) & 0xffff)
#define  ETQF_RX_QUEUE(v)	((v) >> 16 & 0xf)
#define  ETQF_FILTER_ENABLE	BIT(26)
#define  ETQF_IMMEDIATE		BIT(29)
#define  ETQF_1588		BIT(30)
#define  ETQF_QUEUE_ENABLE	BIT(31)
#define I82576_SAQF(i)		(0x5980 + 4 * (i))	/* i: 0 to 7 */
#define I82576_DAQF(i)		(0x59a0 + 4 * (i))
#define I82576_SPQF(i)		(0x59c0 + 4 * (i))
#define I82576_FTQF(i)		(0x59e0 + 4 * (i))
#define I82576_SYNQF		0x55fc
#define I82576_IMIR(i)		(0x5a80 + 4 * (i))
#define I82576_IMIREXT(i)	(0x5aa0 + 4 * (i))
#define I82576_IMIRVP		0x5ac0

/* ---- 8.11 to 8.12 transmit ---- */

#define I82576_TCTL		0x0400
#define  TCTL_EN		BIT(1)
#define  TCTL_PSP		BIT(3)
#define  TCTL_SWXOFF		BIT(22)
#define I82576_TCTL_EXT		0x0404
#define I82576_TIPG		0x0410
#define I82576_DTXCTL		0x3590
#define I82576_TDFH		0x3410
#define I82576_TDFHS		0x3420
#define I82576_TDBAL(q)		(0xe000 + 0x40 * (q))
#define I82576_TDBAH(q)		(0xe004 + 0x40 * (q))
#define I82576_TDLEN(q)		(0xe008 + 0x40 * (q))
#define I82576_TDH(q)		(0xe010 + 0x40 * (q))
#define I82576_TXCTL(q)		(0xe014 + 0x40 * (q))	/* DCA_TXCTRL */
#define I82576_TDT(q)		(0xe018 + 0x40 * (q))
#define I82576_TXDCTL(q)	(0xe028 + 0x40 * (q))
#define I82576_TDWBAL(q)	(0xe038 + 0x40 * (q))
#define  TDWBAL_HEAD_WB_EN	BIT(0)
#define  TDWBAL_SEQNUM_WB	BIT(1)
#define I82576_TDWBAH(q)	(0xe03c + 0x40 * (q))

/* ---- 8.13 to 8.14 switch between the pools ---- */

#define I82576_DTXSWC		0x3500
#define I82576_VMVIR(i)		(0x3700 + 4 * (i))
#define I82576_VMOLR(i)		(0x5ad0 + 4 * (i))
#define I82576_RPLOLR		0x5af0
#define I82576_QDE		0x2408
#define I82576_DVMOLR(q)	(0xc038 + 0x40 * (q))
#define I82576_TXSWC		0x5acc
#define I82576_WVBR		0x3554
#define I82576_VLVF(i)		(0x5d00 + 4 * (i))	/* i: 0 to 31 */
#define I82576_P2VMAILBOX(i)	(0x0c00 + 4 * (i))
#define I82576_VMBMEM		0x0800
#define I82576_MBVFICR		0x0c80
#define I82576_MBVFIMR		0x0c84
#define I82576_VFLRE		0x0c88
#define I82576_VFRE		0x0c8c
#define I82576_VFTE		0x0c90

/* ---- 8.15 to 8.16 timers, time synchronisation ---- */

#define I82576_FRTIMER		0x1048
#define I82576_TCPTIMER		0x104c
#define  TCPTIMER_DURATION(v)	((v) & 0xff)	/* ms */
#define  TCPTIMER_KICKSTART	BIT(8)
#define  TCPTIMER_EN		BIT(9)
#define  TCPTIMER_FINISH	BIT(10)
#define  TCPTIMER_LOOP		BIT(11)
#define I82576_SYSTIML		0xb600
#define I82576_SYSTIMH		0xb604
#define I82576_TIMINCA		0xb608
#define  TIMINCA_IP(v)		((v) >> 24)		/* period, units of 16 ns */
#define  TIMINCA_IV(v)		((v) & 0xffffff)	/* added each period */
#define I82576_TIMADJL		0xb60c
#define I82576_TIMADJH		0xb610
#define  TIMADJH_SIGN		BIT(31)
#define I82576_TSYNCTXCTL	0xb614
#define I82576_TXSTMPL		0xb618
#define I82576_TXSTMPH		0xb61c
#define I82576_TSYNCRXCTL	0xb620
#define I82576_RXSTMPL		0xb624
#define I82576_RXSTMPH		0xb628
#define I82576_RXSATRL		0xb62c
#define I82576_RXSATRH		0xb630
#define  TSYNC_VALID		BIT(0)
#define  TSYNC_TYPE(v)		((v) >> 1 & 7)
#define  TSYNC_EN		BIT(4)
#define I82576_SYSTIMR		0xb6f8
#define I82576_TSAUXC		0xb640
#define  TSAUXC_SAMP_AUTO	BIT(3)
#define  TSAUXC_DISABLE_SYSTIM	BIT(31)
#define I82576_TSYNCRXCFG	0x5f50

/* ---- 8.18 statistics ---- */

#define I82576_CRCERRS		0x4000
#define I82576_ALGNERRC		0x4004
#define I82576_SYMERRS		0x4008
#define I82576_RXERRC		0x400c
#define I82576_MPC		0x4010
#define I82576_SCC		0x4014
#define I82576_ECOL		0x4018
#define I82576_MCC		0x401c
#define I82576_LATECOL		0x4020
#define I82576_CBTMPC		0x402c
#define I82576_COLC		0x4028
#define I82576_DC		0x4030
#define I82576_TNCRS		0x4034
#define I82576_SEC		0x4038
#define I82576_HTDPMC		0x403c
#define I82576_RLEC		0x4040
#define I82576_XONRXC		0x4048
#define I82576_XONTXC		0x404c
#define I82576_XOFFRXC		0x4050
#define I82576_XOFFTXC		0x4054
#define I82576_FCRUC		0x4058
#define I82576_PRC64		0x405c		/* and 127, 255, 511, 1023, 1522 after it */
#define I82576_GPRC		0x4074
#define I82576_BPRC		0x4078
#define I82576_MPRC		0x407c
#define I82576_GPTC		0x4080
#define I82576_GORCL		0x4088
#define I82576_GOTCL		0x4090
#define I82576_RNBC		0x40a0
#define I82576_RUC		0x40a4
#define I82576_RFC		0x40a8
#define I82576_ROC		0x40ac
#define I82576_RJC		0x40b0
#define I82576_MNGPRC		0x40b4
#define I82576_MPDC		0x40b8
#define I82576_MNGPTC		0x40bc
#define I82576_TORL		0x40c0
#define I82576_TOTL		0x40c8
#define I82576_TPR		0x40d0
#define I82576_TPT		0x40d4
#define I82576_PTC64		0x40d8		/* and 127, 255, 511, 1023, 1522 after it */
#define I82576_MPTC		0x40f0
#define I82576_BPTC		0x40f4
#define I82576_TSCTC		0x40f8
#define I82576_CBRDPC		0x40fc
#define I82576_IAC		0x4100
#define I82576_RPTHC		0x4104
#define I82576_HGPTC		0x4118
#define I82576_RXDMTC		0x4120
#define I82576_HTCBDPC		0x4124
#define I82576_HGORCL		0x4128
#define I82576_HGOTCL		0x4130
#define I82576_LENERRS		0x4138
#define I82576_SCVPC		0x4228
/* Of each queue: good packets and octets, both ways. */
#define I82576_PQGPRC(q)	(0x10010 + 0x100 * (q))
#define I82576_PQGPTC(q)	(0x10014 + 0x100 * (q))
#define I82576_PQGORC(q)	(0x10018 + 0x100 * (q))
#define I82576_PQGOTC(q)	(0x10034 + 0x100 * (q))
#define I82576_PQMPRC(q)	(0x10038 + 0x100 * (q))
#define I82576_TQDPC(q)		(0xe030 + 0x40 * (q))

/* ---- 8.19 wake up, 8.22 manageability ---- */

#define I82576_WUC		0x5800
#define  WUC_APME		BIT(0)
#define  WUC_PME_EN		BIT(1)
#define  WUC_PME_STATUS		BIT(2)
#define  WUC_APMPME		BIT(3)
#define I82576_WUFC		0x5808
#define I82576_WUS		0x5810
#define  WU_LNKC		BIT(0)
#define  WU_MAG			BIT(1)
#define  WU_EX			BIT(2)
#define  WU_MC			BIT(3)
#define  WU_BC			BIT(4)
#define  WU_ARP			BIT(5)
#define  WU_IPV4		BIT(6)
#define  WU_IPV6		BIT(7)
#define  WU_FLX(i)		BIT(16 + (i))
#define I82576_MANC		0x5820
#define I82576_IPAV		0x5838
#define I82576_IP4AT(i)		(0x5840 + 8 * (i))
#define I82576_IP6AT(i)		(0x5880 + 4 * (i))
#define I82576_WUPL		0x5900
#define I82576_WUPM(i)		(0x5a00 + 4 * (i))
#define  I82576_WUPM_BYTES	128
#define I82576_FFLT(i)		(0x5f00 + 8 * (i))
#define I82576_FFMT(i)		(0x9000 + 8 * (i))
#define I82576_FFVT(i)		(0x9800 + 8 * (i))

#endif /* VRCEP_I82576_REGS_H */
