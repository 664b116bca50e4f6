// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts. Causes are bits of ICR and, per queue, bits of EICR by IVAR. With
 * GPIE.Multiple_MSIX each bit of EICR is a vector, and what is unmasked in ICR is
 * one of them by IVAR_MISC. Without it there is one interrupt: vector 0, an MSI, or the
 * pin. EITR says how long a vector is silent after an interrupt.
 */
#include "i82576_core.h"

#define VECTOR_BITS	((1u << I82576_VECTORS) - 1)
#define ROOT_VECTORS	((1u << I82576_MSIX_VECTORS) - 1)
#define CAUSE_BITS	0x7fffffffu	/* of ICR: all but INTA */
#define SINGLE		0		/* the vector whose EITR moderates the one interrupt */

static bool many_vectors(const struct i82576 *n)
{
	return i82576_get(n, I82576_GPIE) & GPIE_MULTIPLE_MSIX;
}

/* ---- moderation ---- */

/* True: now. Otherwise the timer looks again when the interval is over. */
static bool allowed(struct i82576 *n, unsigned int v)
{
	struct i82576_vector *vector = &n->vector[v];

	if (ep_now(n->loop) >= vector->allowed)
		return true;
	ep_timer_set(n->loop, &vector->timer, vector->allowed);
	return false;
}

static void was_sent(struct i82576 *n, unsigned int v)
{
	uint64_t interval = EITR_INTERVAL(i82576_get(n, I82576_EITR(v))) * 1000ull;

	n->vector[v].allowed = ep_now(n->loop) + interval;
	ep_timer_set(n->loop, &n->vector[v].timer, UINT64_MAX);
	i82576_count(n, I82576_IAC, 1);
}

/* ---- one vector per bit of EICR ---- */

static void send_vector(struct i82576 *n, unsigned int v)
{
	uint32_t bit = BIT(v);

	was_sent(n, v);
	i82576_clear_bits(n, I82576_EICR, bit & i82576_get(n, I82576_EIAC));
	if (i82576_get(n, I82576_GPIE) & GPIE_EIAME)
		i82576_clear_bits(n, I82576_EIMS, bit & i82576_get(n, I82576_EIAM));
	ep_msi_notify(&n->func, v);
}

/*
 * @wanted: vectors that have a new reason. A vector that was sent and whose bit
 * was not cleared has none until the cause comes again or it is unmasked. The vectors
 * that are not in the table are those of virtual functions.
 */
static void send_vectors(struct i82576 *n, uint32_t wanted, bool immediate)
{
	wanted &= i82576_get(n, I82576_EICR) & i82576_get(n, I82576_EIMS) & ROOT_VECTORS;
	for (unsigned int v = 0; wanted; v++, wanted >>= 1)
		if (wanted & 1 && (immediate || allowed(n, v)))
			send_vector(n, v);
}

/* ---- one interrupt ---- */

static bool single_pending(const struct i82576 *n)
{
	return (i82576_get(n, I82576_ICR) & i82576_get(n, I82576_IMS) & CAUSE_BITS) ||
	       (i82576_get(n, I82576_EICR) & i82576_get(n, I82576_EIMS));
}

static void single_assert(struct i82576 *n)
{
	n->asserted = true;
	was_sent(n, SINGLE);
	i82576_set_bits(n, I82576_ICR, ICR_INTA);
	ep_msi_notify(&n->func, 0);
}

static void single_update(struct i82576 *n, bool immediate)
{
	if (!single_pending(n))
		n->asserted = false;
	else if (!n->asserted && (immediate || allowed(n, SINGLE)))
		single_assert(n);
	ep_intx_set(&n->func, n->asserted);
}

/* ---- both ---- */

static void update(struct i82576 *n, uint32_t vectors, bool immediate)
{
	if (many_vectors(n)) {
		n->asserted = false;
		ep_intx_set(&n->func, false);
		send_vectors(n, vectors, immediate);
	} else {
		single_update(n, immediate);
	}
}

void i82576_irq_update(struct i82576 *n)
{
	update(n, 0, false);
}

static void expired(struct ep_timer *t)
{
	struct i82576_vector *vector = container_of(t, struct i82576_vector, timer);
	struct i82576 *n = vector->nic;

	update(n, BIT(vector - n->vector), false);
}

/* The bit of EICR that byte @at of the IVAR registers names, 0 if the entry is not valid. */
static uint32_t allocated(const struct i82576 *n, unsigned int reg, unsigned int at)
{
	uint32_t entry = i82576_get(n, reg) >> 8 * at & 0xff;

	if (!(entry & IVAR_VALID))
		return 0;
	return BIT(many_vectors(n) ? entry & 0x1f : entry & 0xf);
}

/* IVAR n has four bytes: receive n, transmit n, receive n + 8, transmit n + 8. */
static uint32_t queue_bit(const struct i82576 *n, unsigned int queue, unsigned int is_tx)
{
	return allocated(n, I82576_IVAR(queue & 7), (queue & 8 ? 2 : 0) + is_tx);
}

static uint32_t other_bit(const struct i82576 *n)
{
	return many_vectors(n) ? allocated(n, I82576_IVAR_MISC, 1) : EICR_OTHER;
}

static uint32_t timer_bit(const struct i82576 *n)
{
	return many_vectors(n) ? allocated(n, I82576_IVAR_MISC, 0) : EICR_TCP_TIMER;
}

/* Causes of ICR that are new or newly unmasked. */
static void other_causes(struct i82576 *n, uint32_t icr)
{
	uint32_t bit = icr & i82576_get(n, I82576_IMS) & CAUSE_BITS ? other_bit(n) : 0;

	i82576_set_bits(n, I82576_EICR, bit);
	update(n, bit, false);
}

static void queue_cause(struct i82576 *n, uint32_t icr, uint32_t eicr, bool immediate)
{
	i82576_set_bits(n, I82576_EICR, eicr);
	i82576_set_bits(n, I82576_ICR, icr);
	update(n, eicr, immediate);
}

void i82576_irq_rx(struct i82576 *n, unsigned int queue, bool immediate)
{
	queue_cause(n, ICR_RXDW, queue_bit(n, queue, 0), immediate);
}

void i82576_irq_tx(struct i82576 *n, unsigned int queue)
{
	queue_cause(n, ICR_TXDW, queue_bit(n, queue, 1), false);
}

void i82576_irq_cause(struct i82576 *n, uint32_t icr)
{
	uint32_t timer = icr & ICR_TCP_TIMER ? timer_bit(n) : 0;

	i82576_set_bits(n, I82576_ICR, icr & CAUSE_BITS);
	i82576_set_bits(n, I82576_EICR, timer);
	update(n, timer, false);
	other_causes(n, icr);
}

/* ---- registers ---- */

/* Read clears when software can rely on having seen it: one of these says that it does. */
uint32_t i82576_icr_read(struct i82576 *n, unsigned int off)
{
	uint32_t val = i82576_get(n, off), ims = i82576_get(n, I82576_IMS);
	bool was_asserted = val & ICR_INTA;

	if (!was_asserted && ims && !(i82576_get(n, I82576_GPIE) & GPIE_NSICR))
		return val;
	i82576_set(n, off, 0);
	if (was_asserted)
		i82576_clear_bits(n, I82576_IMS, i82576_get(n, I82576_IAM));
	i82576_irq_update(n);
	return val;
}

uint32_t i82576_ics_read(struct i82576 *n, unsigned int off)
{
	(void)off;
	return i82576_get(n, I82576_ICR);
}

void i82576_icr_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	(void)old;
	if (i82576_get(n, off) & ICR_INTA)
		i82576_clear_bits(n, I82576_IMS, i82576_get(n, I82576_IAM));
	i82576_clear_bits(n, off, val);
	i82576_irq_update(n);
}

void i82576_ics_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	(void)off;
	(void)old;
	i82576_irq_cause(n, val);
}

void i82576_ims_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	uint32_t fresh = val & ~old & CAUSE_BITS;

	i82576_set_bits(n, off, val & CAUSE_BITS);
	other_causes(n, i82576_get(n, I82576_ICR) & fresh);
}

void i82576_imc_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	(void)off;
	(void)old;
	i82576_clear_bits(n, I82576_IMS, val);
	i82576_irq_update(n);
}

/* Reading or writing EICR masks what EIAM says, unless sending the message does that. */
static void eicr_auto_mask(struct i82576 *n, uint32_t bits)
{
	if (!(i82576_get(n, I82576_GPIE) & GPIE_EIAME))
		i82576_clear_bits(n, I82576_EIMS, bits & i82576_get(n, I82576_EIAM));
}

uint32_t i82576_eicr_read(struct i82576 *n, unsigned int off)
{
	uint32_t val = i82576_get(n, off);

	i82576_set(n, off, 0);
	eicr_auto_mask(n, val);
	i82576_irq_update(n);
	return val;
}

uint32_t i82576_eics_read(struct i82576 *n, unsigned int off)
{
	(void)off;
	return i82576_get(n, I82576_EICR);
}

void i82576_eicr_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	eicr_auto_mask(n, val & old);
	i82576_clear_bits(n, off, val);
	i82576_irq_update(n);
}

static uint32_t eicr_bits(const struct i82576 *n)
{
	return many_vectors(n) ? VECTOR_BITS : 0xffffu | EICR_TCP_TIMER | EICR_OTHER;
}

void i82576_eics_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	(void)off;
	(void)old;
	val &= eicr_bits(n);
	i82576_set_bits(n, I82576_EICR, val);
	update(n, val, false);
}

void i82576_eims_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	val &= eicr_bits(n);
	i82576_set_bits(n, off, val);
	update(n, val & ~old, false);
}

void i82576_eimc_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	(void)off;
	(void)old;
	i82576_clear_bits(n, I82576_EIMS, val);
	i82576_irq_update(n);
}

/* CNT_INGR leaves the running interval alone; without it the counter starts anew. */
void i82576_eitr_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	unsigned int v = (off - I82576_EITR(0)) / 4;

	(void)old;
	i82576_clear_bits(n, off, EITR_CNT_INGR);
	if (val & EITR_CNT_INGR)
		return;
	n->vector[v].allowed = 0;
	update(n, BIT(v), false);
}

void i82576_gpie_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	(void)off;
	(void)val;
	(void)old;
	i82576_irq_update(n);
}

/* ---- life ---- */

void i82576_irq_init(struct i82576 *n)
{
	for (unsigned int v = 0; v < I82576_VECTORS; v++) {
		n->vector[v].nic = n;
		ep_timer_init(&n->vector[v].timer, expired);
	}
}

/* After the registers are reset: nothing is pending, nothing is moderated. */
void i82576_irq_reset(struct i82576 *n)
{
	for (unsigned int v = 0; v < I82576_VECTORS; v++) {
		n->vector[v].allowed = 0;
		ep_timer_set(n->loop, &n->vector[v].timer, UINT64_MAX);
	}
	n->asserted = false;
	ep_intx_set(&n->func, false);
}
