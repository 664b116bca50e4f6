-- SPDX-License-Identifier: GPL-2.0-only
--
-- Wireshark and tshark show VRC frames and the TLPs in them. The protocol is that of
-- Documentation/wire-protocol.rst and include/uapi/vrc_wire.h; how to install and to use this is in
-- Documentation/wireshark.rst. For Wireshark 3.6 and later, with Lua 5.2 to 5.4.
--
-- A frame is taken apart anew whenever it is shown. What depends on other frames is found once, in
-- the first pass over the capture, in order, and kept in a record for each frame.

set_plugin_info({
	version = "1.0",
	description = "VRC: PCI Express over Ethernet",
	author = "the VRC authors",
})

local vrc = Proto("vrc", "VRC, PCI Express over Ethernet")

vrc.prefs.ethertype = Pref.uint("EtherType", 0x88b5, "EtherType of ports and stations, in decimal")
vrc.prefs.ecrc = Pref.bool("Verify the ECRC", true, "Compute the ECRC of TLPs that have one")

-- What the parts share: fields and expert infos by name, and V.state, all that is known of the capture.
local V = { f = {}, e = {}, prefs = vrc.prefs, NO_ID = "0000000000000000" }

function V.field(kind, abbr, ...)
	V.f[abbr] = ProtoField[kind]("vrc." .. abbr, ...)
end

function V.expert(name, group, severity, text)
	V.e[name] = ProtoExpert.new("vrc.expert." .. name, text, expert.group[group],
				    expert.severity[severity])
end

function V.note(rec, name, value)
	rec[#rec + 1] = { field = V.f[name], value = value }
end

function V.warn(rec, name, ...)
	rec[#rec + 1] = { expert = V.e[name], text = string.format(...) }
end

-- Seconds as Wireshark has them
function V.duration(seconds)
	local whole = math.floor(seconds)
	return NSTime.new(whole, math.floor((seconds - whole) * 1e9 + 0.5))
end

function V.show_record(tree, rec)
	for _, item in ipairs(rec) do
		if item.expert then
			tree:add_proto_expert_info(item.expert, item.text)
		else
			tree:add(item.field, item.value):set_generated()
		end
	end
end

-- The other parts are where this one is. Not every version of Wireshark tells where that is: Lua does.
local dir = debug.getinfo(1, "S").source:match("^@?(.*[/\\])") or ""

local function part(name)
	return assert(loadfile(dir .. "vrc_" .. name .. ".lua"))(V)
end

local frame, tlp = part("frame"), part("tlp")
local session, arq, match = part("session"), part("arq"), part("match")

vrc.fields = V.f
do
	local list = {}
	for _, x in pairs(V.e) do
		list[#list + 1] = x
	end
	vrc.experts = list
end

function vrc.init()
	V.state = { frames = {}, addresses = {} }
	session.init()
end

-- An address as text, which may be a name that Wireshark has for it; captures of no Ethernet
-- interface have none.
local function mac(address)
	local text = tostring(address)
	if text == "" then
		return nil
	end
	V.state.addresses[text] = address
	return text
end

-- The first pass: @x is the frame as it has been taken apart.
local function analyse(x, pinfo)
	local rec = { number = pinfo.number, when = pinfo.rel_ts, arq = {}, tlps = {}, tags = {},
		      src = mac(pinfo.dl_src), dst = mac(pinfo.dl_dst) }
	for i = 1, #(x.tlps or {}) do
		rec.tlps[i] = {}
	end
	V.state.frames[pinfo.number] = rec
	if x.drop then
		session.drop(rec, x.drop, x.why)
	elseif x.head and session.take(x, rec) and not arq.ack(x, rec) and x.name == "DATA" then
		arq.data(x, rec)
	end
	return rec
end

local function info(x, rec)
	local text = { session.info(x, rec) }
	for _, tag in ipairs(rec.tags) do
		text[#text + 1] = "[" .. tag .. "]"
	end
	if x.tlps then
		text[#text + 1] = tlp.info(x.tlps)
	end
	return table.concat(text, " ")
end

local function show(tree, x, rec, pinfo)
	session.show(tree, rec)
	if #rec.arq > 0 then
		V.show_record(tree:add(V.f.analysis):set_generated(), rec.arq)
	end
	for i, t in ipairs(x.tlps or {}) do
		V.show_record(t.node, rec.tlps[i] or {})
		match.show(t.node, rec.tlps[i] or {}, pinfo.visited)
	end
end

function vrc.dissector(tvb, pinfo, root)
	local tree, x, rec
	if tvb:len() == 0 then
		return 0
	end
	pinfo.cols.protocol = "VRC"
	tree = root:add(vrc, tvb())
	x = frame.show(tvb, tree)
	if x.payload and not x.drop and x.name == "DATA" then
		x.tlps = tlp.show(tvb, tree, x.length)
	end
	rec = V.state.frames[pinfo.number] or analyse(x, pinfo)
	show(tree, x, rec, pinfo)
	x.info = info(x, rec)
	pinfo.cols.info = x.info
	tree:append_text(": " .. x.info)
	return tvb:len()
end

local ethertypes, registered = DissectorTable.get("ethertype"), nil

local function register()
	if registered ~= vrc.prefs.ethertype then
		if registered then
			ethertypes:remove(registered, vrc)
		end
		registered = vrc.prefs.ethertype
		ethertypes:add(registered, vrc)
	end
end
vrc.prefs_changed = register
register()
