# SPDX-License-Identifier: GPL-2.0-only
"""Ethernet frames to send through the device, and what a receiver makes of those that it sends."""

import struct

PEER = bytes.fromhex("020000000001")
BROADCAST = b"\xff" * 6
ICMP, TCP, UDP = 1, 6, 17
IP4_SOURCE, IP4_TARGET = bytes((192, 0, 2, 1)), bytes((192, 0, 2, 2))
IP6_SOURCE = bytes.fromhex("20010db8000000000000000000000001")
IP6_TARGET = bytes.fromhex("20010db8000000000000000000000002")


def pattern(length, seed=0):
    return bytes((i * 7 + seed) & 0xff for i in range(length))


def checksum(data):
    total = sum(struct.unpack(f">{(len(data) + 1) // 2}H", data + bytes(len(data) & 1)))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ethernet(target, source, kind, payload, vlan=None):
    tag = b"" if vlan is None else struct.pack(">HH", 0x8100, vlan)
    return (target + source + tag + struct.pack(">H", kind) + payload).ljust(60, b"\0")


def udp(payload, ports=(1000, 2000), check=0):
    return struct.pack(">HHHH", *ports, 8 + len(payload), check) + payload


def tcp(payload, ports=(1000, 2000), check=0, flags=0x18, sequence=0x1000):
    return struct.pack(">HHIIHHHH", *ports, sequence, 0x2000, 5 << 12 | flags, 8192, check, 0) + payload


def pseudo4(protocol, length):
    return IP4_SOURCE + IP4_TARGET + struct.pack(">BBH", 0, protocol, length)


def pseudo6(protocol, length):
    return IP6_SOURCE + IP6_TARGET + struct.pack(">II", length, protocol)


# Where the checksum is in a header
CHECK_AT = {TCP: 16, UDP: 6, ICMP: 2}


def with_check(segment, protocol, pseudo=b"", wrong=0):
    at = CHECK_AT[protocol]
    value = checksum(pseudo + segment[:at] + b"\0\0" + segment[at + 2:]) ^ wrong
    return segment[:at] + struct.pack(">H", value) + segment[at + 2:]


def ip4(protocol, payload, wrong=0, check=None, length=None, fragment=0):
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload) if length is None else length, 0x1234,
                         fragment, 64, protocol, 0) + IP4_SOURCE + IP4_TARGET
    value = checksum(header) ^ wrong if check is None else check
    return header[:10] + struct.pack(">H", value) + header[12:] + payload


def ip6(protocol, payload, length=None):
    return struct.pack(">IHBB", 6 << 28, len(payload) if length is None else length, protocol, 64) + \
        IP6_SOURCE + IP6_TARGET + payload


def transport4(protocol, segment, wrong=0, **kwargs):
    pseudo = b"" if protocol == ICMP else pseudo4(protocol, len(segment))
    return ip4(protocol, with_check(segment, protocol, pseudo, wrong), **kwargs)


def transport6(protocol, segment, wrong=0):
    return ip6(protocol, with_check(segment, protocol, pseudo6(protocol, len(segment)), wrong))


# ---- what a network stack does with a frame that comes with a struct virtio_net_hdr ----

VNET_HEADER = struct.Struct("<BBHHHH")
NEEDS_CSUM, GSO_TCP4, GSO_TCP6 = 1, 1, 4


def on_the_wire(data):
    """The frames that leave for one with its header, when the interface can offload nothing."""
    flags, kind, _, size, start, offset = VNET_HEADER.unpack_from(data)
    frame = data[VNET_HEADER.size:]
    if kind & 0x7f in (GSO_TCP4, GSO_TCP6):
        return segments(frame, kind & 0x7f == GSO_TCP4, size, start)
    return [completed(frame, start, offset) if flags & NEEDS_CSUM else frame]


def completed(frame, start, offset):
    """The field holds the sum of the pseudo header already."""
    at = start + offset
    return frame[:at] + struct.pack(">H", checksum(frame[start:])) + frame[at + 2:]


def segments(frame, is_ip4, size, start):
    header_length = start + (frame[start + 12] >> 4) * 4
    header, data = frame[:header_length], frame[header_length:]
    network = start - (20 if is_ip4 else 40)
    for offset in range(0, len(data), size):
        part, last = data[offset:offset + size], offset + size >= len(data)
        segment = bytearray(header[start:] + part)
        sequence, = struct.unpack_from(">I", segment, 4)
        struct.pack_into(">I", segment, 4, sequence + offset & 0xffffffff)
        if not last:
            segment[13] &= ~0x09        # FIN and PSH
        addresses = header[start - (8 if is_ip4 else 32):start]
        pseudo = addresses + (struct.pack(">BBH", 0, TCP, len(segment)) if is_ip4
                              else struct.pack(">II", len(segment), TCP))
        yield header[:network] + network_header(header[network:start], is_ip4, len(segment),
                                                offset // size) + with_check(bytes(segment), TCP, pseudo)


def network_header(header, is_ip4, length, number):
    if not is_ip4:
        return header[:4] + struct.pack(">H", length) + header[6:]
    identification, = struct.unpack_from(">H", header, 4)
    header = bytearray(header)
    struct.pack_into(">H", header, 2, 20 + length)
    struct.pack_into(">H", header, 4, identification + number & 0xffff)
    struct.pack_into(">H", header, 10, 0)
    struct.pack_into(">H", header, 10, checksum(bytes(header)))
    return bytes(header)
