-- What report/write/markdown.py names, as HTML. Classes here are the vocabulary of style.css.

local common = dofile(pandoc.path.join({ pandoc.path.directory(PANDOC_SCRIPT_FILE), "common.lua" }))
local notes = 0

local function escape(text)
  local entities = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["\n"] = "&#10;" }
  return (text:gsub('[&<>"\n]', entities))
end

local function raw(text) return pandoc.RawBlock("html", text) end
local function raw_inline(text) return pandoc.RawInline("html", text) end

-- The blocks between an opening and a closing tag.
local function wrap(open, blocks, close) return common.between(raw(open), blocks, raw(close)) end

-- What can be asked where it comes from. A list of pairs: the order of a Lua table changes from run to run, and the bytes
-- with it. page.js says it aloud.
local function asked(class, origin)
  local said = origin and origin ~= "" and { { "tabindex", "0" }, { "data-origin", origin } } or {}
  return pandoc.Attr("", class, said)
end

local function label(kind, div)
  local words = { pandoc.Str(kind .. "\u{00a0}" .. div.attributes.number .. ".") }
  return pandoc.Span(words, asked({ "label" }, div.attributes.origin))
end

-- A caption is one or more paragraphs; its label runs into the first.
local function caption(kind, div, blocks, hint)
  local first = blocks[1]
  if first and first.content then
    first.content:insert(1, pandoc.Space())
    first.content:insert(1, label(kind, div))
  end
  local link = '<a class="data" href="data/' .. escape(div.attributes.data) .. '" title="' .. hint .. '">CSV</a>'
  local last = blocks[#blocks]
  if last and last.content then
    last.content:extend({ pandoc.Space(), raw_inline(link) })
  end
  return wrap("<figcaption>", blocks, "</figcaption>")
end

local function figure(div)
  local out = pandoc.List({
    raw('<figure id="' .. div.identifier .. '" class="figure">'),
    raw("<!--figure:" .. escape(div.attributes.src) .. "\n" .. escape(div.attributes.alt):gsub("%-%-", "&#45;&#45;") .. "-->"),
  })
  out:extend(caption("Figure", div, div.content, "the data of this figure"))
  out:insert(raw("</figure>"))
  return out
end

local function tabular(div)
  local words, body = pandoc.List(), pandoc.List()
  for _, block in ipairs(div.content) do
    if block.t == "Div" and block.classes:includes("caption") then words = block.content else body:insert(block) end
  end
  local out = pandoc.List({ raw('<figure id="' .. div.identifier .. '" class="table">') })
  out:extend(caption("Table", div, words, "this table as data"))
  local region = '<div class="scroll" tabindex="0" role="region" aria-label="Table ' .. div.attributes.number .. '">'
  out:extend(wrap(region, body, "</div></figure>"))
  return out
end

local function display(blocks)
  return pandoc.Blocks(blocks):walk({ Math = function(math) math.mathtype = "DisplayMath"; return math end })
end

local function step(div)
  local out = pandoc.List({ raw('<div class="step"' .. (div.identifier ~= "" and ' id="' .. div.identifier .. '"' or "") .. ">") })
  local margin = false -- a line that is too long to stand beside its reason has none
  for _, part in ipairs(div.content) do
    local shown = part.classes[1] == "left" or part.classes[1] == "right"
    if not shown and not margin then
      out:insert(raw('<div class="margin">'))
      margin = true
    end
    out:extend(wrap('<div class="' .. part.classes[1] .. '">', shown and display(part.content) or part.content, "</div>"))
  end
  local number = div.attributes.number
  out:insert(raw((margin and "</div>" or "") .. (number and '<span class="number">(' .. number .. ")</span>" or "") .. "</div>"))
  return out
end

-- A part of a proof: what it says and its chain of equalities; in the margin why, and one mark for all of its steps.
local function part(div)
  local of = common.by_class(div)
  local out = pandoc.List({ raw('<div class="part" id="' .. div.identifier .. '"><div class="statement">') })
  out:extend(wrap('<div class="said">', of.said, "</div>"))
  local number = '<span class="number">(' .. div.attributes.number .. ")</span>"
  out:extend(wrap('<div class="chain"><div class="links">', display(of.chain), "</div>" .. number .. "</div></div>"))
  out:insert(raw('<div class="margin">'))
  for _, name in ipairs({ "reason", "witness", "joined" }) do
    if of[name] then out:extend(wrap('<div class="' .. name .. '">', of[name], "</div>")) end
  end
  out:insert(raw("</div></div>"))
  return out
end

-- Cases, or counts, a row each; what holds of all of them below.
local function cases(div)
  local out, number = pandoc.List(), '<td class="number">(%s)</td></tr>'
  for _, each in ipairs(div.content) do
    if each.classes[1] == "rows" then
      out:insert(raw("<table class=\"cases\"><thead><tr><th>Case</th><th>Formula</th><td></td></tr></thead><tbody>"))
      for _, row in ipairs(each.content) do
        out:insert(raw('<tr id="' .. row.identifier .. '">'))
        for _, cell in ipairs(row.content) do
          local kind = cell.classes[1]
          if kind == "said" then out:extend(wrap('<th scope="row">', cell.content, "</th><td>"))
          elseif kind == "chain" then out:extend(wrap('<div class="links">', display(cell.content), "</div>"))
          else out:extend(wrap('<div class="' .. kind .. '">', cell.content, "</div>")) end
        end
        out:insert(raw("</td>" .. number:format(row.attributes.number)))
      end
      out:insert(raw("</tbody></table>"))
    else
      out:insert(each)
    end
  end
  return wrap('<div class="group">', out, "</div>")
end

local function folded(div)
  local title = div.content:remove(1)
  local out = pandoc.List({ raw('<details class="every"><summary>'), pandoc.Plain(title.content), raw("</summary>") })
  out:extend(div.content)
  out:insert(raw("</details>"))
  return out
end

-- A sentence with its verdict, and in the margin what that rests on.
local function claim(div)
  local said, evidence = table.unpack(div.content)
  if not evidence then return said end
  local verdict = said.content[#said.content].content
  local word = verdict[#verdict]
  word.text = word.text:gsub("[:;]$", "") -- what follows stands beside it
  return {
    raw('<div class="claimed">'), said, raw('<div class="evidence">'), pandoc.Plain(evidence.content), raw("</div></div>"),
  }
end

local divs = {
  claim = claim,
  part = part,
  cases = cases,
  every = folded,
  figure = figure,
  table = tabular,
  step = step,
  notice = function(div)
    return wrap('<aside class="notice ' .. div.attributes.kind .. '" role="note">', div.content, "</aside>")
  end,
  ["group-title"] = function(div)
    return wrap('<div class="group-title" role="heading" aria-level="">', div.content, "</div>")
  end,
}

-- A line with a ring for theirs, and a dot in its interval for ours; it is said in words beside it.
local function strip(span)
  local function at(name) return ("%.1f"):format(100 * tonumber(span.attributes[name])) end
  return raw_inline(('<svg class="strip" viewBox="0 0 100 10" aria-hidden="true"><path d="M0 5H100"/><path class="ours" d="M%s 5H%s"/>'
    .. '<circle class="ours" cx="%s" cy="5" r="3"/><circle class="theirs" cx="%s" cy="5" r="3"/></svg>'):format(
    at("low"), at("high"), at("at"), at("theirs")))
end

-- How many claims came to which verdict, as a bar of their colours.
local function bar(span)
  local out, from = pandoc.List({ '<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">' }), 0
  local all = 0
  for _, word in ipairs(common.verdicts) do all = all + tonumber(span.attributes[word]) end
  for _, word in ipairs(common.verdicts) do
    local share = 100 * tonumber(span.attributes[word]) / math.max(all, 1)
    out:insert(('<rect class="%s" x="%.2f" y="0" width="%.2f" height="4"/>'):format(word, from, share))
    from = from + share
  end
  out:insert("</svg>")
  return raw_inline(table.concat(out))
end

local spans = {
  strip = strip,
  bar = bar,
  page = function() return {} end,
  value = function(span) return pandoc.Span(span.content, asked({ "value" }, span.attributes.origin)) end,
  verdict = function(span)
    return pandoc.Span(span.content, asked({ "verdict", span.attributes.word }, span.attributes.origin))
  end,
  check = function(span)
    return pandoc.Span(span.content, pandoc.Attr("", { "check", span.attributes.state }))
  end,
}

-- A formula in the line stays with the comma or bracket that follows, and with the bracket before it. Nothing for a list that is
-- so already.
local function words(list)
  local changed, kinds, texts = common.together(list)
  local out, from = pandoc.List(), 1
  for i = 2, #kinds do
    local formula = kinds[i - 1] == "Math" and list[i - 1]
    local mark = formula and texts[i] and formula.mathtype == "InlineMath" and texts[i]:match("^[,.;:!?)%]’”]+")
    if mark then
      table.move(list, from, i - 2, #out + 1, out)
      out:insert(pandoc.Span({ formula, pandoc.Str(mark) }, pandoc.Attr("", { "kept" })))
      list[i].text = texts[i]:sub(#mark + 1)
      from = i
    end
  end
  if from > 1 then return table.move(list, from, #kinds, #out + 1, out) end
  return changed and list or nil
end

-- Each heading with all that stands below it: a browser lays out those that are near the window.
local function in_stretches(blocks)
  local out = pandoc.List({ raw('<div class="stretch">') })
  for i, block in ipairs(blocks) do
    if i > 1 and block.t == "Header" and block.level <= 4 then out:insert(raw('</div><div class="stretch">')) end
    out:insert(block)
  end
  out:insert(raw("</div>"))
  return out
end

return {
  common.read_chapter,
  -- The page has its own contents, steps fold out where the proof stands, and a number tells its origin where it stands.
  common.without("contents", "ledger", "numbers"),
  {
    Math = common.number_in_formula,
    Code = common.number_in_code,
    CodeBlock = common.number_in_code,
    Inlines = words,
    Div = common.of_class(divs),
    Span = common.of_class(spans),
    Link = function(link)
      if not link.classes:includes("chapter") then return end
      return { raw_inline('<a class="ref" href="' .. link.target .. '">Chapter\u{a0}<!--chapter:' .. link.target:sub(2) .. "--></a>") }
    end,
    Image = function(image)
      image.src = "picture:" .. common.chapter .. "/" .. image.src
      return image
    end,
    Header = function(header)
      common.name(header)
      header.level = header.level + 1 -- the page's title stands above all
      if not header.classes:includes("unnumbered") then header.content:insert(1, raw_inline('<span class="section"></span>')) end
      return header
    end,
    Table = function(tab)
      tab.caption = { long = {} }
      for _, body in ipairs(tab.bodies) do body.row_head_columns = #tab.colspecs > 1 and 1 or 0 end
      return tab
    end,
    Note = function(note)
      notes = notes + 1
      local out = pandoc.List({
        raw_inline('<sup class="note-mark">' .. notes .. '</sup><span class="sidenote" role="note"><sup>' .. notes .. "</sup> "),
      })
      out:extend(pandoc.utils.blocks_to_inlines(note.content))
      out:insert(raw_inline("</span>"))
      return out
    end,
    Pandoc = function(doc)
      doc.blocks = in_stretches(doc.blocks)
      return doc
    end,
  },
}
