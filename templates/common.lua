-- What both filters of a chapter do: words that stay together, names of headings, a function by an element's class.

local common = {}
local slugs = {}

-- What stays on one line: a percent sign with its number, a thin space between them, and a pair of numbers. Nothing for a list
-- that is so already.
function common.together(list)
  local changed = false
  for i, each in ipairs(list) do
    if each.t == "Str" then
      local text = each.text
      if text:find("%d%%") then
        each.text = text:gsub("(%d)%%", "%1\u{202f}%%")
        changed = true
      end
      if i > 2 and list[i - 1].t == "Space" and list[i - 2].t == "Str" and text:find("^[%%%d]") then
        local before = list[i - 2].text
        local joined = before:match("%d$") and text:match("^%%") and "\u{202f}" or before:match("%(%d+,$") and text:match("^%d+%)") and "\u{a0}"
        if joined then
          list[i - 1] = pandoc.Str(joined)
          changed = true
        end
      end
    end
  end
  return changed and list or nil
end

-- The function of ``table`` that is named as the element's class, applied to it.
function common.of_class(table)
  return function(element)
    local make = table[element.classes[1]]
    if make then return make(element) end
  end
end

-- The blocks or inlines between an opening and a closing piece of raw text.
function common.between(open, content, close)
  local out = pandoc.List({ open })
  out:extend(content)
  out:insert(close)
  return out
end

-- The chapter that is being read, given by --metadata.
common.read_chapter = { Meta = function(meta) common.chapter = pandoc.utils.stringify(meta.chapter or "") end }

-- A heading has the name that its author gave it, or one made of its words, the same on both pages.
function common.name(header)
  if header.identifier ~= "" then return end
  local text = pandoc.utils.stringify(header):lower():gsub("[^%w]+", "-"):gsub("^%-+", ""):gsub("%-+$", "")
  local name = common.chapter .. "--" .. text
  slugs[name] = (slugs[name] or 0) + 1
  header.identifier = slugs[name] == 1 and name or name .. "-" .. slugs[name]
end

-- Where a value stands in a formula or in code, a span would be none: its number is put there as ``written`` makes it.
local function with_numbers(text, written)
  local from, to, inside = text:find('%[([^%[%]]-)%]{%.value origin="')
  if not from then return text end
  local stop = to + 1
  while stop <= #text and text:sub(stop, stop) ~= '"' do stop = stop + (text:sub(stop, stop) == "\\" and 2 or 1) end
  local number = written((inside:gsub("\\(%p)", "%1")))
  return text:sub(1, from - 1) .. number .. with_numbers(text:sub(text:find("}", stop, true) + 1), written)
end

local signs = {
  ["−"] = "-", ["±"] = "\\pm ", ["×"] = "\\times ", ["∞"] = "\\infty ", ["\u{202f}"] = "\\,", ["\u{a0}"] = "\\ ", ["%"] = "\\%",
  ["—"] = "\\text{—}", ["⁻"] = "^{-}", ["⁰"] = "^{0}", ["¹"] = "^{1}", ["²"] = "^{2}", ["³"] = "^{3}", ["⁴"] = "^{4}", ["⁵"] = "^{5}", ["⁶"] = "^{6}",
  ["⁷"] = "^{7}", ["⁸"] = "^{8}", ["⁹"] = "^{9}",
}

-- A number as write/markdown.py shows it (97.3 ± 0.2 ms), in LaTeX.
local function in_latex(number)
  local out = number:gsub("%a[^\u{a0}\u{202f}]*$", "\\text{%0}"):gsub("[\1-\127\194-\244][\128-\191]*", signs)
  return (out:gsub("}^{", ""))
end

function common.number_in_formula(math)
  math.text = with_numbers(math.text, in_latex)
  return math
end

function common.number_in_code(code)
  code.text = with_numbers(code.text, function(number) return number end)
  return code
end

-- A claim that is a paragraph of its own, in two parts: its sentence with its verdict, and what the verdict rests on.
function common.claim_of(paragraph)
  local span = #paragraph.content == 1 and paragraph.content[1]
  if not span or span.t ~= "Span" or span.classes[1] ~= "claim" then return end
  local sentence, evidence = pandoc.List(), nil
  for _, inline in ipairs(span.content) do
    if inline.t == "Span" and inline.classes[1] == "evidence" then evidence = inline.content else sentence:insert(inline) end
  end
  if evidence and sentence[#sentence].t == "Space" then sentence:remove() end
  return evidence and { sentence = sentence, evidence = evidence }
end

return common
