-- What both filters of a chapter do: words that stay together, names of headings, functions and contents by classes.

local common = {}
local slugs = {}

-- What each of a list is, and the text of those that are words: to ask an element for them takes as long as all that is done here.
local function read(list)
  local kinds, texts = {}, {}
  for i, each in ipairs(list) do
    kinds[i] = each.t
    texts[i] = kinds[i] == "Str" and each.text
  end
  return kinds, texts
end

-- What stays on one line: a percent sign with its number, a thin space between them, and a pair of numbers. Second and third, what
-- each of the list is and the text of its words; first, whether anything has changed.
function common.together(list)
  local kinds, texts = read(list)
  local changed = false
  for i, text in ipairs(texts) do
    if text and text:find("%d%%") then
      texts[i] = text:gsub("(%d)%%", "%1\u{202f}%%")
      list[i].text = texts[i]
      changed = true
    end
    if text and kinds[i - 1] == "Space" and kinds[i - 2] == "Str" and text:find("^[%%%d]") then
      local before = texts[i - 2]
      local joined = before:match("%d$") and text:match("^%%") and "\u{202f}" or before:match("%(%d+,$") and text:match("^%d+%)") and "\u{a0}"
      if joined then
        list[i - 1], kinds[i - 1], texts[i - 1] = pandoc.Str(joined), "Str", joined
        changed = true
      end
    end
  end
  return changed, kinds, texts
end

-- The function of ``table`` that is named as the element's class, applied to it.
function common.of_class(table)
  return function(element)
    local make = table[element.classes[1]]
    if make then return make(element) end
  end
end

-- The content of each div in a div, by its class.
function common.by_class(div)
  local of = {}
  for _, each in ipairs(div.content) do of[each.classes[1]] = each.content end
  return of
end

-- What a claim may come to, in the order of a bar.
common.verdicts = { "holds", "does-not-hold", "undecided", "not-asked-of-this-copy" }

-- A filter that leaves out what this page has not, before anything is made of what is inside.
function common.without(...)
  local left_out = {}
  for _, class in ipairs({ ... }) do left_out[class] = true end
  return { traverse = "topdown", Div = function(div) if left_out[div.classes[1]] then return {}, false end end }
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

return common
