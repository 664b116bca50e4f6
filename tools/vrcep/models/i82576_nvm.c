// SPDX-License-Identifier: GPL-2.0-only
/*
 * The NVM: 1 Ki words, in memory or in a file. EERD and EEWR reach it by words;
 * through EEC software drives the pins of the serial EEPROM itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "i82576_core.h"

#define NVM_BYTES		(I82576_NVM_WORDS * 2)
#define NVM_SIZE_CODE		4	/* of EEC: 128 bytes, doubled so often */
#define NVM_PAGE		32	/* bytes that one write instruction can write */

/* Words (section 6). */
#define WORD_COMPATIBILITY	0x03
#define WORD_ID_LED		0x04
#define WORD_IMAGE_VERSION	0x05
#define WORD_PBA		0x08	/* part number: a flag, and where the string is */
#define  PBA_IS_STRING		0xfafa
#define WORD_CONTROL1		0x0a
#define WORD_SUBSYSTEM		0x0b
#define WORD_SUBSYSTEM_VENDOR	0x0c
#define WORD_DEVICE		0x0d
#define WORD_VENDOR		0x0e
#define WORD_CONTROL2		0x0f
#define  CONTROL2_FULL_PAUSE	0x3000
#define WORD_CONTROL3(port)	((port) ? 0x14 : 0x24)
#define  CONTROL3_APM		0x0400
#define WORD_ALT_MAC		0x37
#define WORD_CHECKSUM		0x3f
#define  CHECKSUM		0xbaba
#define WORD_PART_STRING	0x40
#define ERASED			0xffff

/* ---- content ---- */

static void set_checksum(struct i82576_nvm *nvm)
{
	uint16_t sum = 0;

	for (unsigned int i = 0; i < WORD_CHECKSUM; i++)
		sum = (uint16_t)(sum + nvm->word[i]);
	nvm->word[WORD_CHECKSUM] = (uint16_t)(CHECKSUM - sum);
}

static void set_mac(struct i82576_nvm *nvm, const uint8_t *mac)
{
	for (unsigned int i = 0; i < 3; i++)
		nvm->word[i] = (uint16_t)(mac[2 * i] | mac[2 * i + 1] << 8);
}

/* A length in words that counts itself, and two characters in each word. */
static void set_part_number(struct i82576_nvm *nvm, const char *part)
{
	size_t len = strlen(part) / 2;

	nvm->word[WORD_PBA] = PBA_IS_STRING;
	nvm->word[WORD_PBA + 1] = WORD_PART_STRING;
	nvm->word[WORD_PART_STRING] = (uint16_t)(len + 1);
	for (size_t i = 0; i < len; i++)
		nvm->word[WORD_PART_STRING + 1 + i] =
			(uint16_t)((uint8_t)part[2 * i] << 8 | (uint8_t)part[2 * i + 1]);
}

static void fill(struct i82576_nvm *nvm)
{
	memset(nvm->word, 0xff, sizeof(nvm->word));
	nvm->word[WORD_COMPATIBILITY] = 0;
	nvm->word[WORD_ID_LED] = 0x8911;
	nvm->word[WORD_IMAGE_VERSION] = 0x1000;
	nvm->word[WORD_CONTROL1] = 0;
	nvm->word[WORD_SUBSYSTEM] = I82576_PCI_SUBSYSTEM;
	nvm->word[WORD_SUBSYSTEM_VENDOR] = I82576_PCI_VENDOR;
	nvm->word[WORD_DEVICE] = I82576_PCI_DEVICE;
	nvm->word[WORD_VENDOR] = I82576_PCI_VENDOR;
	nvm->word[WORD_CONTROL2] = CONTROL2_FULL_PAUSE;
	nvm->word[WORD_CONTROL3(0)] = CONTROL3_APM;
	nvm->word[WORD_CONTROL3(1)] = CONTROL3_APM;
	nvm->word[WORD_ALT_MAC] = ERASED;
	set_part_number(nvm, "VRC576-001");
}

/* ---- the file ---- */

static bool write_bytes(struct i82576_nvm *nvm, size_t off, size_t len)
{
	uint8_t le[NVM_BYTES];

	if (nvm->fd < 0)
		return true;
	for (size_t i = off / 2; i < (off + len + 1) / 2; i++) {
		le[2 * i] = (uint8_t)nvm->word[i];
		le[2 * i + 1] = (uint8_t)(nvm->word[i] >> 8);
	}
	return pwrite(nvm->fd, le + off, len, (off_t)off) == (ssize_t)len;
}

static int file_error(struct i82576_nvm *nvm, const char *path, const char *what, char *err,
		      size_t err_len)
{
	snprintf(err, err_len, "82576: nvm=%s: %s", path, what);
	i82576_nvm_close(container_of(nvm, struct i82576, nvm));
	return -1;
}

static bool read_file(struct i82576_nvm *nvm)
{
	uint8_t le[NVM_BYTES];

	if (pread(nvm->fd, le, sizeof(le), 0) != (ssize_t)sizeof(le))
		return false;
	for (size_t i = 0; i < I82576_NVM_WORDS; i++)
		nvm->word[i] = (uint16_t)(le[2 * i] | le[2 * i + 1] << 8);
	return true;
}

/* @is_new: the file is empty, hence has to be written whole. */
static int open_file(struct i82576_nvm *nvm, const char *path, bool *is_new, char *err,
		     size_t err_len)
{
	struct stat st;

	nvm->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (nvm->fd < 0 || fstat(nvm->fd, &st))
		return file_error(nvm, path, strerror(errno), err, err_len);
	if (flock(nvm->fd, LOCK_EX | LOCK_NB))
		return file_error(nvm, path, "another function or process uses it", err, err_len);
	*is_new = !st.st_size;
	if (*is_new)
		return 0;
	if (st.st_size != NVM_BYTES)
		return file_error(nvm, path, "expected 8192 bytes, or no file", err, err_len);
	return read_file(nvm) ? 0 : file_error(nvm, path, "cannot be read", err, err_len);
}

int i82576_nvm_open(struct i82576 *n, const char *path, const uint8_t *mac,
		    const uint8_t *fallback, char *err, size_t err_len)
{
	struct i82576_nvm *nvm = &n->nvm;
	bool is_new = true;

	nvm->fd = -1;
	fill(nvm);
	if (path && open_file(nvm, path, &is_new, err, err_len))
		return -1;
	if (is_new || mac) {
		set_mac(nvm, mac ? mac : fallback);
		set_checksum(nvm);
		if (!write_bytes(nvm, 0, NVM_BYTES))
			return file_error(nvm, path, strerror(errno), err, err_len);
	}
	i82576_nvm_select_reset(n);
	return 0;
}

void i82576_nvm_close(struct i82576 *n)
{
	if (n->nvm.fd >= 0)
		close(n->nvm.fd);
	n->nvm.fd = -1;
}

static void store_byte(struct i82576 *n, unsigned int addr, uint8_t val)
{
	uint16_t *word = &n->nvm.word[addr / 2];

	if (addr & 1)
		*word = (uint16_t)((*word & 0xff) | val << 8);
	else
		*word = (uint16_t)((*word & 0xff00) | val);
	if (!write_bytes(&n->nvm, addr, 1))
		ep_func_log(&n->func, "NVM: what was written at byte 0x%x is not in the file: %s",
			    addr, strerror(errno));
}

/* ---- what the device loads from it ---- */

/* LAN 1 has the address of LAN 0 with the last bit inverted. */
void i82576_nvm_autoload(struct i82576 *n)
{
	const uint16_t *w = n->nvm.word;
	bool apm = w[WORD_CONTROL3(n->port)] & CONTROL3_APM;

	i82576_set(n, I82576_RAL(0), w[0] | (uint32_t)w[1] << 16);
	i82576_set(n, I82576_RAH(0), (w[2] ^ (n->port ? 0x100u : 0)) | RAH_AV);
	i82576_set_bits(n, I82576_WUC, apm ? WUC_APME : 0);
	i82576_set_bits(n, I82576_CTRL, apm ? CTRL_SLU : 0);
}

/* ---- by words ---- */

void i82576_eerd_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	uint32_t addr = EERW_ADDR(val);
	uint32_t data = addr < I82576_NVM_WORDS ? n->nvm.word[addr] : ERASED;

	(void)old;
	if (val & EERW_START)
		i82576_set(n, off, data << EERW_DATA_SHIFT | addr << 2 | EERW_DONE);
}

void i82576_eewr_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	uint32_t addr = EERW_ADDR(val);

	(void)old;
	if (!(val & EERW_START))
		return;
	if (addr < I82576_NVM_WORDS) {
		store_byte(n, addr * 2, (uint8_t)(val >> EERW_DATA_SHIFT));
		store_byte(n, addr * 2 + 1, (uint8_t)(val >> (EERW_DATA_SHIFT + 8)));
	}
	i82576_set(n, off, (val & ~(uint32_t)EERW_START) | EERW_DONE);
}

/* ---- by the pins ---- */

enum {
	SPI_WRITE_STATUS = 1, SPI_WRITE, SPI_READ, SPI_WRITE_DISABLE, SPI_READ_STATUS,
	SPI_WRITE_ENABLE,
};

#define SPI_OPCODE_BITS		8
#define SPI_ADDR_BITS		16
#define SPI_HEADER_BITS		(SPI_OPCODE_BITS + SPI_ADDR_BITS)
#define SPI_STATUS_ENABLED	2

void i82576_nvm_select_reset(struct i82576 *n)
{
	struct i82576_spi *spi = &n->nvm.spi;

	/* A write instruction ends the permission to write. */
	if (spi->opcode == SPI_WRITE && spi->bits > SPI_HEADER_BITS)
		spi->write_enabled = false;
	spi->bits = 0;
	spi->shift = 0;
	spi->opcode = 0;
}

static void spi_opcode(struct i82576_spi *spi)
{
	spi->opcode = (uint8_t)spi->shift;
	if (spi->opcode == SPI_WRITE_ENABLE)
		spi->write_enabled = true;
	else if (spi->opcode == SPI_WRITE_DISABLE)
		spi->write_enabled = false;
}

/* The address rolls over within the page. */
static void spi_data(struct i82576 *n)
{
	struct i82576_spi *spi = &n->nvm.spi;

	if (spi->opcode != SPI_WRITE || !spi->write_enabled)
		return;
	store_byte(n, spi->addr, (uint8_t)spi->shift);
	spi->addr = (uint16_t)((spi->addr & ~(NVM_PAGE - 1)) | ((spi->addr + 1) & (NVM_PAGE - 1)));
}

static void spi_rising_edge(struct i82576 *n, bool in)
{
	struct i82576_spi *spi = &n->nvm.spi;

	spi->shift = spi->shift << 1 | in;
	spi->bits++;
	if (spi->bits == SPI_OPCODE_BITS)
		spi_opcode(spi);
	else if (spi->bits == SPI_HEADER_BITS)
		spi->addr = spi->shift & (NVM_BYTES - 1);
	else if (spi->bits > SPI_HEADER_BITS && spi->bits % 8 == 0)
		spi_data(n);
}

/* What the EEPROM puts on its output after so many clocks. */
static bool spi_output(const struct i82576 *n)
{
	const struct i82576_spi *spi = &n->nvm.spi;
	unsigned int at, byte;

	if (spi->opcode == SPI_READ_STATUS) {
		at = (spi->bits - SPI_OPCODE_BITS) % 8;
		return (spi->write_enabled ? SPI_STATUS_ENABLED : 0) >> (7 - at) & 1;
	}
	if (spi->opcode != SPI_READ || spi->bits < SPI_HEADER_BITS)
		return false;
	at = spi->bits - SPI_HEADER_BITS;
	byte = (spi->addr + at / 8) & (NVM_BYTES - 1);
	return n->nvm.word[byte / 2] >> (byte & 1 ? 8 : 0) >> (7 - at % 8) & 1;
}

/* Selected is low. The chip takes a bit when the clock rises and shows one when it falls. */
static void spi_pins(struct i82576 *n, uint32_t old, uint32_t now)
{
	if (now & EEC_CS) {
		i82576_nvm_select_reset(n);
	} else if (now & ~old & EEC_SK) {
		spi_rising_edge(n, now & EEC_DI);
	} else if (old & ~now & EEC_SK) {
		i82576_clear_bits(n, I82576_EEC, EEC_DO);
		i82576_set_bits(n, I82576_EEC, spi_output(n) ? EEC_DO : 0);
	}
}

void i82576_eec_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	(void)off;
	if (val & EEC_REQ)
		spi_pins(n, old, val);
	else
		i82576_nvm_select_reset(n);
}

/* Nobody else asks for the NVM: what is requested is granted. */
uint32_t i82576_eec_read(struct i82576 *n, unsigned int off)
{
	uint32_t val = i82576_get(n, off);

	return val | EEC_PRES | EEC_AUTO_RD | EEC_ADDR_SIZE | NVM_SIZE_CODE << EEC_SIZE_SHIFT |
	       (val & EEC_REQ ? EEC_GNT : 0);
}
