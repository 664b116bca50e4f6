/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * /dev/vrc: control of the virtual PCIe interconnect.
 *
 * Every ioctl takes a pointer to a structure that starts with argsz and
 * flags. argsz is the size that the caller knows. The kernel takes a smaller
 * structure as zero-filled at its end and writes back no more than argsz
 * bytes; of a larger one the part that the kernel does not know must be zero.
 *
 * Errors of every ioctl:
 *   EFAULT  a pointer cannot be read or written
 *   EINVAL  argsz is below the structure's first version; a flag bit that
 *           is not defined; a reserved field that is not zero
 *   E2BIG   argsz is larger than the kernel knows and the tail is not zero
 *   ENOTTY  no such ioctl
 *   EPERM   the ioctl changes something and the caller has no CAP_NET_ADMIN
 *   ENODEV  no such port, or no such function on it
 *   EINTR   the caller was killed while it waited
 *
 * Permissions: the ioctls marked [admin] need CAP_NET_ADMIN in the initial
 * user namespace, whatever the network namespace of the NIC: a port hands out
 * devices to virtual machines of the whole host. The others, and reading
 * events, need only the open file (mode 0600 unless udev says otherwise);
 * VRC_IOC_FUNC_INFO keeps the ids of sessions to those who have it.
 *
 * A function is named by port number and BDF: bus << 8 | device << 3 | function.
 */
#ifndef _UAPI_VRC_H
#define _UAPI_VRC_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define VRC_IOC_MAGIC	0xBD

/* Lengths of text fields: the longest text and its NUL. */
#define VRC_UAPI_NAME	40
#define VRC_UAPI_LABEL	48

/* Limits that the kernel checks. */
#define VRC_SCAN_TIME_MIN_MS	50
#define VRC_SCAN_TIME_MAX_MS	60000
#define VRC_BAR_MAX_LEN		4096

#define VRC_PORT_MAX		65535		/* largest number that can be asked for */
#define VRC_PORT_PCI_MAX	32767		/* and with VRC_PORT_PCI */

#define VRC_PORT_NUMBER		(1 << 0)	/* @port is the number wanted */
#define VRC_PORT_PCI		(1 << 1)	/* functions are PCI devices of the host, too */

/**
 * struct vrc_ioctl_port_add - make a network interface a VRC port [admin]
 * @argsz: size of this structure
 * @flags: VRC_PORT_NUMBER; without it: the lowest number that is free. VRC_PORT_PCI:
 *	a function vrcN:BB:DD.F is also the PCI device BB:DD.F of domain 0x8000 + N,
 *	which is then the parent of its mdev.
 * @ifindex: interface, in the network namespace of the caller
 * @ethertype: EtherType of the frames, 0: the default (0x88B5), else 0x0600 or above
 * @reserved: 0
 * @port: out: number N of the port vrcN; with VRC_PORT_NUMBER in, too: 0 to VRC_PORT_MAX
 *
 * Errors: ENODEV no such interface; EPFNOSUPPORT the interface is no Ethernet
 * device (or is loopback); EEXIST the interface is a port already; EBUSY another
 * port has the number; ERANGE number above VRC_PORT_MAX, or VRC_PORT_PCI_MAX;
 * ENOSPC no number is free; EOPNOTSUPP no VRC_PORT_PCI on this architecture; EINVAL
 * ethertype below 0x0600; ENOMEM.
 */
struct vrc_ioctl_port_add {
	__u32 argsz;
	__u32 flags;
	__u32 ifindex;
	__u16 ethertype;
	__u16 reserved;
	__u32 port;
};

#define VRC_IOC_PORT_ADD	_IO(VRC_IOC_MAGIC, 0)

/**
 * struct vrc_ioctl_port_remove - remove a port, its functions and their places [admin]
 * @argsz: size of this structure
 * @flags: 0
 * @port: number of the port
 *
 * Errors: EBUSY a function of the port has an mdev or is in use.
 */
struct vrc_ioctl_port_remove {
	__u32 argsz;
	__u32 flags;
	__u32 port;
};

#define VRC_IOC_PORT_REMOVE	_IO(VRC_IOC_MAGIC, 1)

/* Afterwards forget every absent station that is neither pinned nor in use. */
#define VRC_SCAN_FORGET		(1 << 0)

/**
 * struct vrc_ioctl_scan - discover stations and enumerate their functions [admin]
 * @argsz: size of this structure
 * @flags: VRC_SCAN_FORGET or 0
 * @port: number of the port
 * @time_ms: how long to listen for answers, 50 to 60000; 0: 500
 * @stations: out: stations that answered
 * @functions: out: functions of those, the ones of other owners included
 * @new_functions: out: functions that this scan has made usable
 * @errors: out: functions and stations that could not be enumerated; each is an
 *	event, and VRC_IOC_FUNC_INFO says why
 *
 * Enumeration takes as long as it takes after @time_ms, some milliseconds a
 * function, with every single wait bounded. Functions in use are left alone.
 *
 * Errors: ERANGE time_ms; EBUSY another scan of this port runs; ENETDOWN the
 * NIC is gone, down or has no carrier; EINTR killed.
 */
struct vrc_ioctl_scan {
	__u32 argsz;
	__u32 flags;
	__u32 port;
	__u32 time_ms;
	__u32 stations;
	__u32 functions;
	__u32 new_functions;
	__u32 errors;
};

#define VRC_IOC_SCAN		_IO(VRC_IOC_MAGIC, 2)

#define VRC_PLACE_PIN		(1 << 0)	/* this station has this place, now and later */
#define VRC_PLACE_UNPIN		(1 << 1)	/* it stays until another is pinned there */
#define VRC_PLACE_FORGET	(1 << 2)	/* drop the station, its functions and its place */

/**
 * struct vrc_ioctl_place - set the place of a station [admin]
 * @argsz: size of this structure
 * @flags: exactly one of VRC_PLACE_*
 * @port: number of the port
 * @bus: VRC_PLACE_PIN: bus 1 to 255
 * @device: VRC_PLACE_PIN: device 0 to 31
 * @reserved: 0
 * @serial: of the station, not 0; VRC_PLACE_PIN takes one that has not been seen yet
 *
 * A station that moves loses its function devices; the next scan makes them
 * anew at the new place.
 *
 * Errors: ENOENT (UNPIN, FORGET) no such station; ERANGE bus or device;
 * EEXIST another station that is pinned or in use has the place; EBUSY the
 * station is in use and would move or go.
 */
struct vrc_ioctl_place {
	__u32 argsz;
	__u32 flags;
	__u32 port;
	__u8  bus;
	__u8  device;
	__u16 reserved;
	__u64 serial;
};

#define VRC_IOC_PLACE		_IO(VRC_IOC_MAGIC, 3)

#define VRC_MAP_PRESENT		(1 << 0)	/* answered the last scan or has a live session */
#define VRC_MAP_PINNED		(1 << 1)
#define VRC_MAP_CONFLICT	(1 << 2)	/* another MAC claims the same serial */
#define VRC_MAP_SEEN		(1 << 3)	/* has ever answered: mac and name are valid */

/**
 * struct vrc_map_place - one station: BDF -> MAC
 * @serial: of the station
 * @instance: of its last advertisement
 * @mac: its address
 * @bus: its bus
 * @device: its device number on the bus
 * @flags: VRC_MAP_*
 * @functions: bit n: the station has function n
 * @owned: bit n: function n was advertised as owned, by this root or another
 * @max_payload: largest frame payload that it takes
 * @name: as advertised
 */
struct vrc_map_place {
	__u64 serial;
	__u64 instance;
	__u8  mac[6];
	__u8  bus;
	__u8  device;
	__u32 flags;
	__u8  functions;
	__u8  owned;
	__u16 max_payload;
	char  name[VRC_UAPI_NAME];
};

#define VRC_RANGE_IO		(1 << 0)
#define VRC_RANGE_64		(1 << 1)
#define VRC_RANGE_PREFETCH	(1 << 2)
#define VRC_RANGE_ROM		(1 << 3)

/**
 * struct vrc_map_range - one BAR: address -> MAC
 * @start: first bus address in the port's domain
 * @size: bytes
 * @bdf: the function that decodes it
 * @bar: 0 to 5, 6: the expansion ROM
 * @flags: VRC_RANGE_*; none: 32-bit memory
 * @mac: where requests for it go
 * @reserved: 0
 */
struct vrc_map_range {
	__u64 start;
	__u64 size;
	__u16 bdf;
	__u8  bar;
	__u8  flags;
	__u8  mac[6];
	__u8  reserved[6];
};

/**
 * struct vrc_ioctl_map - read the map
 * @argsz: size of this structure
 * @flags: 0
 * @port: number of the port
 * @nr_places: in: entries that @places has room for; out: places that exist
 * @nr_ranges: in: entries that @ranges has room for; out: ranges that exist
 * @reserved: 0
 * @places: user pointer to struct vrc_map_place[], ordered by bus and device
 * @ranges: user pointer to struct vrc_map_range[], ordered by BDF and BAR
 *
 * If more exist than there is room for, the first ones are written and the
 * counts tell: call again with more room.
 */
struct vrc_ioctl_map {
	__u32 argsz;
	__u32 flags;
	__u32 port;
	__u32 nr_places;
	__u32 nr_ranges;
	__u32 reserved;
	__u64 places;
	__u64 ranges;
};

#define VRC_IOC_MAP		_IO(VRC_IOC_MAGIC, 4)

#define VRC_STATE_READY		0	/* usable, not in use */
#define VRC_STATE_UP		1	/* in use, with a live session */
#define VRC_STATE_DOWN		2	/* in use, the station does not answer or refuses */
#define VRC_STATE_CHANGED	3	/* in use, the station came back with another device */
#define VRC_STATE_GONE		4	/* being removed */
#define VRC_STATE_UNKNOWN	5	/* advertised, not enumerated: refusal and error say why */
#define VRC_STATE_ABSENT	6	/* not in use, and its station does not answer */

/**
 * struct vrc_func_bar - a BAR of a function
 * @addr: bus address in the port's domain
 * @size: bytes, 0: not implemented
 * @flags: VRC_RANGE_*
 * @reserved: 0
 */
struct vrc_func_bar {
	__u64 addr;
	__u64 size;
	__u32 flags;
	__u32 reserved;
};

/**
 * struct vrc_ioctl_func_info - all about one function
 * @argsz: size of this structure
 * @flags: 0
 * @port: in: number of the port
 * @bdf: in: the function
 * @reserved0: 0
 * @state: out: VRC_STATE_*; with VRC_STATE_UNKNOWN all that enumeration finds is 0
 * @error: out: positive errno of the last try to bind or enumerate, 0: it went well
 * @serial: out: of the station
 * @owner: out: root id of who owns it, as last advertised, 0: free
 * @mac: out: of the station
 * @vendor: out: Vendor ID
 * @device: out: Device ID
 * @subsystem_vendor: out: Subsystem Vendor ID
 * @subsystem_device: out: Subsystem ID
 * @class_code: out: class, subclass, programming interface: 0x010802
 * @revision: out: Revision ID
 * @mps: out: Max_Payload_Size in bytes
 * @mrrs: out: Max_Read_Request_Size in bytes
 * @payload: out: frame payload that the path takes; 0 without session
 * @refusal_reason: out: enum vrc_refusal (vrc_wire.h) of the last BIND refused, 0: none
 * @reserved1: 0
 * @reserved2: 0
 * @refusal_owner: out: root id of who owned it then
 * @name: out: of the station
 * @label: out: of who uses it here: the UUID of its mdev, or "ping", "scan"
 * @reason: out: why it is in its state: "station restarted", ...
 * @refusal_owner_name: out: name of the root that owned it then
 * @refusal_label: out: the label it was bound with then
 * @bar: out: the BARs; [6] is the expansion ROM
 * @session: out: id that frames to this root carry; 0 without session
 * @peer_session: out: id that frames to the station carry; 0 without session
 *
 * Both ids are 0 to a caller without CAP_NET_ADMIN: with them frames can be forged.
 */
struct vrc_ioctl_func_info {
	__u32 argsz;
	__u32 flags;
	__u32 port;
	__u16 bdf;
	__u16 reserved0;
	__u32 state;
	__u32 error;
	__u64 serial;
	__u64 owner;
	__u8  mac[6];
	__u16 vendor;
	__u16 device;
	__u16 subsystem_vendor;
	__u16 subsystem_device;
	__u8  revision;
	__u8  reserved1;
	__u32 class_code;
	__u32 mps;
	__u32 mrrs;
	__u32 payload;
	__u32 refusal_reason;
	__u32 reserved2;
	__u64 refusal_owner;
	char  name[VRC_UAPI_NAME];
	char  label[VRC_UAPI_LABEL];
	char  reason[VRC_UAPI_LABEL];
	char  refusal_owner_name[VRC_UAPI_NAME];
	char  refusal_label[VRC_UAPI_LABEL];
	struct vrc_func_bar bar[7];
	__u64 session;
	__u64 peer_session;
};

#define VRC_IOC_FUNC_INFO	_IO(VRC_IOC_MAGIC, 5)

#define VRC_RESET_FORCE		(1 << 0)	/* even though it is in use */

/**
 * struct vrc_ioctl_reset - reset a function [admin]
 * @argsz: size of this structure
 * @flags: VRC_RESET_FORCE or 0
 * @port: number of the port
 * @bdf: the function
 * @reserved: 0
 *
 * A function in use is reset with VRC_RESET_FORCE only; its user sees what it
 * would see if the station had restarted.
 *
 * Errors: EBUSY in use here without VRC_RESET_FORCE, or owned by another root;
 * EACCES, ESTALE, ENOENT, ETIMEDOUT, ENETDOWN: as VRC_IOC_CFG; EIO the function is down.
 */
struct vrc_ioctl_reset {
	__u32 argsz;
	__u32 flags;
	__u32 port;
	__u16 bdf;
	__u16 reserved;
};

#define VRC_IOC_RESET		_IO(VRC_IOC_MAGIC, 6)

#define VRC_ACCESS_WRITE	(1 << 0)	/* else read */

/**
 * struct vrc_ioctl_cfg - access config space by one TLP [admin]
 * @argsz: size of this structure
 * @flags: VRC_ACCESS_WRITE or 0
 * @port: number of the port
 * @bdf: the function
 * @offset: of the register, 0 to 4095
 * @width: 1, 2 or 4 bytes, within one dword
 * @value: the value, in: write, out: read
 * @time_ns: out: from request to completion
 *
 * This is a real CfgRd0 or CfgWr0, never answered from a copy. A function that
 * is not in use is bound for the access, with the label "ping", which resets it
 * (VRC binds a function in its state after a conventional reset).
 *
 * Errors: EINVAL width or offset; EREMOTEIO the function answered Unsupported
 * Request; ECONNABORTED it answered Completer Abort or with poisoned data; ETIMEDOUT no
 * completion, or no answer to BIND; EIO in use and down; EBUSY owned by another
 * root (VRC_IOC_FUNC_INFO says whose); EACCES the station's policy or the port's
 * allow-list; ESTALE the station has restarted or changed: scan again; ENOENT the
 * station has no such function any more; ENETDOWN no NIC.
 */
struct vrc_ioctl_cfg {
	__u32 argsz;
	__u32 flags;
	__u32 port;
	__u16 bdf;
	__u16 offset;
	__u32 width;
	__u32 value;
	__u64 time_ns;
};

#define VRC_IOC_CFG		_IO(VRC_IOC_MAGIC, 7)

/**
 * struct vrc_ioctl_bar - access a BAR [admin]
 * @argsz: size of this structure
 * @flags: VRC_ACCESS_WRITE or 0
 * @port: number of the port
 * @bdf: the function
 * @bar: 0 to 5, 6: the expansion ROM (reads only)
 * @reserved: 0
 * @offset: within the BAR
 * @data: user pointer to @len bytes
 * @len: 1 to 4096; @offset + @len within the BAR
 * @reserved1: 0
 * @time_ns: out: how long it took; a memory write is posted and takes no round trip
 *
 * A function that is not in use is bound for the access as with VRC_IOC_CFG: it
 * starts from reset, and what is written lasts until the call returns.
 *
 * Errors: as VRC_IOC_CFG; EINVAL bar not implemented, offset or len beyond it, or
 * a write to the ROM.
 */
struct vrc_ioctl_bar {
	__u32 argsz;
	__u32 flags;
	__u32 port;
	__u16 bdf;
	__u8  bar;
	__u8  reserved;
	__u64 offset;
	__u64 data;
	__u32 len;
	__u32 reserved1;
	__u64 time_ns;
};

#define VRC_IOC_BAR		_IO(VRC_IOC_MAGIC, 8)

/* What happened: vrc_event.type. */
#define VRC_EVENT_OVERFLOW		0	/* arg: events lost; the reader was too slow */
#define VRC_EVENT_PORT_ADDED		1
#define VRC_EVENT_PORT_REMOVED		2
#define VRC_EVENT_PORT_LINK		3	/* arg: 1: NIC present, up, with carrier; 0: not */
#define VRC_EVENT_STATION_NEW		4	/* arg: serial, also below */
#define VRC_EVENT_STATION_RESTARTED	5	/* another instance than before */
#define VRC_EVENT_STATION_MOVED		6	/* another MAC than before */
#define VRC_EVENT_STATION_ABSENT	7	/* did not answer the scan */
#define VRC_EVENT_STATION_CONFLICT	8	/* two MACs claim one serial */
#define VRC_EVENT_STATION_GONE		9	/* forgotten */
#define VRC_EVENT_FUNC_ADDED		10
#define VRC_EVENT_FUNC_REMOVED		11
#define VRC_EVENT_FUNC_STATE		12	/* arg: VRC_STATE_*; text: the reason */
#define VRC_EVENT_FUNC_ERROR		13	/* arg: errno; could not be enumerated; text: why */
#define VRC_EVENT_SCAN_DONE		14	/* arg: stations that answered */

#define VRC_EVENT_QUEUE			1024	/* records that wait for one reader */

/**
 * struct vrc_event - one event, as read from /dev/vrc
 * @size: bytes of this record; the next one starts after it
 * @type: VRC_EVENT_*; ignore those you do not know
 * @port: number of the port
 * @bdf: the function, or the station's function 0; 0: none
 * @reserved: 0
 * @arg: see @type
 * @timestamp: CLOCK_REALTIME, nanoseconds
 * @text: for people, NUL-terminated
 *
 * Every open file gets the events from its open on. read() returns whole
 * records, as many as fit; it waits for the first unless O_NONBLOCK; EINVAL
 * if the buffer holds less than one. Events that could not be copied (EFAULT)
 * stay for the next read(). With O_NONBLOCK: EAGAIN if there is none, or
 * another thread is reading the same open file. poll() reports POLLIN.
 * When the reader falls VRC_EVENT_QUEUE records behind, the new ones are
 * dropped and one VRC_EVENT_OVERFLOW in their place says how many.
 */
struct vrc_event {
	__u32 size;
	__u32 type;
	__u32 port;
	__u16 bdf;
	__u16 reserved;
	__u64 arg;
	__u64 timestamp;
	char  text[128];
};

#endif /* _UAPI_VRC_H */
