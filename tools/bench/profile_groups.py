# SPDX-License-Identifier: GPL-2.0-only
"""What a function belongs to, for tools/bench/profile.py."""

import re

# The first that fits.
PATHS = (
    ("vrcep", r"^\[vrcep\]"),
    ("vrc.ko: arq", r"^\[vrc\] (vrc_arq|take_|arm_rto|deliver$|measure|update_rto|set_rto|find_lost|wants_ack)"),
    ("vrc.ko: frame and TLP", r"^\[vrc\] vrc_(frame|tlp)_"),
    ("vrc.ko: the rest", r"^\[vrc\]"),
    ("measuring program, C library", r"^\[user\]|^\[library\]"),
    ("veth", r"^\[veth\]"),
    ("AF_PACKET", r"(^|\] )_*(t?packet_|prb_)|tpacket"),
    ("scheduler, wake-up", r"sched|wake_up|wakeup|ttwu|enqueue|dequeue|pick_|__switch_to|switch_mm|update_curr|"
        r"_entity|update_load|cpu_util|prepare_to|finish_wait|wait_woken|se_|_se$|context_switch|rq_|_rq|"
        r"place_|update_cfs|vruntime|psi_|avg_vruntime|cpuacct|balance|select_task|finish_task|load_avg|"
        r"update_min|check_preempt|resched|task_tick|update_se|cgroup|eligible"),
    ("timers and clock", r"hrtimer|timer|timerqueue|ktime|clock|tick_|lapic|rb_|tsc|pvclock|vdso|calc_"),
    ("skb memory", r"kmem_cache|kmalloc|kfree|slab|skb_clone|alloc_skb|__alloc|build_skb|consume_skb|skb_release|"
        r"kfree_skb|skb_free|sock_wfree|sock_alloc|page_frag|memset|memcg|free_head|napi_skb|skb_copy|skb_set_owner"),
    ("network core", r"skb|dev_|netif|napi|net_|qdisc|sch_|pfifo|eth_|neigh|xmit|deliver_|rcv|validate|__dev"),
    ("softirq", r"softirq|_bh|tasklet|irq_exit|irq_enter|do_irq"),
    ("epoll, sockets, files", r"epoll|ep_|sock|sys_|fd|vfs|fput|fget|file|security|rw_verify|apparmor|import_|iov|"
        r"msg|copy_|vfio|poll|pread|pwrite"),
    ("entry and exit of calls", r"entry|syscall|do_syscall|exit_to|syscall_|irqentry|asm_|sysret|error_"),
    ("locks, RCU", r"lock|rcu|mutex|_raw_"),
)


# The guest, programs of the root host, then its kernel; the first that fits.
STORAGE = (
    ("guest: kernel", r"^\[guest\] kernel"),
    ("guest: fio", r"^\[guest\] user"),
    ("QEMU", r"^\[qemu\]"),
    ("vrcep", r"^\[vrcep\]"),
    ("C library, other programs", r"^\[library\]|^\[user\]"),
    ("vrc.ko", r"^\[vrc\]"),
    ("KVM", r"^\[kvm|kvm_|fpregs|fpu_swap|xfer_to_guest|x86_virt_spec|xfd_validate|fpstate"),
    ("probes of svm-fixup", r"^\[svm_fixup\]|kprobe|rethook|ftrace|objpool|default_send_IPI|sysvec_resched|bsearch"),
    ("nvme-tcp, nvmet", r"^\[nvme"),
    ("CRC-32C", r"crc|shash|kernel_fpu|irq_fpu"),
    ("security modules, seccomp", r"^security_|selinux|tomoyo|apparmor|hook_|landlock|bpf_lsm|cap_|has_perm|avc|seccomp|"
        r"secure_computing|__file_has|yama|syscall_trace|inode_security|netlbl"),
    ("copying, clearing", r"memcpy|memset|memmove|rep_movs|rep_stos|copy_(from|to)_(user|iter)|copy_page|clear_page|"
        r"copy_user|skb_copy_|^copy_|iter_copy"),
    ("TCP/IP", r"tcp|^_*ip_|^ip4|inet|ipv4|_rtt|cubic|^fib_|^rt_|dst_|^nf_|sk_stream|raw_local|^_*sk_|xfrm"),
    ("sockets, AF_PACKET", r"(^|\] )_*(t?packet_|prb_)|tpacket|sendmm?sg|sendto|recvmsg|^sock_(send|recv|alloc|put)|"
        r"msghdr|import_iovec|import_ubuf"),
    ("skb", r"skb|napi_alloc|^sock_|page_frag|kmalloc_reserve|free_head"),
    ("network core", r"^\[veth\]|dev_|netif|napi|net_|qdisc|sch_|eth_|neigh|xmit|rcv|backlog|handshake_exit|"
        r"passthru_features"),
    ("memory", r"kmem_cache|kmalloc|kfree|slab|alloc_page|memcg|mem_cgroup|get_page|gup_|user_page|folio|pcp|rmqueue|"
        r"obj_cgroup|virt_addr_valid|check_(heap_)?object|check_stack_object|put_page|follow_page|free_(unref|one|tail)|"
        r"prep_new_page|mod_(node|zone)_|policy_nodemask|cpu_partial|put_partials|get_partial|setup_object|chacha|"
        r"get_random|accept_memory|sgl_|find_vma|mt_find|vma_|pmd|vmalloc"),
    ("io_uring", r"^_*io_|tctx_|io_uring|task_work|ctx_flush"),
    ("block, tmpfs, files", r"blk|bio|bvec|blkdev|shmem|filemap|xas_|xa_load|^\[dm|iocb|iomap|sg_|vfs|fget|fput|fsnotify|"
        r"rw_verify|atime|file_|^\[virtio_blk|sbitmap|elv|dma_map|dma_direct|iov|mempool|fdget|fault_in|"
        r"generic_perform|pwrite|pread|sys_p?read|sys_p?write|current_time|^\[9p"),
    ("epoll, eventfd, vfio", r"poll|^ep_|epi_|eventfd|vfio|signalfd|add_wait_queue|remove_wait|timerfd|ioctl"),
    ("timers and clock", r"timer|ktime|clock|tick_|lapic|rb_|tsc|vdso|calc_wheel|detach_if_pending|jiffies|timekeeping|"
        r"timespec"),
    ("scheduler, wake-up", r"sched|wake|ttwu|enqueue|dequeue|pick_|__switch_to|switch_mm|update_curr|switch_fpu|"
        r"_entity|update_load|cpu_util|prepare_to|finish_wait|se_|_se$|context_switch|rq_|_rq|eevdf|"
        r"place_|update_cfs|vruntime|psi_|cpuacct|balance|select_task|finish_task|load_avg|mm_cid|next_task|"
        r"update_min|check_preempt|resched|cgroup|eligible|update_deadline|dl_server|idle|record_times|wait_queue|"
        r"autoremove|kthread|worker|process_one_work|queue_work|insert_work|prev_task|next_buddy|rcuwait|"
        r"native_load_tls|switch_ldt|clear_delayed|cr4_update|preempt_notifier|cpu_capacity"),
    ("softirq, interrupts", r"softirq|local_bh|tasklet|irq_exit|irq_enter|do_irq|handle_irq|handle_edge|sysvec|irq_work"),
    ("entry and exit of calls", r"(?<!list_del_)entry|syscall|exit_to|sysret|error_|restore_regs|sys_|rseq|gsbase|signal"),
    ("locks, RCU", r"lock|rcu|mutex|_raw_|futex|refcount"),
)

OTHER = "kernel, the rest"


def group_of(name, groups):
    for group, pattern in groups:
        if re.search(pattern, name):
            return group
    return OTHER
