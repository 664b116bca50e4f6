// SPDX-License-Identifier: GPL-2.0-only
/* The 82576 model as the endpoint sees it: options, creation, resets, callbacks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../serial.h"
#include "i82576_core.h"

#define PCI_CLASS_ETHERNET	0x020000
#define PCI_REVISION		0x01
#define BAR_REGISTERS		0
#define BAR_IO			2
#define BAR_IO_SIZE		32
#define BAR_MSIX		3
#define BAR_MSIX_SIZE		0x4000
#define MSIX_PBA		0x2000

static const struct ep_option i82576_options[] = {
	{ "tap", "TAP interface that is the other end of the cable, created if missing" },
	{ "iface", "network interface that is the port; either this or tap" },
	{ "queues", "queues of a TAP, 1 to 16; default 4" },
	{ "port", "0 or 1: which of the two ports; default that of the function number" },
	{ "mac", "address of port 0, aa:bb:cc:dd:ee:ff; that of port 1 differs in the last bit" },
	{ "nvm", "file that keeps the NVM, 8192 bytes, created if missing; default in memory" },
	{ NULL, NULL },
};

/* ---- options ---- */

/* False: it is no address of one station. */
static bool parse_mac(const char *s, uint8_t *mac)
{
	int end = 0;

	if (sscanf(s, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0], &mac[1], &mac[2], &mac[3],
		   &mac[4], &mac[5], &end) != 6 || s[end] || end != 17)
		return false;
	return !(mac[0] & 1) && (mac[0] | mac[1] | mac[2] | mac[3] | mac[4] | mac[5]);
}

static int take_mac(const struct ep_options *o, const uint8_t **given, uint8_t *mac, char *err,
		    size_t err_len)
{
	const char *val = ep_options_get(o, "mac");

	*given = NULL;
	if (!val)
		return 0;
	if (!parse_mac(val, mac)) {
		snprintf(err, err_len,
			 "82576: mac=%s: expected a unicast address as 02:00:00:00:00:10", val);
		return -1;
	}
	*given = mac;
	return 0;
}

static int take_port(struct i82576 *n, const struct ep_options *o, char *err, size_t err_len)
{
	uint64_t port = 0;

	n->port_option = -1;
	if (!ep_options_get(o, "port"))
		return 0;
	if (ep_options_number(o, "port", 0, 1, &port, err, err_len))
		return -1;
	n->port_option = (int)port;
	return 0;
}

/* Of the host and the back end, so that the two ports of a station have different ones. */
static void default_mac(const struct ep_options *o, uint8_t *mac)
{
	const char *name = ep_options_get(o, "tap");

	if (!name)
		name = ep_options_get(o, "iface");
	ep_serial_mac(ep_serial_derive(name ? name : "", 0), mac);
	mac[5] &= 0xfe;
}

static int open_nvm(struct i82576 *n, const struct ep_options *o, char *err, size_t err_len)
{
	uint8_t mac[6], fallback[6];
	const uint8_t *given;

	if (take_mac(o, &given, mac, err, err_len))
		return -1;
	default_mac(o, fallback);
	return i82576_nvm_open(n, ep_options_get(o, "nvm"), given, fallback, err, err_len);
}

/* ---- resets ---- */

static void registers_reset(struct i82576 *n)
{
	i82576_io_reset(n);
	i82576_nvm_select_reset(n);
	i82576_nvm_autoload(n);
	i82576_irq_reset(n);
	i82576_clock_reset(n);
	i82576_set_bits(n, I82576_RXDCTL(0), XDCTL_ENABLE);
	i82576_set_bits(n, I82576_TXDCTL(0), XDCTL_ENABLE);
	n->rx_since_reset = true;
	n->tx_since_reset = true;
}

/* With EITR, what CTRL.RST leaves alone. */
static const unsigned int kept[] = {
	I82576_STATUS, I82576_MDIC, I82576_GCR, I82576_SWSM, I82576_SW_FW_SYNC, I82576_WUC,
	I82576_WUFC, I82576_WUS, I82576_WUPL, I82576_IPAV, I82576_RXPBS, I82576_TXPBS,
	I82576_SWPBS,
};

void i82576_software_reset(struct i82576 *n)
{
	uint32_t val[ARRAY_SIZE(kept)], eitr[I82576_VECTORS];

	i82576_packet_reset(n, false);
	for (unsigned int i = 0; i < ARRAY_SIZE(kept); i++)
		val[i] = i82576_get(n, kept[i]);
	memcpy(eitr, &n->reg[I82576_EITR(0) / 4], sizeof(eitr));
	registers_reset(n);
	for (unsigned int i = 0; i < ARRAY_SIZE(kept); i++)
		i82576_set(n, kept[i], val[i]);
	memcpy(&n->reg[I82576_EITR(0) / 4], eitr, sizeof(eitr));
	i82576_flow_reset(n);
	i82576_link_update(n);
	i82576_packet_kick(n);
}

static void function_reset(struct i82576 *n)
{
	n->port = n->port_option < 0 ? n->func.number & 1 : (unsigned int)n->port_option;
	n->asleep = false;
	n->io_addr = 0;
	registers_reset(n);
	i82576_flow_reset(n);
	i82576_phy_reset(n);
}

static void describe(struct i82576 *n)
{
	uint32_t ral = i82576_get(n, I82576_RAL(0)), rah = i82576_get(n, I82576_RAH(0));
	char backend[128];

	i82576_packet_status(n, backend, sizeof(backend));
	backend[strcspn(backend, ",")] = '\0';	/* no frame has come or gone */
	ep_func_log(&n->func, "82576 port %u, %02x:%02x:%02x:%02x:%02x:%02x, %s", n->port,
		    ral & 0xff, ral >> 8 & 0xff, ral >> 16 & 0xff, ral >> 24, rah & 0xff,
		    rah >> 8 & 0xff, backend);
	n->described = true;
}

static void i82576_reset(struct ep_func *f, enum ep_reset kind)
{
	struct i82576 *n = i82576_of(f);

	(void)kind;
	i82576_packet_reset(n, true);
	function_reset(n);
	i82576_packet_kick(n);
	if (!n->described)
		describe(n);
}

/* ---- create and destroy ---- */

static void config_create(struct i82576 *n, const struct ep_model *model)
{
	static const struct ep_config_id id = {
		.vendor = I82576_PCI_VENDOR,
		.device = I82576_PCI_DEVICE,
		.subsystem_vendor = I82576_PCI_VENDOR,
		.subsystem = I82576_PCI_SUBSYSTEM,
		.class_code = PCI_CLASS_ETHERNET,
		.revision = PCI_REVISION,
	};

	ep_config_init(&n->func, model, &id);
	ep_config_bar(&n->func, BAR_REGISTERS, EP_BAR_MEM32, I82576_BAR_SIZE);
	ep_config_bar(&n->func, BAR_IO, EP_BAR_IO, BAR_IO_SIZE);
	ep_config_bar(&n->func, BAR_MSIX, EP_BAR_MEM32, BAR_MSIX_SIZE);
	ep_config_msi(&n->func, 1);
	ep_config_msix(&n->func, I82576_MSIX_VECTORS, BAR_MSIX, 0, MSIX_PBA);
	ep_config_intx(&n->func);
	ep_config_pme(&n->func);
	ep_config_aer(&n->func);
}

/* The MAC address of port 0 with ff:ff in its middle, as the data sheet has it. */
static void config_serial(struct i82576 *n)
{
	const uint16_t *w = n->nvm.word;
	uint64_t company = (uint64_t)(w[0] & 0xff) << 16 | (w[0] >> 8) << 8 | (w[1] & 0xff);
	uint64_t number = (uint64_t)(w[1] >> 8) << 16 | (uint64_t)(w[2] & 0xff) << 8 | w[2] >> 8;

	ep_config_dsn(&n->func, company << 40 | 0xffffull << 24 | number);
}

static int open_all(struct i82576 *n, const struct ep_options *o, char *err, size_t err_len)
{
	if (take_port(n, o, err, err_len) || open_nvm(n, o, err, err_len))
		return -1;
	config_serial(n);
	function_reset(n);
	if (!i82576_packet_create(n, o, err, err_len))
		return 0;
	i82576_nvm_close(n);
	return -1;
}

static void stop_timers(struct i82576 *n)
{
	i82576_irq_reset(n);
	i82576_flow_reset(n);
	ep_timer_set(n->loop, &n->tcp_timer, UINT64_MAX);
	ep_timer_set(n->loop, &n->phy.aneg, UINT64_MAX);
}

static struct ep_func *i82576_create(struct ep_loop *loop, const struct ep_options *opts,
				     char *err, size_t err_len)
{
	struct i82576 *n = calloc(1, sizeof(*n));

	if (!n) {
		snprintf(err, err_len, "82576: out of memory");
		return NULL;
	}
	n->loop = loop;
	i82576_io_init();
	i82576_irq_init(n);
	i82576_clock_init(n);
	i82576_flow_init(n);
	i82576_phy_init(n);
	config_create(n, &ep_model_82576);
	if (!open_all(n, opts, err, err_len))
		return &n->func;
	stop_timers(n);
	free(n);
	return NULL;
}

static unsigned int i82576_needs(const struct ep_options *opts)
{
	return ep_options_get(opts, "tap") ? EP_NEEDS_TAP : EP_NEEDS_PACKET;
}

static void i82576_destroy(struct ep_func *f)
{
	struct i82576 *n = i82576_of(f);

	i82576_packet_destroy(n);
	stop_timers(n);
	i82576_nvm_close(n);
	free(n);
}

/* ---- callbacks ---- */

static void i82576_state_changed(struct ep_func *f)
{
	i82576_power_changed(i82576_of(f));
}

static void i82576_dma_drained(struct ep_func *f)
{
	i82576_packet_drained(i82576_of(f));
}

static void i82576_status(struct ep_func *f, char *buf, size_t len)
{
	static const char *const speeds[] = { "10", "100", "1000", "1000" };
	struct i82576 *n = i82576_of(f);
	uint32_t status = i82576_status_read(n, I82576_STATUS);
	char packets[256];

	i82576_packet_status(n, packets, sizeof(packets));
	if (status & STATUS_LU)
		snprintf(buf, len, "port %u%s, link %s Mb/s; %s", n->port,
			 n->asleep ? " in D3" : "", speeds[status >> STATUS_SPEED_SHIFT & 3],
			 packets);
	else
		snprintf(buf, len, "port %u%s, no link; %s", n->port, n->asleep ? " in D3" : "",
			 packets);
}

const struct ep_model ep_model_82576 = {
	.name = "82576",
	.options = i82576_options,
	.needs = i82576_needs,
	.create = i82576_create,
	.destroy = i82576_destroy,
	.reset = i82576_reset,
	.bar_read = i82576_bar_read,
	.bar_write = i82576_bar_write,
	.state_changed = i82576_state_changed,
	.dma_drained = i82576_dma_drained,
	.status = i82576_status,
};
