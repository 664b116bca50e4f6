-- SPDX-License-Identifier: GPL-2.0-only
--
-- Headers and payloads of frames, and the checks that a receiver makes of them.
-- A part of vrc.lua, which loads it. When Wireshark loads it, as it does all that it finds, it does
-- nothing.
local V = ...
if type(V) ~= "table" then
	return
end
local f, e, field, expert = V.f, V.e, V.field, V.expert

local HDR_LEN = 32
local MIN_PAYLOAD, MAX_PAYLOAD, MAX_WINDOW = 576, 65000, 64
local NO_ID = V.NO_ID

local KINDS = {
	"DISCOVER", "ADVERTISE", "BIND", "BOUND", "REFUSED", "RELEASE", "RELEASED", "DATA", "ACK",
	"PROBE", "PROBED", "STALE",
}
-- Least and greatest length of the payload; true: the frame has a session
local LENGTHS = {
	DISCOVER = { 32, 32 }, ADVERTISE = { 72, 200 }, BIND = { 120, 120 }, BOUND = { 24, 24, true },
	REFUSED = { 88, 88, true }, RELEASE = { 8, 8, true }, RELEASED = { 0, 0, true },
	DATA = { 12, MAX_PAYLOAD, true }, ACK = { 0, 0, true }, PROBE = { 8, MAX_PAYLOAD, true },
	PROBED = { 8, 8, true }, STALE = { 8, 8 },
}
local STATES = { [0] = "free", "owned" }
local REFUSALS = {
	"owned", "no such function", "station restarted", "another station", "not allowed", "busy",
	"invalid request",
}
local RELEASES = { "given back", "shutdown", "lease expired", "protocol error" }
V.KINDS, V.REFUSALS, V.RELEASES = KINDS, REFUSALS, RELEASES

field("uint8", "version", "Version")
field("uint8", "kind", "Kind", base.DEC, KINDS)
field("uint16", "flags", "Flags", base.HEX)
field("bool", "flags.ack_req", "ACK_REQ, answer at once", 16, nil, 0x0001)
field("bool", "flags.ack_delayed", "ACK_DELAYED, gives no round trip time", 16, nil, 0x0002)
field("bool", "flags.dup", "DUP, the DATA frame of this number has come twice", 16, nil, 0x0004)
field("bool", "flags.check", "CHECK, a frame check follows the payload", 16, nil, 0x0008)
field("uint16", "length", "Length")
field("uint16", "window", "Window")
field("uint64", "session", "Session (the receiver's id)", base.HEX)
field("uint32", "seq", "Sequence number")
field("uint32", "ack", "Next expected")
field("uint64", "sack", "SACK", base.HEX)
field("bytes", "payload", "Payload")
field("uint32", "check", "Frame check (CRC-32C)", base.HEX)
field("bytes", "padding", "Padding")

expert("not_captured", "UNDECODED", "NOTE", "The capture has only a part of this frame")

-- Payloads: name, offset, size, type, text
local PAYLOADS = {
	DISCOVER = {
		{ "root_id", 0, 8, "id", "Root ID" },
		{ "nonce", 8, 4, "hex", "Nonce" },
		{ "spread_ms", 12, 2, "number", "Answers spread over (ms)" },
		{ "group", 16, 16, "text", "Group asked for" },
	},
	ADVERTISE = {
		{ "serial", 0, 8, "id", "Serial" },
		{ "instance", 8, 8, "id", "Instance" },
		{ "nonce", 16, 4, "hex", "Nonce (0: unsolicited)" },
		{ "max_payload", 20, 2, "number", "Largest payload received" },
		{ "nr_functions", 22, 1, "number", "Functions" },
		{ "name", 24, 32, "text", "Name" },
		{ "group", 56, 16, "text", "Group" },
	},
	ENTRY = {	-- of a function, in ADVERTISE
		{ "number", 0, 1, "number", "Function" },
		{ "state", 1, 1, "number", "State", STATES },
		{ "owner", 8, 8, "id", "Owner (root ID)" },
	},
	BIND = {
		{ "serial", 0, 8, "id", "Serial of the station meant" },
		{ "instance", 8, 8, "id", "Instance" },
		{ "root_id", 16, 8, "id", "Root ID" },
		{ "session", 24, 8, "id", "Session (the root's id)" },
		{ "lease_ms", 32, 4, "number", "Lease asked for (ms)" },
		{ "max_payload", 36, 2, "number", "Largest payload received" },
		{ "window", 38, 2, "number", "Window of the root" },
		{ "ack_delay_us", 40, 2, "number", "Longest ack delay (us)" },
		{ "function", 42, 1, "number", "Function" },
		{ "root_name", 48, 32, "text", "Root's name" },
		{ "label", 80, 40, "text", "Label (who uses it)" },
	},
	BOUND = {
		{ "session", 0, 8, "id", "Session (the station's id)" },
		{ "lease_ms", 8, 4, "number", "Lease granted (ms)" },
		{ "max_payload", 12, 2, "number", "Largest payload received" },
		{ "window", 14, 2, "number", "Window of the station" },
		{ "ack_delay_us", 16, 2, "number", "Longest ack delay (us)" },
	},
	REFUSED = {
		{ "reason", 0, 2, "number", "Reason", REFUSALS },
		{ "function", 2, 1, "number", "Function" },
		{ "owner", 8, 8, "id", "Owner (root ID)" },
		{ "owner_name", 16, 32, "text", "Owner's name" },
		{ "label", 48, 40, "text", "Owner's label" },
	},
	RELEASE = { { "reason", 0, 2, "number", "Reason", RELEASES } },
	PROBE = {
		{ "size", 0, 2, "number", "Size" },
		{ "id", 2, 2, "number", "Probe" },
	},
	PROBED = {
		{ "size", 0, 2, "number", "Size that has arrived" },
		{ "id", 2, 2, "number", "Probe" },
	},
	STALE = { { "session", 0, 8, "id", "Session that is not known" } },
}

local function payload_field(kind, l)
	local abbr, form = kind:lower() .. "." .. l[1], l[4]
	if form == "text" then
		field("string", abbr, l[5])
	else
		field("uint" .. l[3] * 8, abbr, l[5], form == "number" and base.DEC or base.HEX, l[6])
	end
end

for kind, layout in pairs(PAYLOADS) do
	for _, l in ipairs(layout) do
		payload_field(kind, l)
	end
end

local function id_at(tvb, off)
	return tvb(off, 8):bytes():tohex(true)
end

local function text_at(tvb, off, size)
	local text = tvb(off, size):string(ENC_UTF_8)
	local zero = text:find("\0", 1, true)
	return zero and text:sub(1, zero - 1) or text
end

local HEADER = {
	{ "length", 4, 2 }, { "window", 6, 2 }, { "session", 8, 8 }, { "seq", 16, 4 }, { "ack", 20, 4 },
	{ "sack", 24, 8 },
}

local function show_flags(tvb, tree)
	local flags = tree:add(f.flags, tvb(2, 2))
	flags:add(f["flags.ack_req"], tvb(2, 2))
	flags:add(f["flags.ack_delayed"], tvb(2, 2))
	flags:add(f["flags.dup"], tvb(2, 2))
	flags:add(f["flags.check"], tvb(2, 2))
end

-- The header as far as it is there: all versions have the first 4 bytes in common.
local function show_header(tvb, tree)
	local h, len = { reported = tvb:reported_len() }, tvb:len()
	if len >= 4 then
		h.version, h.kind, h.flags = tvb(0, 1):uint(), tvb(1, 1):uint(), tvb(2, 2):uint()
		h.ack_req, h.dup = h.flags % 2 == 1, math.floor(h.flags / 4) % 2 == 1
		h.check = math.floor(h.flags / 8) % 2 == 1
		tree:add(f.version, tvb(0, 1))
		tree:add(f.kind, tvb(1, 1))
		show_flags(tvb, tree)
	end
	if len < HDR_LEN or h.version ~= 1 then
		return h
	end
	h.name = KINDS[h.kind]
	h.length, h.window, h.session = tvb(4, 2):uint(), tvb(6, 2):uint(), id_at(tvb, 8)
	h.seq, h.ack = tvb(16, 4):uint(), tvb(20, 4):uint()
	h.sack_hi, h.sack_lo = tvb(24, 4):uint(), tvb(28, 4):uint()
	for _, l in ipairs(HEADER) do
		tree:add(f[l[1]], tvb(l[2], l[3]))
	end
	return h
end

-- Checks on receipt up to the window, but for the frame check: the counter of the drop and what is wrong
local function check_header(h)
	local limits = LENGTHS[h.name]
	if h.reported < 4 then
		return "rx_truncated", "shorter than any header"
	elseif h.version and h.version ~= 1 then
		return "rx_bad_version", "version is " .. h.version .. ", not 1"
	elseif h.reported < HDR_LEN then
		return "rx_truncated", "shorter than the header"
	elseif not h.length then
		return nil
	elseif not limits then
		return "rx_bad_kind", "kind is " .. h.kind .. ", not 1 to 12"
	elseif h.length < limits[1] or h.length > limits[2] then
		return "rx_bad_length", string.format("length of a %s is %d, not %d to %d", h.name, h.length,
						      limits[1], limits[2])
	elseif h.reported < HDR_LEN + h.length then
		return "rx_truncated", string.format("length is %d, but %d bytes follow", h.length,
						     h.reported - HDR_LEN)
	elseif (h.session ~= NO_ID) ~= (limits[3] or false) then
		return "rx_bad_session", "session must " .. (limits[3] and "not " or "") .. "be 0"
	elseif h.window > MAX_WINDOW then
		return "rx_bad_window", "window is " .. h.window .. ", above 64"
	end
end

local function show_layout(tvb, off, tree, kind)
	local p = {}
	for _, l in ipairs(PAYLOADS[kind] or {}) do
		local range = tvb(off + l[2], l[3])
		local abbr = kind:lower() .. "." .. l[1]
		if l[4] == "text" then
			p[l[1]] = text_at(tvb, off + l[2], l[3])
			tree:add(f[abbr], range, p[l[1]])
		else
			p[l[1]] = l[4] == "id" and id_at(tvb, off + l[2]) or range:uint()
			tree:add(f[abbr], range)
		end
	end
	return p
end

local function show_entries(tvb, tree, p)
	local fits = p.nr_functions >= 1 and p.nr_functions <= 8
	p.entries = {}
	for i = 1, fits and p.nr_functions or 0 do
		local off = HDR_LEN + 72 + 16 * (i - 1)
		if off + 16 > tvb:len() then
			break
		end
		local node = tree:add(tvb(off, 16), "")
		local entry = show_layout(tvb, off, node, "ENTRY")
		node:set_text(string.format("Function %d: %s", entry.number, STATES[entry.state] or "bad state"))
		p.entries[i] = entry
	end
end

-- ---- fields of the payload in their ranges ----

local function out_of(p, name, low, high)
	if p[name] < low or p[name] > high then
		return string.format("%s is %d, not %d to %d", name, p[name], low, high)
	end
end

local function zero(p, name)
	return p[name] == NO_ID and name .. " is 0" or nil
end

local function check_entries(p)
	local seen = {}
	for _, entry in ipairs(p.entries) do
		if entry.number > 7 or seen[entry.number] then
			return "function number " .. entry.number .. " is above 7 or comes twice"
		elseif entry.state > 1 or (entry.state == 1) ~= (entry.owner ~= NO_ID) then
			return "state and owner of function " .. entry.number .. " do not fit"
		end
		seen[entry.number] = true
	end
end

local CHECKS = {
	DISCOVER = function(p) return zero(p, "root_id") end,
	DATA = function(_, h)
		if h.length % 4 ~= 0 then
			return "length is " .. h.length .. ", no multiple of 4", "rx_bad_length"
		end
	end,
	ADVERTISE = function(p, h)
		local nr = p.nr_functions
		if nr >= 1 and nr <= 8 and h.length ~= 72 + 16 * nr then
			return "length does not fit " .. nr .. " functions", "rx_bad_length"
		end
		return out_of(p, "nr_functions", 1, 8) or zero(p, "serial") or zero(p, "instance") or
			out_of(p, "max_payload", MIN_PAYLOAD, MAX_PAYLOAD) or check_entries(p)
	end,
	BIND = function(p) return zero(p, "root_id") or zero(p, "session") end,
	BOUND = function(p)
		return zero(p, "session") or out_of(p, "lease_ms", 100, 600000) or
			out_of(p, "window", 1, MAX_WINDOW) or
			out_of(p, "max_payload", MIN_PAYLOAD, MAX_PAYLOAD)
	end,
	REFUSED = function(p) return out_of(p, "reason", 1, #REFUSALS) end,
	RELEASE = function(p) return out_of(p, "reason", 1, #RELEASES) end,
	PROBE = function(p, h) return out_of(p, "size", h.length, h.length) end,
	PROBED = function(p) return out_of(p, "size", 8, MAX_PAYLOAD) end,
	STALE = function(p) return zero(p, "session") end,
}

-- What a station refuses, but does not drop
local function refusal(p)
	return out_of(p, "lease_ms", 100, 600000) or out_of(p, "window", 1, MAX_WINDOW) or
		out_of(p, "max_payload", MIN_PAYLOAD, MAX_PAYLOAD) or out_of(p, "function", 0, 7)
end

-- The payload's fields, and their check
local function show_payload(tvb, tree, h)
	local counter
	if h.length > 0 and h.name ~= "DATA" then
		tree = tree:add(f.payload, tvb(HDR_LEN, h.length))
	end
	h.payload = show_layout(tvb, HDR_LEN, tree, h.name)
	if h.name == "ADVERTISE" then
		show_entries(tvb, tree, h.payload)
	elseif h.name == "BIND" then
		h.refusal = refusal(h.payload)
	end
	if CHECKS[h.name] then
		h.why, counter = CHECKS[h.name](h.payload, h)
		h.drop = h.why and (counter or "rx_bad_field")
	end
end

-- After the payload
local function show_rest(tvb, tree, h, at)
	if h.check and tvb:len() >= at + 4 then
		tree:add(f.check, tvb(at, 4))
		at = at + 4
	end
	if tvb:len() > at then
		tree:add(f.padding, tvb(at))
	end
end

local M = {}

-- Header and payload as a table: drop and why tell the check that fails. There is a head when the header
-- is right as such, a payload when all of it is in the capture.
function M.show(tvb, tree)
	local h = show_header(tvb, tree)
	local captured = tvb:len() - HDR_LEN
	h.drop, h.why = check_header(h)
	h.cut = tvb:len() < h.reported and captured < (h.length or 0)
	if h.cut then
		tree:add_proto_expert_info(e.not_captured)
	end
	if not h.drop and h.length then
		h.head = tvb:raw(0, HDR_LEN)
	end
	if h.head and not h.cut then
		show_payload(tvb, tree, h)
		h.raw = tvb:raw(HDR_LEN, h.length)
		show_rest(tvb, tree, h, HDR_LEN + h.length)
	end
	return h
end

return M
