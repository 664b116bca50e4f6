// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which registers there are (section 8 of the data sheet): bits that software
 * can write, values after reset, and functions of those that are more than memory.
 */
#include "i82576_core.h"

#define ALL		0xffffffffu
#define CAUSES		0x7fffffffu

/* What the table says of one register, or of several at the same distance. */
#define REG(reg, m, r)			{ .off = (reg), .count = 1, .mask = (m), .reset = (r) }
#define REGS(reg, c, s, m, r)		\
	{ .off = (reg), .count = (c), .stride = (s), .mask = (m), .reset = (r) }
#define STATS(reg, c)			\
	{ .off = (reg), .count = (c), .stride = 4, .read = i82576_stat_read }
/* The low half reads as it is, the high half after it clears both. */
#define STAT_HIGH(low)			\
	{ .off = (low) + 4, .count = 1, .read = i82576_stat_high_read }
#define ON_WRITE(reg, m, r, fn)		\
	{ .off = (reg), .count = 1, .mask = (m), .reset = (r), .written = (fn) }
#define ON_BOTH(reg, m, r, rd, wr)	\
	{ .off = (reg), .count = 1, .mask = (m), .reset = (r), .read = (rd), .written = (wr) }
/* Of all queues, 0x40 bytes apart. */
#define QUEUE(reg, m, r, fn)		\
	{ .off = (reg), .count = I82576_QUEUES, .stride = 0x40, .mask = (m), .reset = (r), \
	  .written = (fn) }

#define CTRL_WRITABLE	0xd8ff1bedu
#define CTRL_RESET	(CTRL_FD | 2u << CTRL_SPEED_SHIFT | CTRL_ADVD3WUC)
#define CTRL_EXT_WRITABLE 0x1fffddffu
#define RCTL_WRITABLE	0x04ffb0feu
#define TCTL_WRITABLE	0x03fffffau
#define SRRCTL_WRITABLE	0x8ff03f7fu
#define XDCTL_WRITABLE	0x061f1f1fu
#define RX_WTHRESH_RESET 0x00010000u
#define IVAR_WRITABLE	0x9f9f9f9fu
#define EITR_WRITABLE	0xfffffffcu
#define GPIE_WRITABLE	0xc0000f91u
#define RAH_WRITABLE	0x83ffffffu
#define FACTPS_RESET	0x186u			/* both ports there and in D0 */

static unsigned int queue_of(unsigned int off)
{
	return off % 0x1000 / 0x40;
}

/* Of a queue that a reset has enabled: it begins when the driver gives it something. */
static void begin_rx(struct i82576 *n, unsigned int queue)
{
	if (queue || !n->rx_since_reset)
		return;
	n->rx_since_reset = false;
	i82576_rx_control(n, queue, 0);
}

static void begin_tx(struct i82576 *n, unsigned int queue)
{
	if (queue || !n->tx_since_reset)
		return;
	n->tx_since_reset = false;
	i82576_tx_control(n, queue, 0);
}

static void rx_tail_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	(void)old;
	if (val)
		begin_rx(n, queue_of(off));
	i82576_rx_tail(n, queue_of(off));
}

static void tx_tail_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	(void)old;
	if (val)
		begin_tx(n, queue_of(off));
	i82576_tx_tail(n, queue_of(off));
}

static void rx_control_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	unsigned int queue = queue_of(off);

	(void)val;
	if (!queue && n->rx_since_reset) {
		n->rx_since_reset = false;
		old &= ~XDCTL_ENABLE;
	}
	i82576_rx_control(n, queue, old);
}

static void tx_control_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	unsigned int queue = queue_of(off);

	(void)val;
	if (!queue && n->tx_since_reset) {
		n->tx_since_reset = false;
		old &= ~XDCTL_ENABLE;
	}
	i82576_tx_control(n, queue, old);
}

/* A head belongs to the device while its queue is enabled. */
static void rx_head_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	(void)old;
	if (!(i82576_get(n, I82576_RXDCTL(queue_of(off))) & XDCTL_ENABLE))
		i82576_set(n, off, val & 0xffff);
}

static void tx_head_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	(void)old;
	if (!(i82576_get(n, I82576_TXDCTL(queue_of(off))) & XDCTL_ENABLE))
		i82576_set(n, off, val & 0xffff);
}

static void kick(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	(void)off;
	(void)val;
	(void)old;
	i82576_packet_kick(n);
}

/* Reading takes the semaphore: who read 0 has it. */
static uint32_t swsm_read(struct i82576 *n, unsigned int off)
{
	uint32_t val = i82576_get(n, off);

	i82576_set(n, off, val | SWSM_SMBI);
	return val;
}

static void clear_written_ones(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	(void)old;
	i82576_clear_bits(n, off, val);
}

/* PHYRA is cleared by writing 0. */
static void status_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	(void)old;
	if (!(val & STATUS_PHYRA))
		i82576_clear_bits(n, off, STATUS_PHYRA);
}

static void wuc_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	(void)old;
	i82576_clear_bits(n, off, val & WUC_PME_STATUS);
}

/* Nothing answers on the I2C bus. */
static void i2ccmd_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	(void)old;
	i82576_set(n, off, (val & ~I2CCMD_R) | I2CCMD_R | I2CCMD_E);
}

/* Indirect access to analog blocks that do not exist is done at once. */
static void indirect_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	(void)old;
	i82576_set(n, off, val | GIO_CTL_DONE);
}

static uint32_t rqdpc_read(struct i82576 *n, unsigned int off)
{
	uint32_t val = i82576_stat_read(n, off);

	return val > 0xfff ? 0xfff : val;
}

const struct i82576_rule i82576_rules[] = {
	/* general */
	ON_WRITE(I82576_CTRL, CTRL_WRITABLE, CTRL_RESET, i82576_ctrl_written),
	ON_BOTH(I82576_STATUS, 0, STATUS_DMA_CLK_GATE | STATUS_PHYRA, i82576_status_read,
		status_written),
	ON_WRITE(I82576_CTRL_EXT, CTRL_EXT_WRITABLE, 0, i82576_ctrl_ext_written),
	ON_WRITE(I82576_MDIC, ~MDIC_DEST, MDIC_R, i82576_mdic_written),
	ON_WRITE(I82576_SERDESCTL, ALL, 0, indirect_written),
	REG(I82576_FCAL, ALL, 0x00c28001),
	REG(I82576_FCAH, 0xffff, 0x0100),
	REG(I82576_FCT, 0xffff, 0x8808),
	REG(I82576_CONNSW, 0x7, 0),
	REG(I82576_VET, ALL, 0x81008100),
	REG(I82576_LEDCTL, 0xcfcfcfcf, 0x07068302),
	REG(I82576_PCS_CFG, ALL, 8),
	REG(I82576_PCS_LCTL, ALL, 0),
	REG(I82576_PCS_LSTS, 0, 0),
	REG(I82576_PCS_ANADV, 0xffff, 0),
	REG(I82576_PCS_LPAB, 0, 0),
	REG(I82576_PCS_NPTX, 0xffff, 0),
	REG(I82576_PCS_LPABNP, 0, 0),
	/* NVM */
	ON_BOTH(I82576_EEC, EEC_SK | EEC_CS | EEC_DI | EEC_REQ, 0, i82576_eec_read,
		i82576_eec_written),
	ON_WRITE(I82576_EERD, ~(uint32_t)EERW_DONE, 0, i82576_eerd_written),
	ON_WRITE(I82576_EEWR, ~(uint32_t)EERW_DONE, 0, i82576_eewr_written),
	REG(I82576_EEMNGCTL, 0, EEMNGCTL_CFG_DONE(0) | EEMNGCTL_CFG_DONE(1)),
	REG(I82576_EEARBC, ALL, 0),
	ON_WRITE(I82576_I2CCMD, ALL, 0, i2ccmd_written),
	/* flow control */
	REG(I82576_FCTTV, 0xffff, 0),
	REG(I82576_FCRTL0, 0x8001fff0, 0),
	REG(I82576_FCRTH0, 0x1fff0, 0),
	REG(I82576_FCRTV, 0xffff, 0),
	REG(I82576_FCSTS0, 0, 0),
	/* PCIe, semaphores */
	REG(I82576_GCR, ALL & ~GCR_CAP_VER2, GCR_CAP_VER2),
	ON_WRITE(I82576_GIOCTL, ALL, 0, indirect_written),
	ON_WRITE(I82576_CCMCTL, ALL, 0, indirect_written),
	ON_WRITE(I82576_SCCTL, ALL, 0, indirect_written),
	REG(I82576_FUNCTAG, ALL, 0),
	REG(I82576_FACTPS, 0, FACTPS_RESET),
	{ .off = I82576_SWSM, .count = 1, .mask = SWSM_SMBI | SWSM_SWESMBI, .read = swsm_read },
	REG(I82576_FWSM, 0, 0),
	REG(I82576_SW_FW_SYNC, ALL, 0),
	REG(I82576_DCA_CTRL, 0x1f, 1),
	REG(I82576_PCIEMISC, ALL, 0),
	REG(I82576_IOVCTL, 1, 0),
	/* interrupts */
	ON_BOTH(I82576_ICR, 0, 0, i82576_icr_read, i82576_icr_written),
	ON_BOTH(I82576_ICS, 0, 0, i82576_ics_read, i82576_ics_written),
	ON_WRITE(I82576_IMS, 0, 0, i82576_ims_written),
	ON_WRITE(I82576_IMC, 0, 0, i82576_imc_written),
	REG(I82576_IAM, CAUSES, 0),
	ON_WRITE(I82576_GPIE, GPIE_WRITABLE, 0, i82576_gpie_written),
	ON_BOTH(I82576_EICS, 0, 0, i82576_eics_read, i82576_eics_written),
	ON_WRITE(I82576_EIMS, 0, 0, i82576_eims_written),
	ON_WRITE(I82576_EIMC, 0, 0, i82576_eimc_written),
	REG(I82576_EIAC, 0x01ffffff, 0),
	REG(I82576_EIAM, 0xc1ffffff, 0),
	ON_BOTH(I82576_EICR, 0, 0, i82576_eicr_read, i82576_eicr_written),
	{ .off = I82576_EITR(0), .count = I82576_VECTORS, .stride = 4, .mask = EITR_WRITABLE,
	  .written = i82576_eitr_written },
	REGS(I82576_IVAR(0), 8, 4, IVAR_WRITABLE, 0),
	REG(I82576_IVAR_MISC, 0x9f9f, 0),
	REG(I82576_PBACL, 0, 0),
	/* receive */
	ON_WRITE(I82576_RCTL, RCTL_WRITABLE, 0, kick),
	REG(I82576_RXPBS, 0x7f, 0x40),
	REG(I82576_TXPBS, 0x7f, 0x28),
	REG(I82576_SWPBS, 0x7f, 0x14),
	REGS(I82576_PSRTYPE(0), I82576_QUEUES, 4, ALL, 0),
	QUEUE(I82576_RDBAL(0), 0xffffff80, 0, NULL),
	QUEUE(I82576_RDBAH(0), ALL, 0, NULL),
	QUEUE(I82576_RDLEN(0), 0xffff0, 0, NULL),
	QUEUE(I82576_SRRCTL(0), SRRCTL_WRITABLE, 0x400, NULL),
	QUEUE(I82576_RDH(0), 0, 0, rx_head_written),
	QUEUE(I82576_RXCTL(0), 0xff00ffe0, 0xa200, NULL),
	QUEUE(I82576_RDT(0), 0xffff, 0, rx_tail_written),
	QUEUE(I82576_RXDCTL(0), XDCTL_WRITABLE, RX_WTHRESH_RESET, rx_control_written),
	{ .off = I82576_RQDPC(0), .count = I82576_QUEUES, .stride = 0x40, .read = rqdpc_read },
	REG(I82576_RXCSUM, 0x3bff, RXCSUM_IPOFLD | RXCSUM_TUOFLD),
	REG(I82576_RLPML, 0x3fff, 0x2600),
	REG(I82576_RFCTL, 0x7dfff, 0),
	REGS(I82576_MTA(0), 128, 4, ALL, 0),
	REGS(I82576_RAL(0), 16, 8, ALL, 0),
	REGS(I82576_RAH(0), 16, 8, RAH_WRITABLE, 0),
	REGS(I82576_RAL(16), I82576_RAR_COUNT - 16, 8, ALL, 0),
	REGS(I82576_RAH(16), I82576_RAR_COUNT - 16, 8, RAH_WRITABLE, 0),
	REGS(I82576_VFTA(0), 128, 4, ALL, 0),
	REGS(I82576_UTA(0), 128, 4, ALL, 0),
	REG(I82576_MRQC, 0x01ff003f, 0),
	REG(I82576_VT_CTL, 0x70000fe0, 0),
	REGS(I82576_RETA(0), 32, 4, ALL, 0),
	REGS(I82576_RSSRK(0), 10, 4, ALL, 0),
	REGS(I82576_ETQF(0), 8, 4, ALL, 0),
	REGS(I82576_SAQF(0), 8, 4, ALL, 0),
	REGS(I82576_DAQF(0), 8, 4, ALL, 0),
	REGS(I82576_SPQF(0), 8, 4, ALL, 0),
	REGS(I82576_FTQF(0), 8, 4, ALL, 0),
	REG(I82576_SYNQF, ALL, 0),
	REGS(I82576_IMIR(0), 8, 4, ALL, 0),
	REGS(I82576_IMIREXT(0), 8, 4, ALL, 0),
	REG(I82576_IMIRVP, 0xf, 0),
	/* transmit */
	ON_WRITE(I82576_TCTL, TCTL_WRITABLE, 0x000400f8, i82576_tctl_written),
	REG(I82576_TCTL_EXT, ALL, 0x00010840),
	REG(I82576_TIPG, 0x3fffffff, 0x00601008),
	REG(I82576_DTXCTL, ALL, 0x44),
	REGS(I82576_TDFH, 2, 8, 0x1fff, 0),
	REGS(I82576_TDFHS, 3, 8, 0x1fff, 0),
	QUEUE(I82576_TDBAL(0), 0xffffff80, 0, NULL),
	QUEUE(I82576_TDBAH(0), ALL, 0, NULL),
	QUEUE(I82576_TDLEN(0), 0xffff0, 0, NULL),
	QUEUE(I82576_TDH(0), 0, 0, tx_head_written),
	QUEUE(I82576_TXCTL(0), 0xff00ffe0, 0x2a00, NULL),
	QUEUE(I82576_TDT(0), 0xffff, 0, tx_tail_written),
	QUEUE(I82576_TXDCTL(0), XDCTL_WRITABLE, 0, tx_control_written),
	QUEUE(I82576_TDWBAL(0), ALL, 0, NULL),
	QUEUE(I82576_TDWBAH(0), ALL, 0, NULL),
	{ .off = I82576_TQDPC(0), .count = I82576_QUEUES, .stride = 0x40,
	  .read = i82576_stat_read },
	/* pools: memory only, there is one */
	REG(I82576_DTXSWC, ALL, 0),
	REGS(I82576_VMVIR(0), 8, 4, 0xc000ffff, 0),
	REGS(I82576_VMOLR(0), 8, 4, ALL, 0x80002600),
	REG(I82576_RPLOLR, 0xc0000000, 0x80000000),
	REG(I82576_QDE, 0xffff, 0),
	QUEUE(I82576_DVMOLR(0), 0xe0000000, 0, NULL),
	REG(I82576_TXSWC, ALL, 0),
	ON_WRITE(I82576_WVBR, 0, 0, clear_written_ones),
	REGS(I82576_VLVF(0), 32, 4, 0x801fffff, 0),
	REGS(I82576_P2VMAILBOX(0), 8, 4, 0, 0),
	REGS(I82576_VMBMEM, 128, 4, ALL, 0),
	ON_WRITE(I82576_MBVFICR, 0, 0, clear_written_ones),
	REG(I82576_MBVFIMR, 0xff, 0xff),
	ON_WRITE(I82576_VFLRE, 0, 0, clear_written_ones),
	REG(I82576_VFRE, 0xff, 0xff),
	REG(I82576_VFTE, 0xff, 0xff),
	/* timers, time synchronisation */
	{ .off = I82576_FRTIMER, .count = 1, .read = i82576_frtimer_read },
	ON_WRITE(I82576_TCPTIMER, 0xff | TCPTIMER_EN | TCPTIMER_LOOP, 0, i82576_tcptimer_written),
	ON_BOTH(I82576_SYSTIML, 0, 0, i82576_systiml_read, i82576_systim_written),
	ON_BOTH(I82576_SYSTIMH, 0, 0, i82576_systimh_read, i82576_systim_written),
	ON_WRITE(I82576_TIMINCA, ALL, 0, i82576_timinca_written),
	REG(I82576_TIMADJL, ALL, 0),
	ON_WRITE(I82576_TIMADJH, ALL, 0, i82576_timadj_written),
	REG(I82576_TSYNCTXCTL, TSYNC_EN, 0),
	REG(I82576_TXSTMPL, 0, 0),
	{ .off = I82576_TXSTMPH, .count = 1, .read = i82576_stamp_high_read },
	REG(I82576_TSYNCRXCTL, TSYNC_EN | 0xe, 0),
	REG(I82576_RXSTMPL, 0, 0),
	{ .off = I82576_RXSTMPH, .count = 1, .read = i82576_stamp_high_read },
	REG(I82576_RXSATRL, 0, 0),
	REG(I82576_RXSATRH, 0, 0),
	ON_WRITE(I82576_TSAUXC, ALL, 0, i82576_tsauxc_written),
	REG(I82576_TSYNCRXCFG, 0xffff, 0),
	/* statistics: all from CRCERRS to LENERRS, but octets in their two halves */
	STATS(I82576_CRCERRS, 34),
	REG(I82576_GORCL, 0, 0),
	STAT_HIGH(I82576_GORCL),
	REG(I82576_GOTCL, 0, 0),
	STAT_HIGH(I82576_GOTCL),
	STATS(I82576_RNBC, 8),
	REG(I82576_TORL, 0, 0),
	STAT_HIGH(I82576_TORL),
	REG(I82576_TOTL, 0, 0),
	STAT_HIGH(I82576_TOTL),
	STATS(I82576_TPR, 22),
	REG(I82576_HGORCL, 0, 0),
	STAT_HIGH(I82576_HGORCL),
	REG(I82576_HGOTCL, 0, 0),
	STAT_HIGH(I82576_HGOTCL),
	STATS(I82576_LENERRS, 1),
	STATS(I82576_SCVPC, 1),
	REGS(I82576_PQGPRC(0), I82576_QUEUES, 0x100, 0, 0),
	REGS(I82576_PQGPTC(0), I82576_QUEUES, 0x100, 0, 0),
	REGS(I82576_PQGORC(0), I82576_QUEUES, 0x100, 0, 0),
	REGS(I82576_PQGOTC(0), I82576_QUEUES, 0x100, 0, 0),
	REGS(I82576_PQMPRC(0), I82576_QUEUES, 0x100, 0, 0),
	/* wake up, manageability */
	ON_WRITE(I82576_WUC, WUC_APME | WUC_PME_EN | WUC_APMPME, 0, wuc_written),
	REG(I82576_WUFC, 0x000f80ff, 0),
	ON_WRITE(I82576_WUS, 0, 0, clear_written_ones),
	REG(I82576_MANC, 0, 0),
	REG(I82576_IPAV, 0x0001000f, 0),
	REGS(I82576_IP4AT(0), 4, 8, ALL, 0),
	REGS(I82576_IP6AT(0), 4, 4, ALL, 0),
	REG(I82576_WUPL, 0, 0),
	REGS(I82576_WUPM(0), I82576_WUPM_BYTES / 4, 4, 0, 0),
	REGS(I82576_FFLT(0), 4, 8, 0x7ff, 0),
	REGS(I82576_FFMT(0), 128, 8, 0xf, 0),
	REGS(I82576_FFVT(0), 128, 8, ALL, 0),
};

/* Second addresses, by which older software knows a register. */
const struct i82576_alias i82576_aliases[] = {
	{ 0x0004, 4, I82576_CTRL },
	{ 0x0040, 0x80, I82576_RAL(0) },
	{ 0x00c0, 4, I82576_ICR },
	{ 0x00c8, 4, I82576_ICS },
	{ 0x00d0, 4, I82576_IMS },
	{ 0x00d8, 4, I82576_IMC },
	{ 0x00e0, 4, I82576_IAM },
	{ 0x0160, 4, I82576_FCRTH0 },
	{ 0x0168, 4, I82576_FCRTL0 },
	{ 0x0200, 0x200, I82576_MTA(0) },
	{ 0x0600, 0x200, I82576_VFTA(0) },
	{ 0x2800, 0x40, I82576_RDBAL(0) },
	{ 0x2900, 0x40, I82576_RDBAL(1) },
	{ 0x2a00, 0x40, I82576_RDBAL(2) },
	{ 0x2b00, 0x40, I82576_RDBAL(3) },
	{ 0x3800, 0x40, I82576_TDBAL(0) },
	{ 0x3900, 0x40, I82576_TDBAL(1) },
	{ 0x3a00, 0x40, I82576_TDBAL(2) },
	{ 0x3b00, 0x40, I82576_TDBAL(3) },
};

const unsigned int i82576_nr_rules = ARRAY_SIZE(i82576_rules);
const unsigned int i82576_nr_aliases = ARRAY_SIZE(i82576_aliases);
