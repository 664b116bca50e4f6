// SPDX-License-Identifier: GPL-2.0-only
/*
 * Let KVM run guests on the SVM that QEMU emulates. Real processors do neither of this, so only the
 * lab needs it.
 *
 * A VMRUN that injects an interrupt leaves its vector in the emulated processor
 * (cs->exception_index, helper_vmrun()). If the emulator then leaves the loop that runs the guest
 * before anything else has happened (its slice of instructions is over, another processor wants
 * it to stop), it takes the vector for an exception that waits, and delivers the interrupt once
 * more, whatever IF says. A guest that was between swapgs and sysret dies of a double fault; others
 * hang. An exit clears the vector. So where KVM injects an interrupt, one of the host is made
 * pending, and the guest exits before its first instruction.
 *
 * After a guest exception, QEMU leaves the type of the event in the VMCB's exit_int_info and clears
 * only the valid bit. svm_check_emulate_instruction() of Linux 7 looks at the type alone, takes the
 * event for one whose delivery was interrupted, and refuses to emulate the MMIO access that comes
 * next: the guest stops with "KVM internal error. Suberror: 3". The function's other verdicts
 * are about encrypted guests, which do not exist here: what it refuses for that reason is allowed.
 */
#include <linux/hash.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/smp.h>
#include <trace/events/ipi.h>

/* arch/x86/kvm/kvm_emulate.h */
#define X86EMUL_CONTINUE		0
#define X86EMUL_UNHANDLEABLE_VECTORING	7

#define SLOT_BITS	6

/*
 * The virtual processors that have an interrupt to be injected. If two have the same slot, one of
 * them goes without the exit, as all did before.
 */
static unsigned long injecting[1 << SLOT_BITS];

static unsigned long *slot_of(unsigned long vcpu)
{
	return &injecting[hash_long(vcpu, SLOT_BITS)];
}

static int note_injection(struct kprobe *p, struct pt_regs *regs)
{
	unsigned long vcpu = regs_get_kernel_argument(regs, 0);

	WRITE_ONCE(*slot_of(vcpu), vcpu);
	return 0;
}

/* Interrupts are off from here to VMRUN. */
static int exit_at_once(struct kprobe *p, struct pt_regs *regs)
{
	unsigned long vcpu = regs_get_kernel_argument(regs, 0);

	if (cmpxchg(slot_of(vcpu), vcpu, 0) == vcpu)
		smp_send_reschedule(smp_processor_id());
	return 0;
}

static int fix_verdict(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	if (regs_return_value(regs) == X86EMUL_UNHANDLEABLE_VECTORING)
		regs_set_return_value(regs, X86EMUL_CONTINUE);
	return 0;
}

static struct kprobe inject = {
	.symbol_name = "svm_inject_irq",
	.pre_handler = note_injection,
};

static struct kprobe run = {
	.symbol_name = "svm_vcpu_run",
	.pre_handler = exit_at_once,
};

static struct kprobe *probes[] = { &inject, &run };

static struct kretprobe verdict = {
	.kp.symbol_name = "svm_check_emulate_instruction",
	.handler = fix_verdict,
	.maxactive = 64,
};

static bool has_verdict;

static bool exits;
module_param(exits, bool, 0444);
MODULE_PARM_DESC(exits, "an exit of the guest for each interrupt that it gets");

static int __init svm_fixup_init(void)
{
	int err = exits ? register_kprobes(probes, ARRAY_SIZE(probes)) : 0;

	if (err)
		return err;
	err = register_kretprobe(&verdict);
	/* Older kernels have no such function */
	has_verdict = !err;
	if (!err || err == -ENOENT)
		return 0;
	if (exits)
		unregister_kprobes(probes, ARRAY_SIZE(probes));
	return err;
}
module_init(svm_fixup_init);

static void __exit svm_fixup_exit(void)
{
	if (has_verdict)
		unregister_kretprobe(&verdict);
	if (exits)
		unregister_kprobes(probes, ARRAY_SIZE(probes));
}
module_exit(svm_fixup_exit);

MODULE_DESCRIPTION("KVM on QEMU's emulated SVM");
MODULE_LICENSE("GPL");
