-- SPDX-License-Identifier: GPL-2.0-only
--
-- Sessions: what a frame has to do with others, and which answer is that of which request.
--
-- A session (a "stream", numbered as they come) has two halves: what goes to the root and what goes
-- to the function. A half is found by the id that its frames carry, the receiver's. Where BIND and BOUND
-- are not in the capture, the two halves are joined by a completion that answers a request.
-- A part of vrc.lua, which loads it. When Wireshark loads it, as it does all that it finds, it does
-- nothing.
local V = ...
if type(V) ~= "table" then
	return
end
local f, field, expert, note, warn = V.f, V.field, V.expert, V.note, V.warn

local BROADCAST = Address.ether("ff:ff:ff:ff:ff:ff")

field("uint32", "stream", "Session of this capture")
field("string", "direction", "Direction")
field("ether", "root", "Root's MAC address")
field("uint64", "root_id", "Root ID", base.HEX)
field("string", "root_name", "Root's name")
field("ether", "station", "Station's MAC address")
field("string", "station_name", "Station's name")
field("uint64", "serial", "Station's serial", base.HEX)
field("uint8", "function", "Function")
field("string", "label", "Used by (label of the BIND)")
field("framenum", "bind_frame", "Session begins in", base.NONE)
field("framenum", "end_frame", "Session has ended in", base.NONE)
field("framenum", "repeat_of", "Repetition of", base.NONE)
field("framenum", "response_in", "Answer in", base.NONE, frametype.RESPONSE)
field("framenum", "response_to", "Answer to", base.NONE, frametype.REQUEST)
field("relative_time", "response_time", "Time to the answer")
field("string", "drop", "Dropped by its receiver, counter")

expert("dropped", "MALFORMED", "ERROR", "The receiver drops this frame")
expert("refused", "RESPONSE_CODE", "WARN", "The station refuses")
expert("will_be_refused", "PROTOCOL", "WARN", "The station refuses a field of this BIND")
expert("stale", "SEQUENCE", "WARN", "The sender does not know this session")
expert("released", "SEQUENCE", "CHAT", "The session ends")
expert("over", "SEQUENCE", "NOTE", "The session had ended")

local M = {}

function M.init()
	local s = V.state
	s.halves, s.asked, s.names, s.owners, s.waiting, s.streams = {}, {}, {}, {}, {}, 0
end

function M.drop(rec, counter, why)
	note(rec, "drop", counter)
	warn(rec, "dropped", "%s: %s", counter, why)
	rec.tags[#rec.tags + 1] = "dropped, " .. counter
end

-- ---- halves ----

local function new_half(id, stream, sender, receiver, to)
	local half = { id = id, stream = stream, sender = sender, receiver = receiver, to = to,
		       outstanding = {}, probes = {} }
	V.state.halves[id] = half
	return half
end

local function new_stream()
	local stream = { index = V.state.streams }
	V.state.streams = stream.index + 1
	return stream
end

-- The other direction of @to
local function back(to)
	return to and (to == "root" and "function" or "root")
end

-- @a and @b are the halves of one session.
function M.join(a, b)
	a.peer, b.peer = b, a
	b.stream = a.stream
	a.to = a.to or back(b.to)
	b.to = back(a.to)
end

-- Which end receives what goes along @half has become known.
function M.set_direction(half, to)
	local stream = half.stream
	if half.to then
		return
	end
	half.to = to
	stream.root, stream.station = half.receiver, half.sender
	if to == "function" then
		stream.root, stream.station = half.sender, half.receiver
	end
	if half.peer then
		half.peer.to = back(to)
	end
end

-- ---- requests and answers of all kinds but TLPs ----

local function asks(key, rec)
	local first = V.state.asked[key]
	if first then
		note(rec, "repeat_of", first.number)
		rec.tags[#rec.tags + 1] = "repeated"
	else
		V.state.asked[key] = rec
	end
end

local function answers(key, rec)
	local asked = V.state.asked[key]
	if asked then
		note(rec, "response_to", asked.number)
		note(rec, "response_time", V.duration(rec.when - asked.when))
		note(asked, "response_in", rec.number)
	end
end

local function half_key(kind, half, id)
	return kind .. half.id .. (id or "")
end

-- ---- what each kind does ----

local function broadcast(rec)
	return V.state.addresses[rec.dst] == BROADCAST
end

-- Multicast addresses that Wireshark has names for are not seen to be such.
local function unicast(rec)
	return not rec.dst or not (broadcast(rec) or rec.dst:match("^%x[13579bdf]:"))
end

local TAKE = {}

function TAKE.DISCOVER(x, rec)
	asks("discover" .. x.payload.root_id .. x.payload.nonce, rec)
	V.state.asked["nonce" .. x.payload.nonce] = V.state.asked["nonce" .. x.payload.nonce] or rec
end

function TAKE.ADVERTISE(x, rec)
	local p = x.payload
	V.state.names[rec.src or ""] = p.name
	if rec.src then
		note(rec, "station", V.state.addresses[rec.src])
	end
	note(rec, "station_name", p.name)
	note(rec, "serial", UInt64.fromhex(p.serial))
	if p.nonce ~= 0 then
		answers("nonce" .. p.nonce, rec)
	end
end

-- The root's half begins with the BIND, so that REFUSED and BOUND find whom they are about.
function TAKE.BIND(x, rec)
	local p = x.payload
	local half = V.state.halves[p.session]
	if not half or half.stream.fn ~= p["function"] or half.receiver ~= rec.src then
		local stream = new_stream()
		stream.root, stream.station, stream.fn, stream.bind = rec.src, rec.dst, p["function"], rec.number
		stream.root_id, stream.root_name, stream.label = p.root_id, p.root_name, p.label
		stream.serial, stream.window = p.serial, p.window
		half = new_half(p.session, stream, rec.dst, rec.src, "root")
		V.state.asked["bind" .. p.session] = nil
	end
	asks("bind" .. p.session, rec)
	rec.half = half
	if x.refusal then
		warn(rec, "will_be_refused", "%s", x.refusal)
	end
end

-- Who owned the function before has lost it.
local function replace_owner(stream, number)
	local owners, key = V.state.owners, (stream.station or "") .. "/" .. tostring(stream.fn)
	local old = owners[key]
	if old and old ~= stream and not old.ended then
		old.ended = number
	end
	owners[key] = stream
end

function TAKE.BOUND(x, rec)
	local half, p = rec.half, x.payload
	local there = V.state.halves[p.session]
	M.set_direction(half, "root")
	answers("bind" .. x.session, rec)
	if there and there == half.peer then
		-- Other frames may have told whose peer it is.
		if half.stream.bound then
			note(rec, "repeat_of", half.stream.bound)
		end
		return
	end
	there = new_half(p.session, half.stream, half.receiver, half.sender, "function")
	M.join(half, there)
	half.stream.bound = rec.number
	half.complete, there.complete = true, true
	half.limit, there.limit = half.stream.window, p.window
	replace_owner(half.stream, rec.number)
end

function TAKE.REFUSED(x, rec)
	local p = x.payload
	M.set_direction(rec.half, "root")
	answers("bind" .. x.session, rec)
	warn(rec, "refused", "refused: %s%s", V.REFUSALS[p.reason], p.reason == 1 and
	     string.format(" by root %s '%s', for '%s'", p.owner, p.owner_name, p.label) or "")
end

function TAKE.RELEASE(x, rec)
	asks(half_key("release", rec.half), rec)
	warn(rec, "released", "the session ends: %s", V.RELEASES[x.payload.reason])
	rec.half.stream.ended = rec.half.stream.ended or rec.number
end

function TAKE.RELEASED(_, rec)
	if rec.half.peer then
		answers(half_key("release", rec.half.peer), rec)
	end
end

function TAKE.PROBE(x, rec)
	V.state.asked[half_key("probe", rec.half, x.payload.id)] = rec
end

function TAKE.PROBED(x, rec)
	if rec.half.peer then
		answers(half_key("probe", rec.half.peer, x.payload.id), rec)
	end
end

-- It names the id that its sender has received; a liar does not know what the peer has sent.
function TAKE.STALE(x, rec)
	local half = V.state.halves[x.payload.session]
	if not half then
		return
	end
	rec.half = half.peer or half
	if half.last then
		note(rec, "response_to", half.last.number)
		note(half.last, "response_in", rec.number)
	end
	if not rec.src or rec.src == half.receiver then
		warn(rec, "stale", "the sender does not know session 0x%s", half.id)
		half.stream.ended = half.stream.ended or rec.number
	end
end

local ENDING = { RELEASE = true, RELEASED = true, STALE = true, BOUND = true, REFUSED = true }

local function find_half(x, rec)
	local half = V.state.halves[x.session] or new_half(x.session, new_stream(), rec.src, rec.dst)
	if rec.src and half.sender and rec.src ~= half.sender then
		M.drop(rec, "rx_wrong_source", "the session is that of " .. half.sender)
	elseif rec.dst and half.receiver and rec.dst ~= half.receiver then
		M.drop(rec, "rx_unknown_session", "the id is one of " .. half.receiver)
	else
		rec.half, half.last = half, rec
		if half.stream.ended and not ENDING[x.name] then
			warn(rec, "over", "the session has ended in frame %d", half.stream.ended)
		end
		return true
	end
end

-- Takes the frame into what is known; false: its receiver drops it.
function M.take(x, rec)
	local addressed = x.session ~= V.NO_ID
	if not unicast(rec) and not (broadcast(rec) and (x.name == "DISCOVER" or
							  x.name == "ADVERTISE")) then
		M.drop(rec, "rx_not_for_us", x.name .. " to more than one station")
		return false
	elseif addressed and not find_half(x, rec) then
		return false
	end
	if x.payload and TAKE[x.name] then
		TAKE[x.name](x, rec)
	end
	return true
end

-- ---- showing it ----

local function show_stream(tree, half)
	local s = half.stream
	local values = {
		{ "stream", s.index },
		{ "direction", half.to and (half.to == "root" and "to the root" or "to the function") },
		{ "function", s.fn }, { "label", s.label },
		{ "station", s.station and V.state.addresses[s.station] },
		{ "station_name", s.station and V.state.names[s.station] },
		{ "serial", s.serial and UInt64.fromhex(s.serial) },
		{ "root", s.root and V.state.addresses[s.root] }, { "root_name", s.root_name },
		{ "root_id", s.root_id and UInt64.fromhex(s.root_id) },
		{ "bind_frame", s.bind }, { "end_frame", s.ended },
	}
	for i = 1, 12 do
		if values[i][2] then
			tree:add(f[values[i][1]], values[i][2]):set_generated()
		end
	end
end

function M.show(tree, rec)
	if rec.half then
		show_stream(tree, rec.half)
	end
	V.show_record(tree, rec)
end

-- ---- the column Info ----

local function end_name(half)
	local fn = half and half.stream.fn
	if not half or not half.to then
		return ""
	end
	return half.to == "root" and (fn and "from fn " .. fn or "to root") or "to fn " .. (fn or "?")
end

local function named(text)
	return text ~= "" and " '" .. text .. "'" or ""
end

local INFO = {
	DISCOVER = function(p) return "root 0x" .. p.root_id .. named(p.group) end,
	ADVERTISE = function(p) return string.format("serial 0x%s%s, %d function%s", p.serial, named(p.name),
		p.nr_functions, p.nr_functions == 1 and "" or "s") end,
	BIND = function(p) return string.format("fn %d of serial 0x%s for%s%s", p["function"], p.serial,
		named(p.root_name), named(p.label)) end,
	BOUND = function(p) return string.format("lease %d ms, payload %d, window %d", p.lease_ms,
		p.max_payload, p.window) end,
	REFUSED = function(p) return (V.REFUSALS[p.reason] or "bad reason") .. named(p.owner_name) ..
		named(p.label) end,
	RELEASE = function(p) return V.RELEASES[p.reason] or "bad reason" end,
	PROBE = function(p) return "payload " .. p.size end,
	PROBED = function(p) return "payload " .. p.size end,
	STALE = function(p) return "session 0x" .. p.session end,
}

function M.info(x, rec)
	local text = x.name or (x.kind and "kind " .. x.kind or "short frame")
	if x.version and x.version ~= 1 then
		text = "version " .. x.version .. " " .. (V.KINDS[x.kind] or text)
	end
	if rec.half and x.name ~= "BIND" then
		text = text .. " " .. end_name(rec.half)
	end
	if x.name == "DATA" then
		text = text .. string.format(" seq %d ack %d", x.seq, x.ack)
	elseif x.name == "ACK" then
		text = text .. string.format(" ack %d window %d", x.ack, x.window) ..
			(x.sack_hi + x.sack_lo > 0 and " SACK" or "")
	end
	return text .. (x.payload and INFO[x.name] and " " .. INFO[x.name](x.payload) or "")
end

V.session = M
return M
