-- SPDX-License-Identifier: GPL-2.0-only
--
-- TLPs: the names of the PCI Express Base Specification, and the rules that a receiver checks.
-- A part of vrc.lua, which loads it. When Wireshark loads it, as it does all that it finds, it does
-- nothing.
local V = ...
if type(V) ~= "table" then
	return
end
local f, e, field, expert = V.f, V.e, V.field, V.expert
local bxor, band, rshift = bit.bxor, bit.band, bit.rshift

local FMT = { [0] = "3DW, no data", "4DW, no data", "3DW, data", "4DW, data", "TLP prefix" }
local TYPES = {
	[0x00] = "MRd", [0x20] = "MRd", [0x40] = "MWr", [0x60] = "MWr", [0x02] = "IORd",
	[0x42] = "IOWr", [0x04] = "CfgRd0", [0x44] = "CfgWr0", [0x05] = "CfgRd1", [0x45] = "CfgWr1",
	[0x0a] = "Cpl", [0x4a] = "CplD",
}
for routing = 0, 7 do
	TYPES[0x30 + routing], TYPES[0x70 + routing] = "Msg", "MsgD"
end
local STATUS = { [0] = "SC", "UR", "RRS", [4] = "CA" }
local STATUS_LONG = {
	[0] = "SC, Successful Completion", "UR, Unsupported Request", "RRS, Request Retry Status",
	[4] = "CA, Completer Abort",
}
local ROUTING = {
	[0] = "to the Root Complex", "by address", "by ID", "broadcast from the Root Complex",
	"local, terminates at the receiver", "gathered, to the Root Complex",
}
local MESSAGES = {
	[0x14] = "PM_Active_State_Nak", [0x18] = "PM_PME", [0x19] = "PME_Turn_Off",
	[0x1b] = "PME_TO_Ack", [0x20] = "Assert_INTA", [0x21] = "Assert_INTB", [0x22] = "Assert_INTC",
	[0x23] = "Assert_INTD", [0x24] = "Deassert_INTA", [0x25] = "Deassert_INTB",
	[0x26] = "Deassert_INTC", [0x27] = "Deassert_INTD", [0x30] = "ERR_COR",
	[0x31] = "ERR_NONFATAL", [0x33] = "ERR_FATAL", [0x50] = "Set_Slot_Power_Limit",
	[0x7e] = "Vendor_Defined Type 0", [0x7f] = "Vendor_Defined Type 1",
}
local REGISTERS = {
	[0x00] = "Vendor ID, Device ID", [0x04] = "Command, Status",
	[0x08] = "Revision ID, Class Code", [0x0c] = "Header Type", [0x10] = "BAR 0", [0x14] = "BAR 1",
	[0x18] = "BAR 2", [0x1c] = "BAR 3", [0x20] = "BAR 4", [0x24] = "BAR 5",
	[0x28] = "Cardbus CIS Pointer", [0x2c] = "Subsystem IDs", [0x30] = "Expansion ROM BAR",
	[0x34] = "Capabilities Pointer", [0x3c] = "Interrupt Line, Interrupt Pin",
	[0x100] = "first extended capability",
}

field("none", "tlp", "TLP")
field("string", "tlp.name", "TLP")
field("uint8", "tlp.fmt", "Fmt", base.HEX, FMT, 0xe0)
field("uint8", "tlp.type", "Type", base.HEX, nil, 0x1f)
field("uint8", "tlp.tc", "TC, Traffic Class", base.DEC, nil, 0x70)
field("bool", "tlp.attr.ido", "Attr[2], ID-Based Ordering", 8, nil, 0x04)
field("bool", "tlp.th", "TH, TLP Hints", 8, nil, 0x01)
field("bool", "tlp.td", "TD, TLP Digest", 8, nil, 0x80)
field("bool", "tlp.ep", "EP, poisoned", 8, nil, 0x40)
field("bool", "tlp.attr.ro", "Attr[1], Relaxed Ordering", 8, nil, 0x20)
field("bool", "tlp.attr.ns", "Attr[0], No Snoop", 8, nil, 0x10)
field("uint8", "tlp.at", "AT, Address Type", base.HEX, nil, 0x0c)
field("uint16", "tlp.length", "Length (DW)")
field("string", "tlp.requester", "Requester ID")
field("uint8", "tlp.tag", "Tag", base.HEX)
field("uint8", "tlp.last_be", "Last DW BE", base.HEX, nil, 0xf0)
field("uint8", "tlp.first_be", "First DW BE", base.HEX, nil, 0x0f)
field("uint64", "tlp.address", "Address", base.HEX)
field("string", "tlp.target", "Target (Bus, Device, Function)")
field("uint16", "tlp.register", "Register", base.HEX)
field("string", "tlp.completer", "Completer ID")
field("uint8", "tlp.status", "Completion Status", base.DEC, STATUS_LONG, 0xe0)
field("bool", "tlp.bcm", "BCM, Byte Count Modified", 8, nil, 0x10)
field("uint16", "tlp.byte_count", "Byte Count")
field("uint8", "tlp.lower_address", "Lower Address", base.HEX, nil, 0x7f)
field("uint8", "tlp.routing", "Routing", base.DEC, ROUTING, 0x07)
field("uint8", "tlp.message_code", "Message Code", base.HEX, MESSAGES)
field("bytes", "tlp.message_header", "Bytes 8 to 15 of the header")
field("bytes", "tlp.data", "Data")
field("uint32", "tlp.ecrc", "ECRC", base.HEX)
field("string", "tlp.ecrc.status", "ECRC status")
field("string", "tlp.error", "Error")
field("uint32", "tlp.bytes", "Bytes enabled")
field("uint32", "tlp.msi_data", "Interrupt, Message Data", base.HEX)

expert("tlp_malformed", "MALFORMED", "ERROR", "Malformed TLP")
expert("tlp_bad_ecrc", "CHECKSUM", "ERROR", "ECRC is wrong")
expert("tlp_poisoned", "PROTOCOL", "WARN", "Poisoned TLP, its data is not used")

local HDR_LEN = 32		-- of the frame

local CRC = {}
for i = 0, 255 do
	local crc = i
	for _ = 1, 8 do
		crc = bxor(rshift(crc, 1), crc % 2 == 1 and 0xedb88320 or 0)
		crc = crc % 0x100000000
	end
	CRC[i] = crc
end

-- ECRC, section 2.7.1: bits that may change on the way count as 1.
local function ecrc(bytes)
	local crc = 0xffffffff
	for i = 1, #bytes do
		local byte = bytes:byte(i)
		if i == 1 and byte % 2 == 0 then
			byte = byte + 1
		elseif i == 3 and byte % 0x80 < 0x40 then
			byte = byte + 0x40
		end
		crc = bxor(rshift(crc, 8), CRC[band(bxor(crc, byte), 0xff)])
	end
	return bxor(crc, 0xffffffff) % 0x100000000
end

local function bdf(id)
	return string.format("%02x:%02x.%d", math.floor(id / 256), math.floor(id / 8) % 32, id % 8)
end

-- Byte enables as bits 0 to 3: the lowest and the highest that is set
local function lowest(be)
	return be % 2 == 1 and 0 or be % 4 >= 2 and 1 or be % 8 >= 4 and 2 or 3
end

local function highest(be)
	return be >= 8 and 3 or be >= 4 and 2 or be >= 2 and 1 or 0
end

-- Where the bytes that a request names begin, from its address on, and how many they are
local function set_range(t)
	local be = t.length == 1 and t.first_be or t.last_be
	t.start = t.first_be == 0 and 0 or lowest(t.first_be)
	t.bytes = t.first_be == 0 and 0 or (t.length - 1) * 4 + highest(be) - t.start + 1
end

local function check_be(t)
	local first, last = t.first_be, t.last_be
	local runs = (first == 0xf or first == 0xe or first == 0xc or first == 8) and
		(last == 0xf or last == 7 or last == 3 or last == 1)
	if t.length == 1 then
		return last ~= 0 and "Last DW BE must be 0 when Length is 1"
	elseif first == 0 or last == 0 then
		return "byte enables must not be 0 when Length is above 1"
	elseif not runs and not (t.length == 2 and t.lo % 8 == 0) then
		return "byte enables are not contiguous"
	end
end

local function check_completion(t)
	if not STATUS[t.status] then
		return "bad completion status or byte count", "status " .. t.status .. " is reserved"
	elseif t.name == "CplD" and t.status ~= 0 then
		return "bad completion status or byte count", "data come with status SC only"
	elseif t.name == "CplD" and t.length > math.floor((t.byte_count + t.lower % 4 + 3) / 4) then
		return "bad completion status or byte count", "Length is more than Byte Count has left"
	end
end

-- The rules of drivers/vrc/proto/tlp.c, in its order: the error and what exactly is wrong
local function check_tlp(t)
	local wrong
	if t.family == "mem" and t.lo % 4096 + t.length * 4 > 4096 then
		return "bad address", "crosses 4 KiB"
	elseif t.family == "cpl" then
		return check_completion(t)
	elseif t.family == "msg" then
		return nil
	elseif t.family ~= "mem" and t.length ~= 1 then
		return "bad Length", "Length of " .. t.name .. " must be 1"
	end
	wrong = check_be(t)
	if wrong then
		return "bad byte enables", wrong
	elseif t.dw4 and t.hi == 0 then
		return "bad address", "4DW header for an address below 4 GiB"
	end
end

local FAMILY = { MRd = "mem", MWr = "mem", IORd = "io", IOWr = "io", Cpl = "cpl", CplD = "cpl",
		 Msg = "msg", MsgD = "msg" }
local HAS_DATA = { MWr = true, IOWr = true, CfgWr0 = true, CfgWr1 = true, CplD = true, MsgD = true }
local POSTED = { MWr = true, Msg = true, MsgD = true }

-- The first DW tells how long the TLP is.
local function read_dw0(tvb, off, left)
	local t = { off = off, left = left }
	if left < 4 then
		return t, "truncated", left .. " bytes are left"
	end
	t.fmt_type = tvb(off, 1):uint()
	t.name = TYPES[t.fmt_type]
	if not t.name then
		return t, "bad Fmt or Type", string.format("0x%02x", t.fmt_type)
	end
	t.family = FAMILY[t.name] or "cfg"
	t.dw4 = math.floor(t.fmt_type / 0x20) % 2 == 1
	t.length = tvb(off + 2, 2):uint() % 1024
	if t.name == "Cpl" or t.name == "Msg" then
		t.length = 0		-- reserved there
	elseif t.length == 0 then
		t.length = 1024
	end
	t.td = tvb(off + 2, 1):uint() >= 0x80
	t.ep = tvb(off + 2, 1):bitfield(1, 1) == 1
	t.hdr = t.dw4 and 16 or 12
	t.data = HAS_DATA[t.name] and t.length * 4 or 0
	t.size = t.hdr + t.data + (t.td and 4 or 0)
	if left < t.size then
		return t, "truncated", string.format("%s of %d bytes, %d are left", t.name, t.size, left)
	end
	return t
end

local function read_header(tvb, t)
	local off = t.off
	t.id = tvb(off + 4, 2):uint()
	if t.family == "cpl" then
		t.completer, t.requester = t.id, tvb(off + 8, 2):uint()
		t.status, t.byte_count = tvb(off + 6, 1):bitfield(0, 3), tvb(off + 6, 2):uint() % 4096
		t.byte_count = t.byte_count == 0 and 4096 or t.byte_count
		t.tag, t.lower = tvb(off + 10, 1):uint(), tvb(off + 11, 1):uint() % 128
		return
	end
	t.requester, t.tag = t.id, tvb(off + 6, 1):uint()
	if t.family == "msg" then
		t.code = tvb(off + 7, 1):uint()
		return
	end
	t.first_be, t.last_be = tvb(off + 7, 1):bitfield(4, 4), tvb(off + 7, 1):bitfield(0, 4)
	t.hi = t.dw4 and tvb(off + 8, 4):uint() or 0
	t.lo = tvb(off + (t.dw4 and 12 or 8), 4):uint()
	t.lo = t.lo - t.lo % 4
	if t.family == "cfg" then
		t.target, t.reg = tvb(off + 8, 2):uint(), tvb(off + 10, 2):uint() % 4096
		t.reg = t.reg - t.reg % 4
		t.lo = t.reg
	end
	set_range(t)
end

local function show_dw0(tvb, node, t)
	local off = t.off
	node:add(f["tlp.fmt"], tvb(off, 1))
	node:add(f["tlp.type"], tvb(off, 1))
	node:add(f["tlp.name"], tvb(off, 1), t.name or "unknown")
	node:add(f["tlp.tc"], tvb(off + 1, 1))
	node:add(f["tlp.attr.ido"], tvb(off + 1, 1))
	node:add(f["tlp.th"], tvb(off + 1, 1))
	for _, name in ipairs({ "td", "ep", "attr.ro", "attr.ns", "at" }) do
		node:add(f["tlp." .. name], tvb(off + 2, 1))
	end
	node:add(f["tlp.length"], tvb(off + 2, 2), t.length or tvb(off + 2, 2):uint() % 1024)
end

local function show_completion(tvb, node, t)
	local off = t.off
	node:add(f["tlp.completer"], tvb(off + 4, 2), bdf(t.completer))
	node:add(f["tlp.status"], tvb(off + 6, 1))
	node:add(f["tlp.bcm"], tvb(off + 6, 1))
	node:add(f["tlp.byte_count"], tvb(off + 6, 2), t.byte_count)
	node:add(f["tlp.requester"], tvb(off + 8, 2), bdf(t.requester))
	node:add(f["tlp.tag"], tvb(off + 10, 1))
	node:add(f["tlp.lower_address"], tvb(off + 11, 1))
end

local function show_message(tvb, node, t)
	node:add(f["tlp.routing"], tvb(t.off, 1))
	node:add(f["tlp.message_code"], tvb(t.off + 7, 1))
	node:add(f["tlp.message_header"], tvb(t.off + 8, 8))
end

local function show_request(tvb, node, t)
	local off = t.off
	node:add(f["tlp.requester"], tvb(off + 4, 2), bdf(t.requester))
	node:add(f["tlp.tag"], tvb(off + 6, 1))
	if t.family == "msg" then
		return show_message(tvb, node, t)
	end
	node:add(f["tlp.last_be"], tvb(off + 7, 1))
	node:add(f["tlp.first_be"], tvb(off + 7, 1))
	if t.family == "cfg" then
		local reg
		node:add(f["tlp.target"], tvb(off + 8, 2), bdf(t.target))
		reg = node:add(f["tlp.register"], tvb(off + 10, 2), t.reg)
		if REGISTERS[t.reg] then
			reg:append_text(" (" .. REGISTERS[t.reg] .. ")")
		end
	else
		node:add(f["tlp.address"], tvb(off + 8, t.dw4 and 8 or 4), UInt64.new(t.lo, t.hi))
	end
	node:add(f["tlp.bytes"], t.bytes):set_generated()
end

local function show_ecrc(tvb, node, t)
	local range, status = tvb(t.off + t.hdr + t.data, 4), "unverified"
	if V.prefs.ecrc then
		t.ecrc_ok = ecrc(tvb:raw(t.off, t.hdr + t.data)) == range:le_uint()
		status = t.ecrc_ok and "good" or "bad"
	end
	node:add_le(f["tlp.ecrc"], range)
	node:add(f["tlp.ecrc.status"], status):set_generated()
end

local function describe(t)
	local tag = string.format(" tag %02x", t.tag or 0)
	if t.family == "cpl" then
		local what = t.data > 0 and " " .. math.min(t.data - t.lower % 4, t.byte_count) .. " B" or ""
		return t.name .. tag .. " " .. (STATUS[t.status] or "status " .. t.status) .. what
	elseif t.family == "msg" then
		return t.name .. " " .. (MESSAGES[t.code] or string.format("code 0x%02x", t.code))
	elseif t.family == "cfg" then
		local name = REGISTERS[t.reg] and " (" .. REGISTERS[t.reg] .. ")" or ""
		return string.format("%s %s reg 0x%03x%s", t.name, bdf(t.target), t.reg, name) .. tag
	end
	local address = t.hi > 0 and string.format("0x%x%08x", t.hi, t.lo) or string.format("0x%08x", t.lo)
	return t.name .. " " .. address .. " " .. t.bytes .. " B" .. (POSTED[t.name] and "" or tag)
end

local function is_msi(t)
	return t.name == "MWr" and t.hi == 0 and t.lo >= 0xfee00000 and t.lo < 0xfef00000
end

local function show_body(tvb, node, t)
	read_header(tvb, t)
	if t.family == "cpl" then
		show_completion(tvb, node, t)
	else
		show_request(tvb, node, t)
	end
	if t.data > 0 then
		node:add(f["tlp.data"], tvb(t.off + t.hdr, t.data))
	end
	if t.family == "mem" and is_msi(t) and t.data >= 4 then
		t.msi = tvb(t.off + t.hdr, 4):le_uint()
		node:add_le(f["tlp.msi_data"], tvb(t.off + t.hdr, 4))
	end
	if t.td then
		show_ecrc(tvb, node, t)
	end
	t.info = describe(t) .. (t.msi and string.format(" MSI %04x", t.msi) or "")
end

-- One TLP at @off: t.error is one that makes the rest of the frame worthless
local function show_tlp(tvb, tree, off, left)
	local t, error, why = read_dw0(tvb, off, left)
	local node = tree:add(f.tlp, tvb(off, math.min(t.size or left, left)))
	t.node = node
	if left >= 4 then
		show_dw0(tvb, node, t)
	end
	if not error then
		show_body(tvb, node, t)
		error, why = check_tlp(t)
	end
	if not error and t.td and t.ecrc_ok == false then
		t.bad_ecrc = true
		node:add(f["tlp.error"], "bad ECRC"):set_generated()
		node:add_proto_expert_info(e.tlp_bad_ecrc)
	end
	if error then
		t.error = error
		node:add(f["tlp.error"], error):set_generated()
		node:add_proto_expert_info(e.tlp_malformed, error .. ": " .. why)
	end
	if t.ep and not error then
		node:add_proto_expert_info(e.tlp_poisoned)
	end
	t.info = (t.info or t.name or "TLP") .. (error and " [" .. error .. "]" or "") ..
		(t.ep and " [poisoned]" or "") .. (t.bad_ecrc and " [bad ECRC]" or "")
	node:set_text("TLP: " .. t.info)
	return t
end

local M = {}

function M.show(tvb, tree, length)
	local list, off, stop = {}, HDR_LEN, HDR_LEN + length
	while off < stop do
		local t = show_tlp(tvb, tree, off, stop - off)
		list[#list + 1] = t
		if t.error then
			break
		end
		off = off + t.size
	end
	return list
end

-- All of them, in short
function M.info(list)
	local text = {}
	for i, t in ipairs(list) do
		if i > 6 then
			text[#text + 1] = "and " .. #list - 6 .. " more"
			break
		end
		text[#text + 1] = t.info
	end
	return "| " .. table.concat(text, "; ")
end

M.bdf, M.STATUS, M.MESSAGES, M.POSTED = bdf, STATUS, MESSAGES, POSTED
V.tlp = M
return M
