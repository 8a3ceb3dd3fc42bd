-- What both filters of a chapter do: percent signs that stay, names of headings, a function by an element's class.

local common = {}
local slugs = {}

-- A percent sign stays with its number.
function common.percent(list)
  for i = 2, #list - 1 do
    local before, after = list[i - 1], list[i + 1]
    if list[i].t == "Space" and before.t == "Str" and after.t == "Str" and before.text:match("%d$") and after.text:match("^%%") then
      list[i] = pandoc.Str("\u{202f}")
    end
  end
  return list
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

return common
