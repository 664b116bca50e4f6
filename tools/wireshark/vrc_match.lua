-- SPDX-License-Identifier: GPL-2.0-only
--
-- Which completion answers which request, and who may send which TLP.
-- A part of vrc.lua, which loads it. When Wireshark loads it, as it does all that it finds, it does
-- nothing.
local V = ...
if type(V) ~= "table" then
	return
end
local e, field, expert, note, warn = V.e, V.field, V.expert, V.note, V.warn
local bdf = V.tlp.bdf

-- Messages that a function may send
local CARRIED = { [0x18] = true, [0x30] = true, [0x31] = true, [0x33] = true }
for code = 0x20, 0x27 do
	CARRIED[code] = true
end
-- What each end may send, by the end that receives it
local ACCEPTED = {
	["function"] = { MRd = true, MWr = true, IORd = true, IOWr = true, CfgRd0 = true, CfgWr0 = true,
			 Cpl = true, CplD = true },
	root = { MRd = true, MWr = true, Cpl = true, CplD = true, Msg = true },
}

field("framenum", "tlp.response_in", "Completion in", base.NONE, frametype.RESPONSE)
field("framenum", "tlp.response_to", "Completion of the request in", base.NONE, frametype.REQUEST)
field("relative_time", "tlp.response_time", "Time since the request")
field("string", "tlp.request", "Request")

expert("tlp_not_carried", "PROTOCOL", "WARN", "This end does not take such a TLP")
expert("tlp_requester", "PROTOCOL", "WARN", "Requester ID")
expert("tlp_completer", "PROTOCOL", "WARN", "Completer ID")
expert("tlp_tag_in_use", "PROTOCOL", "WARN", "The Tag is that of an unanswered request")
expert("tlp_no_completion", "SEQUENCE", "NOTE", "No completion in this capture")
expert("tlp_unexpected", "PROTOCOL", "WARN", "Completion without a request")
expert("tlp_mismatch", "PROTOCOL", "ERROR", "Completion does not fit its request")
expert("tlp_status", "RESPONSE_CODE", "NOTE", "Completion Status")
expert("tlp_error_message", "RESPONSE_CODE", "WARN", "The function reports an error")

local M = {}

-- ---- who may send what ----

local function guess_direction(half, t)
	if t.family == "cfg" or t.family == "io" then
		V.session.set_direction(half, "function")
	elseif t.family == "msg" then
		V.session.set_direction(half, "root")
	end
end

-- The root is 00:00.0; a function has the bus and device of its CfgWr0s, and 0 before the first.
local function check_id(rec, half, t)
	local who = half.to == "root" and "function" or "root"
	local known = half.stream.ids or {}
	local id = t.family == "cpl" and t.completer or t.requester
	if id ~= 0 and not (who == "function" and (known[id] or id < 8 or not half.complete)) then
		local cpl = t.family == "cpl"
		warn(rec, cpl and "tlp_completer" or "tlp_requester", "%s is %s, not that of the %s",
		     cpl and "Completer ID" or "Requester ID", bdf(id), who)
	end
end

local function check_sender(rec, half, t)
	guess_direction(half, t)
	if not half.to then
		return
	elseif not ACCEPTED[half.to][t.name] or (t.name == "Msg" and not CARRIED[t.code]) then
		warn(rec, "tlp_not_carried", "the %s takes no %s", half.to, t.info)
	end
	check_id(rec, half, t)
	if t.name == "CfgWr0" and half.to == "function" then
		half.stream.ids = half.stream.ids or {}
		half.stream.ids[t.target] = true
	elseif t.name == "Msg" and t.code >= 0x30 and t.code <= 0x33 then
		warn(rec, "tlp_error_message", "the function reports %s", t.info)
	end
end

-- ---- requests and completions ----

local function key_of(t)
	return t.requester * 256 + t.tag
end

-- Where halves have no peer, requests can be found by the two ends and the key.
local function way(from, to, key)
	return string.format("%s>%s/%d", from or "", to or "", key)
end

local function remember(half, key)
	local waiting, name = V.state.waiting, way(half.sender, half.receiver, key)
	if not half.peer then
		waiting[name] = (waiting[name] == nil or waiting[name] == half) and half or false
	end
end

local function ask(rec, trec, half, t)
	local key = key_of(t)
	local old = half.outstanding[key]
	if old then
		warn(trec, "tlp_tag_in_use", "%s, frame %d, has not been answered", old.info, old.rec.number)
	end
	trec.request = { rec = rec, trec = trec, info = t.info, name = t.name, left = 4, lower = 0 }
	if t.name == "MRd" then
		trec.request.left = math.max(t.bytes, 1)
		trec.request.lower = t.lo % 128 + t.start
	end
	half.outstanding[key] = trec.request
	remember(half, key)
end

local READS = { MRd = true, IORd = true, CfgRd0 = true, CfgRd1 = true }

-- What is wrong with a completion of @q
local function misfit(q, t)
	if t.status == 0 and READS[q.name] ~= (t.name == "CplD" or nil) then
		return t.name .. " answers " .. q.name
	elseif t.byte_count ~= q.left then
		return string.format("Byte Count is %d, %d are left", t.byte_count, q.left)
	elseif t.lower ~= q.lower % 128 and t.status == 0 then
		return string.format("Lower Address is 0x%02x, not 0x%02x", t.lower, q.lower % 128)
	end
end

-- Bytes that @t answers
local function progress(q, t)
	local bytes = t.status == 0 and math.min(t.data - t.lower % 4, t.byte_count) or q.left
	if t.name == "Cpl" then
		bytes = q.left
	end
	q.left, q.lower = q.left - bytes, q.lower + bytes
	return q.left <= 0
end

local function find_request(half, key)
	if not half.peer then
		local other = V.state.waiting[way(half.receiver, half.sender, key)]
		if other and other ~= half and not other.peer and other.outstanding[key] then
			V.session.join(other, half)
		end
	end
	return half.peer and half.peer.outstanding[key]
end

local function answer(rec, trec, half, t)
	local key = key_of(t)
	local q = find_request(half, key)
	local wrong
	if not q then
		if half.complete and not half.blind then
			warn(trec, "tlp_unexpected", "no request of %s with tag %02x waits for an answer",
			     bdf(t.requester), t.tag)
		end
		return
	end
	note(trec, "tlp.response_to", q.rec.number)
	note(trec, "tlp.response_time", V.duration(rec.when - q.rec.when))
	note(trec, "tlp.request", q.info)
	note(q.trec, "tlp.response_in", rec.number)
	q.answered = true
	wrong = misfit(q, t)
	if wrong and not half.patchy then
		warn(trec, "tlp_mismatch", "%s (request: %s, frame %d)", wrong, q.info, q.rec.number)
	end
	if t.status ~= 0 then
		warn(trec, "tlp_status", "%s: %s", V.tlp.STATUS[t.status], q.info)
	end
	if progress(q, t) then
		half.peer.outstanding[key] = nil
	end
end

-- The TLPs of a DATA frame, in the order of delivery. What a capture of the first bytes only
-- does not have may be a request.
function M.take(x, rec)
	if x.cut and rec.half.peer then
		rec.half.peer.blind = true
	end
	for i, t in ipairs(x.tlps or {}) do
		local trec = rec.tlps[i]
		if t.error then
			return
		elseif not t.bad_ecrc then
			check_sender(trec, rec.half, t)
			if t.family == "cpl" then
				answer(rec, trec, rec.half, t)
			elseif not V.tlp.POSTED[t.name] then
				ask(rec, trec, rec.half, t)
			end
		end
	end
end

-- Only who has seen the whole capture knows that there is no answer.
function M.show(node, trec, whole)
	if whole and trec.request and not trec.request.answered then
		node:add_proto_expert_info(e.tlp_no_completion)
	end
end

V.match = M
return M
