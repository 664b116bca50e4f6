-- SPDX-License-Identifier: GPL-2.0-only
--
-- Sequenced delivery: what is missing, what comes again, what is acknowledged.
-- A part of vrc.lua, which loads it. When Wireshark loads it, as it does all that it finds, it does
-- nothing.
local V = ...
if type(V) ~= "table" then
	return
end
local field, expert, note, warn = V.field, V.expert, V.note, V.warn

local MAX_JUMP = 1024		-- sequence numbers further apart have nothing to do with each other
local KEPT = 256		-- frames behind the youngest whose copies are recognized
local MAX_HELD = 128		-- frames that wait for one that is missing
local MIN_RTO = 0.002		-- a copy that is younger is the network's, not its sender's

field("none", "analysis", "Analysis")
field("framenum", "analysis.retransmission", "Retransmission of", base.NONE)
field("framenum", "analysis.duplicate", "Duplicate, made by the network, of", base.NONE,
      frametype.DUP_ACK)
field("relative_time", "analysis.rto", "Time since the copy before")
field("bool", "analysis.spurious", "Needless: had been acknowledged before")
field("bool", "analysis.lost_original", "Retransmission of a frame that this capture does not have")
field("uint32", "analysis.gap", "Frames missing before this one")
field("bool", "analysis.out_of_order", "Out of order, comes after younger ones")
field("uint32", "analysis.in_flight", "Frames in flight")
field("framenum", "analysis.acks", "Acknowledges (youngest)", base.NONE, frametype.ACK)
field("relative_time", "analysis.ack_rtt", "Time to the acknowledgment")
field("framenum", "analysis.acked_in", "Acknowledged in", base.NONE, frametype.ACK)
field("uint32", "analysis.ack_unsent", "Acknowledges frames that were not sent, the furthest")
field("uint32", "analysis.uncaptured", "Acknowledged frames that this capture does not have")
field("framenum", "analysis.dup_of", "Its peer has this frame twice", base.NONE, frametype.DUP_ACK)
field("bool", "analysis.keepalive", "Asks whether the peer is there")

expert("retransmission", "SEQUENCE", "NOTE", "Retransmission")
expert("spurious", "SEQUENCE", "NOTE", "Needless retransmission")
expert("duplicate", "SEQUENCE", "NOTE", "Duplicate made by the network")
expert("changed", "PROTOCOL", "ERROR", "A frame differs from its first copy")
expert("gap", "SEQUENCE", "WARN", "Frames are missing")
expert("out_of_order", "SEQUENCE", "NOTE", "Out of order")
expert("jump", "SEQUENCE", "WARN", "The sequence number jumps")
expert("beyond_window", "SEQUENCE", "WARN", "Beyond the window of the receiver")
expert("window_closed", "SEQUENCE", "CHAT", "The window is closed")
expert("window_taken_back", "PROTOCOL", "WARN", "A window that was announced is taken back")
expert("ack_unsent", "PROTOCOL", "ERROR", "Acknowledges what was not sent")
expert("uncaptured", "SEQUENCE", "WARN", "Acknowledges frames that this capture does not have")

local M = {}

-- The number nearest to @from that is @seq modulo 2^32
local function near(from, seq)
	local d = (seq - from) % 0x100000000
	return from + (d < 0x80000000 and d or d - 0x100000000)
end

-- Tracking begins at number @n of @half.
local function start(half, n)
	half.hi, half.una = n - 1, n
	half.sent, half.holes, half.acked = {}, {}, {}
	half.next, half.held, half.lost = n, {}, {}
	if not half.complete then
		half.limit = nil
	end
end

local function tag(rec, text)
	rec.tags[#rec.tags + 1] = text
end

local function acknowledged(half, n)
	return n < half.una or half.acked[n]
end

-- ---- delivery ----

-- A frame of @half that this capture does not have: it may have had requests, and parts of answers.
local function absent(half)
	half.patchy = true
	if half.peer then
		half.peer.blind = true
	end
end

-- TLPs are looked at in the order in which their receiver gets them.
local function deliver(half)
	while half.next <= half.hi do
		local n = half.next
		local held = half.held[n]
		if held then
			V.match.take(held.x, held.rec)
		elseif half.lost[n] or half.hi - n > MAX_HELD then
			absent(half)
		else
			return
		end
		half.held[n], half.lost[n] = nil, nil
		half.next = n + 1
	end
end

-- ---- DATA ----

-- Who made the copy? A sender asks for an ack in its retransmissions, and leaves the frame alone for
-- the least RTO unless an ack has shown that it is missing.
local function is_duplicate(x, rec, half, old)
	local told = half.sack_rec and half.sack_rec.number > old.last.number
	return not x.ack_req or (x.head == old.head and not told and rec.when - old.last.when < MIN_RTO)
end

local function copy(x, rec, half, n, old)
	if x.raw and old.raw and x.raw ~= old.raw then
		warn(rec.arq, "changed", "sequence number %d had another payload in frame %d", x.seq,
		     old.rec.number)
	end
	if is_duplicate(x, rec, half, old) then
		note(rec.arq, "analysis.duplicate", old.rec.number)
		warn(rec.arq, "duplicate", "duplicate of frame %d, made by the network", old.rec.number)
		tag(rec, "Duplicate")
	else
		note(rec.arq, "analysis.retransmission", old.rec.number)
		warn(rec.arq, "retransmission", "retransmission of frame %d", old.rec.number)
		tag(rec, "Retransmission")
		if acknowledged(half, n) then
			note(rec.arq, "analysis.spurious", true)
			warn(rec.arq, "spurious", "needless: it had been acknowledged before")
		end
	end
	note(rec.arq, "analysis.rto", V.duration(rec.when - old.last.when))
	old.last, old.copies, old.head = rec, old.copies + 1, x.head
end

local function gap(x, rec, half, n)
	local missing = n - half.hi - 1
	note(rec.arq, "analysis.gap", missing)
	warn(rec.arq, "gap", "%d frame%s missing before sequence number %d", missing,
	     missing == 1 and " is" or "s are", x.seq)
	tag(rec, "Gap of " .. string.format("%d", missing))
	for k = half.hi + 1, n - 1 do
		half.holes[k] = rec
	end
end

-- A frame that comes after younger ones: late, or a retransmission whose first copy was lost before
-- the place of the capture. Only after an ack has told of the hole can its sender know.
local function late(x, rec, half, n)
	local hole = half.holes[n]
	half.holes[n] = nil
	if hole and x.ack_req and half.sack_rec and half.sack_rec.number > hole.number then
		note(rec.arq, "analysis.lost_original", true)
		warn(rec.arq, "retransmission", "retransmission; the first copy is not in this capture")
		tag(rec, "Retransmission")
	else
		note(rec.arq, "analysis.out_of_order", true)
		warn(rec.arq, "out_of_order", "out of order: younger frames have come before")
		tag(rec, "Out of order")
	end
end

local function place(x, rec, half)
	local n
	if not half.hi then
		start(half, half.complete and 0 or x.seq)
	end
	n = near(half.hi, x.seq)
	if math.abs(n - half.hi) <= MAX_JUMP then
		return n
	end
	warn(rec.arq, "jump", "sequence number %d is %d away from the youngest", x.seq, n - half.hi)
	tag(rec, "Jump")
	half.complete = false
	start(half, x.seq)
	return x.seq
end

function M.data(x, rec)
	local half = rec.half
	local n = place(x, rec, half)
	local old = half.sent[n]
	if old then
		return copy(x, rec, half, n, old)
	elseif half.limit and n >= half.limit then
		warn(rec.arq, "beyond_window", "the receiver has announced room up to sequence number %d",
		     (half.limit - 1) % 0x100000000)
	end
	if n > half.hi + 1 then
		gap(x, rec, half, n)
	elseif n <= half.hi then
		late(x, rec, half, n)
	end
	half.hi = math.max(half.hi, n)
	half.sent[n] = { rec = rec, last = rec, raw = x.raw, head = x.head, copies = 1 }
	half.sent[n - KEPT], half.holes[n - KEPT] = nil, nil
	note(rec.arq, "analysis.in_flight", half.hi - half.una + 1)
	if n < half.next then
		V.match.take(x, rec)
	else
		half.held[n] = { x = x, rec = rec }
		deliver(half)
	end
end

-- ---- acknowledgments ----

local function bits(x)
	local list = {}
	for i, word in ipairs({ x.sack_lo, x.sack_hi }) do
		for k = 0, word > 0 and 31 or -1 do
			if math.floor(word / 2 ^ k) % 2 == 1 then
				list[#list + 1] = (i - 1) * 32 + k
			end
		end
	end
	return list
end

-- Frame @n of @half has arrived. Returns it, if that is news and it is known, and 1 if it is not known.
local function mark(half, n, rec)
	local sent = half.sent[n]
	if half.acked[n] then
		return nil, 0
	end
	half.acked[n] = true
	half.holes[n] = nil
	if not sent then
		half.lost[n] = true
		return nil, 1
	end
	note(sent.rec.arq, "analysis.acked_in", rec.number)
	return sent, 0
end

local function mark_all(half, ack, list, rec)
	local youngest, unknown = nil, 0
	local function arrived(n)
		local sent, more = mark(half, n, rec)
		youngest, unknown = sent or youngest, unknown + more
	end
	for n = half.una, ack - 1 do
		arrived(n)
		half.acked[n] = nil
	end
	half.una = math.max(half.una, ack)
	for _, i in ipairs(list) do
		if ack + 1 + i >= half.una then
			arrived(ack + 1 + i)
		end
	end
	return youngest, unknown
end

local function news(half, ack, list, rec)
	local youngest, unknown = mark_all(half, ack, list, rec)
	if youngest then
		note(rec.arq, "analysis.acks", youngest.rec.number)
		if youngest.copies == 1 then
			note(rec.arq, "analysis.ack_rtt", V.duration(rec.when - youngest.last.when))
		end
	end
	if unknown > 0 then
		note(rec.arq, "analysis.uncaptured", unknown)
		warn(rec.arq, "uncaptured", "%d acknowledged frame%s not in this capture", unknown,
		     unknown == 1 and " is" or "s are")
		deliver(half)
	end
end

local function window(x, rec, half, ack)
	local limit = ack + x.window
	if half.limit and limit < half.limit and ack >= (half.last_ack or ack) then
		warn(rec.arq, "window_taken_back", "the window ended at %d before, now at %d", half.limit, limit)
	end
	if x.window == 0 then
		warn(rec.arq, "window_closed", "the window is closed")
		tag(rec, "Window closed")
	end
	half.limit = math.max(half.limit or limit, limit)
	half.last_ack = math.max(half.last_ack or ack, ack)
end

-- Acknowledges what was never sent: its receiver drops the frame, if the capture has seen all there was.
local function unsent(x, rec, half, furthest)
	if half.complete then
		note(rec.arq, "analysis.ack_unsent", furthest % 0x100000000)
		warn(rec.arq, "ack_unsent", "acknowledges sequence number %d, which was not sent",
		     furthest % 0x100000000)
		V.session.drop(rec, "rx_bad_ack", "acknowledges what was not sent")
		return true
	end
	warn(rec.arq, "uncaptured", "acknowledges frames that are not in this capture")
	start(half, x.ack)
	return false
end

local function about_ack(x, rec, half)
	if x.dup then
		local sent = half.sent[near(half.hi, x.seq)]
		if sent then
			note(rec.arq, "analysis.dup_of", sent.rec.number)
		end
		tag(rec, "Duplicate of seq " .. x.seq)
	elseif x.ack_req then
		note(rec.arq, "analysis.keepalive", true)
		tag(rec, "Keepalive")
	end
end

-- True if the receiver drops the frame for what it acknowledges
function M.ack(x, rec)
	local half = rec.half and rec.half.peer
	local list, ack, furthest
	if not half or (x.name ~= "DATA" and x.name ~= "ACK") then
		return false
	elseif not half.hi then
		start(half, half.complete and 0 or x.ack)
	end
	list, ack = bits(x), near(half.hi + 1, x.ack)
	furthest = #list > 0 and ack + 1 + list[#list] or ack - 1
	if furthest > half.hi or ack < half.una - MAX_JUMP then
		return unsent(x, rec, half, furthest)
	end
	news(half, ack, list, rec)
	window(x, rec, half, ack)
	if #list > 0 then
		half.sack_rec = rec
	end
	if x.name == "ACK" then
		about_ack(x, rec, half)
	end
	return false
end

return M
