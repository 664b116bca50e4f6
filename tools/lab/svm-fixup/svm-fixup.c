// SPDX-License-Identifier: GPL-2.0-only
/*
 * Let KVM of Linux 7 run guests on the SVM that QEMU emulates.
 *
 * After a guest exception, QEMU leaves the type of the event in the VMCB's exit_int_info and clears
 * only the valid bit. svm_check_emulate_instruction() looks at the type alone, takes the event for
 * one whose delivery was interrupted, and refuses to emulate the MMIO access that comes next: the
 * guest stops with "KVM internal error. Suberror: 3". Real processors clear the whole field, so
 * only the lab needs this.
 *
 * The function's other verdicts are about encrypted guests, which do not exist here: what it
 * refuses for that reason is allowed.
 */
#include <linux/kprobes.h>
#include <linux/module.h>

/* arch/x86/kvm/kvm_emulate.h */
#define X86EMUL_CONTINUE		0
#define X86EMUL_UNHANDLEABLE_VECTORING	7

static int fix_verdict(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	if (regs_return_value(regs) == X86EMUL_UNHANDLEABLE_VECTORING)
		regs_set_return_value(regs, X86EMUL_CONTINUE);
	return 0;
}

static struct kretprobe probe = {
	.kp.symbol_name = "svm_check_emulate_instruction",
	.handler = fix_verdict,
	.maxactive = 64,
};

static int __init svm_fixup_init(void)
{
	return register_kretprobe(&probe);
}
module_init(svm_fixup_init);

static void __exit svm_fixup_exit(void)
{
	unregister_kretprobe(&probe);
}
module_exit(svm_fixup_exit);

MODULE_DESCRIPTION("KVM on QEMU's emulated SVM");
MODULE_LICENSE("GPL");
