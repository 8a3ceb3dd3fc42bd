-- What report/write/markdown.py names, as calls of the functions that report.typ defines.

local here = pandoc.path.directory(PANDOC_SCRIPT_FILE)
local common = dofile(pandoc.path.join({ here, "common.lua" }))
local latex = dofile(pandoc.path.join({ here, "latex.lua" }))

local function quote(text)
  return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"'):gsub("\n", "\\n") .. '"'
end

local function raw(text) return pandoc.RawBlock("typst", text) end
local function raw_inline(text) return pandoc.RawInline("typst", text) end

-- Inlines as one content argument, which has to follow the call without a line between.
local function sandwich(open, inlines, close) return common.between(raw_inline(open), inlines, raw_inline(close)) end

local function unescaped(code) return string.char(tonumber(code, 16)) end

local function inlines(blocks)
  return pandoc.utils.blocks_to_inlines(blocks, { raw_inline("#parbreak()") })
end

-- Blocks as the content argument of a call.
local function call(name, arguments, blocks) return common.between(raw("#" .. name .. "(" .. arguments .. ")["), blocks, raw("]")) end

local function figure(div)
  local open = ("#report-figure(%s, %s, %s, alt: %s, caption: ["):format(
    quote(div.identifier), quote(div.attributes.number), quote(div.attributes.src), quote(div.attributes.alt))
  return pandoc.Plain(sandwich(open, inlines(div.content), "]);"))
end

local aligned = { AlignLeft = "left", AlignRight = "right", AlignCenter = "center", AlignDefault = "left" }

local function cells(row)
  local out = pandoc.List()
  for _, cell in ipairs(row.cells) do out:extend(sandwich("[", inlines(cell.contents), "], ")) end
  return out
end

-- Whether any word of a table is so long that it may have to break anywhere, which report.typ looks for letter by letter.
local LONG = 24
local function has_long_words(tab)
  local rows = tab.head.rows:clone()
  for _, body in ipairs(tab.bodies) do rows:extend(body.body) end
  for _, row in ipairs(rows) do
    for _, cell in ipairs(row.cells) do
      for word in pandoc.utils.stringify(cell.contents):gmatch("%S+") do
        if #word >= LONG then return true end
      end
    end
  end
  return false
end

-- The longest word of each cell of a table's head, which should not be broken.
local function longest_words(head)
  local out = pandoc.List()
  for _, row in ipairs(head.rows) do
    for _, cell in ipairs(row.cells) do
      local longest = ""
      for word in pandoc.utils.stringify(cell.contents):gmatch("%S+") do
        if utf8.len(word) > utf8.len(longest) then longest = word end
      end
      out:insert(quote(longest) .. ", ")
    end
  end
  return table.concat(out)
end

-- How many rows each row begins: those whose first cells are indented belong to it. Nothing where none are.
local function groups(rows)
  local sizes, any = {}, false
  for _, row in ipairs(rows) do
    local inner = #sizes > 0 and pandoc.utils.stringify(row.cells[1].contents):find("^\u{a0}")
    any = any or inner
    if inner then sizes[#sizes] = sizes[#sizes] + 1 else table.insert(sizes, 1) end
  end
  return any and "groups: (" .. table.concat(sizes, ", ") .. ",), " or ""
end

-- A pandoc table as the arguments that report-table and plain-table share.
local function arguments(tab)
  local sides = tab.colspecs:map(function(spec) return aligned[spec[1]] end)
  local out = pandoc.List({ raw_inline(groups(tab.bodies[1].body) .. "align: (" .. table.concat(sides, ", ") .. ",), header: (") })
  for _, row in ipairs(tab.head.rows) do out:extend(cells(row)) end
  out:insert(raw_inline("), words: (" .. longest_words(tab.head) .. "), body: ("))
  for _, body in ipairs(tab.bodies) do
    for _, row in ipairs(body.body) do out:extend(cells(row)) end
  end
  out:insert(raw_inline(has_long_words(tab) and "), long-words: true" or ")"))
  return out
end

-- The last argument of a call: a key of its content, under which report.typ notes what it has measured; typeset/pandoc.py puts it
-- there.
local function keyed() return raw_inline(', key: "");') end

local function tabular(div)
  local words, tab = pandoc.List(), nil
  for _, block in ipairs(div.content) do
    if block.t == "Table" then tab = block
    elseif block.t == "Div" and block.classes:includes("caption") then words = block.content end
  end
  local open = ("#report-table(%s, %s, caption: ["):format(quote(div.identifier), quote(div.attributes.number))
  local out = sandwich(open, inlines(words), "], ")
  out:extend(arguments(tab))
  out:insert(keyed())
  return pandoc.Plain(out)
end

-- Formulas in the size of a display, in the line: both sides of a step share a baseline.
local function displayed(blocks)
  return pandoc.Blocks(blocks):walk({
    RawInline = function(raw) return pandoc.RawInline("typst", (raw.text:gsub("^#formula%(", "#displayed("))) end,
  })
end

-- The start of a call for a part of a proof, or a case: its name, its number, and its chain of equalities link by link.
local function chained(open, div, chain)
  local out = pandoc.List({ raw_inline(("%s(%s, %s, links: ("):format(open, quote(div.identifier), quote(div.attributes.number))) })
  for _, link in ipairs(displayed(chain)[1].content) do
    if link.t == "Span" then out:extend(sandwich("[", link.content, "], ")) end
  end
  out:insert(raw_inline(")"))
  return out
end

-- Named content arguments, of the divs that there are.
local function named(out, of, names)
  for _, name in ipairs(names) do out:extend(sandwich(", " .. name .. ": [", of[name] and inlines(of[name]) or {}, "]")) end
  return out
end

-- Cases, or counts, a row each.
local function cases(div)
  local of, out = common.by_class(div), pandoc.List({ raw_inline("#report-cases((") })
  for _, row in ipairs(of.rows) do
    local its = common.by_class(row)
    out:extend(named(chained("report-case.with", row, its.chain), its, { "said", "reason", "witness", "joined" }))
    out:insert(raw_inline("), "))
  end
  out:insert(raw_inline(")"))
  named(out, of, { "words", "reason", "witness" })
  out:insert(raw_inline(");"))
  return pandoc.Plain(out)
end

-- A part of a proof: what it says, its chain, why, and one mark for all of its steps.
local function part(div)
  local of = common.by_class(div)
  local out = chained("#report-part", div, of.chain)
  local said = of.said[1].content
  if said[1].t == "Strong" then of.said[1].content = sandwich("#part-title[", said[1].content, "];") .. said:filter(function(_, at) return at > 1 end) end
  named(out, of, { "said", "reason", "witness", "joined" })
  out:insert(keyed())
  return pandoc.Plain(out)
end

-- The ledger: the title of a proof stays with its first line.
local function ledger(div)
  local out = pandoc.Blocks({})
  for _, each in ipairs(div.content) do
    local titled = each.t == "Para" and each.content[1].text == "#lead-in["
    out:extend(titled and call("block", "sticky: true", { each }) or { each })
  end
  return call("report-ledger", "", out)
end

-- The end of a formula that is this short comes with its beginning, on one line.
local SHORT = 44

local function notation(div)
  local function whole(list)
    for i, inline in ipairs(list) do
      local tex = inline.t == "RawInline" and inline.text:match('^#formula%("(.*)", $')
      if tex and #tex <= SHORT then
        inline.text, list[i + 2].text = "#box[" .. inline.text, ");];"
      end
    end
    return list
  end
  return call("report-notation", "", pandoc.Blocks(div.content):walk({ Inlines = whole }))
end

local function block(name)
  return function(div) return call(name, "", div.content) end
end

-- A sentence with its verdict, and what that rests on.
local function claim(div)
  local said, evidence = table.unpack(div.content)
  if not evidence then return said end
  local out = sandwich("#report-claimed([", said.content, "], [")
  out:extend(sandwich("", evidence.content, "]);"))
  return pandoc.Plain(out)
end

local divs = {
  claim = claim,
  figure = figure,
  table = tabular,
  part = part,
  cases = cases,
  contents = function() return raw("#report-contents()") end,
  ledger = ledger,
  numbers = function(div) return call("report-numbers", "", div.content) end,
  brief = function(div) return call("report-brief", "", div.content) end,
  led = block("report-led"),
  notation = notation,
  notice = function(div) return call("report-notice", quote(div.attributes.kind), div.content) end,
  derivation = function(div) return call("report-derivation", quote(div.identifier), div.content) end,
  question = block("report-question"),
  conclusion = block("report-conclusion"),
  consequence = block("report-consequence"),
  note = block("report-note"),
  references = block("report-references"),
}

local spans = {
  value = function(span)
    local linked = span.attributes.entry
    local call = linked and "#report-value(" .. quote(linked) .. ", " .. quote(span.attributes.mention) .. ")["
    return sandwich(call or "#box[", span.content, "];")
  end,
  entry = function(span)
    local mentions = span.attributes.mentions:gsub("%S+", '"%0",'):gsub(" ", "")
    return sandwich("#report-entry(" .. quote(span.attributes.entry) .. ", (" .. mentions .. "))[", span.content, "];")
  end,
  verdict = function(span) return sandwich("#report-verdict(" .. quote(span.attributes.word) .. ")[", span.content, "];") end,
  check = function(span) return sandwich("#report-check(" .. quote(span.attributes.state) .. ")[", span.content, "];") end,
  strip = function(span)
    local ends = span.attributes
    return raw_inline(("#report-strip(%s, %s, %s, %s);"):format(ends.theirs, ends.low, ends.at, ends.high))
  end,
  bar = function(span)
    local shares = pandoc.List()
    for _, word in ipairs(common.verdicts) do
      shares:insert(quote(word) .. ": " .. span.attributes[word])
    end
    return raw_inline("#report-bar((" .. table.concat(shares, ", ") .. "));")
  end,
  page = function(span) return raw_inline("#report-page(" .. quote(span.attributes.of) .. ");") end,
  remark = function(span) return sandwich("#report-remark[", span.content, "];") end,
  ["lead-in"] = function(span) return sandwich("#lead-in[", span.content, "];") end,
  ["notice-title"] = function(span) return sandwich("#lead-in[", span.content, "];") end,
}

-- Where Typst would make something else of text, and the writer lets it through: dots and dashes that it joins, and what it
-- takes for a mark of a list or a heading at the beginning of a content block, or for a field of the link before it.
local function taken_for_markup(text, at)
  local patterns = { "%.%.%.", "%-[%d?]", "’" }
  if at == 1 then
    for _, pattern in ipairs({ "^[%+%-=/]+", "^%d+%.$", "^%d+%.[^%d]", "^%.%a" }) do table.insert(patterns, pattern) end
  end
  local from, to
  for _, pattern in ipairs(patterns) do
    local first, last = text:find(pattern, at)
    if pattern == "%-[%d?]" then last = first end
    if first and (not from or first < from) then from, to = first, last end
  end
  return from, to
end

-- A word as inlines that Typst sets as exactly that word; nothing where it does so by itself.
local function as_text(text)
  if not text:find("[%+%-=/%.\xe2]") then return end -- most words: none of what follows
  local task = ({ ["☐"] = "false", ["☒"] = "true" })[text] -- pandoc's own for [ ] and [x]
  if task then return { raw_inline("#report-task(" .. task .. ");") } end
  local out, at = pandoc.List(), 1
  while at <= #text do
    local from, to = taken_for_markup(text, at)
    if not from and at == 1 then return end
    if not from then out:insert(pandoc.Str(text:sub(at))); break end
    if from > at then out:insert(pandoc.Str(text:sub(at, from - 1))) end
    out:insert(raw_inline("#" .. quote(text:sub(from, to)) .. ";"))
    at = to + 1
  end
  return out
end

-- The words of a list as Typst sets them. Nothing for a list that is so already.
local function words(list)
  local changed, _, texts = common.together(list)
  local out, from = pandoc.List(), 1
  for i, text in ipairs(texts) do
    local pieces = text and as_text(text)
    if pieces then
      table.move(list, from, i - 1, #out + 1, out)
      out:extend(pieces)
      from = i + 1
    end
  end
  if from > 1 then return table.move(list, from, #texts, #out + 1, out) end
  return changed and list or nil
end

return {
  common.read_chapter,
  common.without("every"), -- here the steps stand in the ledger at the end
  {
    -- PDF/UA-1 wants a text for every formula: its LaTeX. The writer sets the formula itself between the raw halves.
    Math = function(math)
      math = common.number_in_formula(math)
      local set = pandoc.Math(math.mathtype, latex.mended(math.text))
      return { raw_inline("#formula(" .. quote(math.text) .. ", "), set, raw_inline(");") }
    end,
  },
  {
    Code = common.number_in_code,
    CodeBlock = common.number_in_code,
    Inlines = words,
    Div = common.of_class(divs),
    Span = function(span)
      local named = #span.content == 0 and #span.classes == 0 and span.identifier ~= ""
      if named then return raw_inline("#anchor(" .. quote(span.identifier) .. ");") end -- a label would go to what stands before it
      return common.of_class(spans)(span)
    end,
    Link = function(link)
      if link.classes:includes("chapter") then return raw_inline("#report-chapter(" .. quote(link.target:sub(2)) .. ");") end
    end,
    Header = function(header)
      common.name(header)
      return header
    end,
  },
  { -- what is left after the numbered tables
    Table = function(tab)
      local out = pandoc.List({ raw_inline("#plain-table(") })
      out:extend(arguments(tab))
      out:insert(keyed())
      return pandoc.Plain(out)
    end,
    Image = function(image)
      local width = (image.attributes.width or ""):match("^[%d.]+%%$") or "auto"
      local file, alt = common.chapter .. "/" .. image.src:gsub("%%(%x%x)", unescaped), pandoc.utils.stringify(image.caption)
      return raw_inline(("#report-picture(%s, %s, %s);"):format(quote(file), quote(alt), width))
    end,
  },
}
