-- LaTeX that pandoc's Typst writer gets wrong, said so that it gets it right.
--
-- ``\|`` is a relation there, whatever it bounds. An array or a matrix without delimiters falls apart into aligned lines:
-- it goes by way of a matrix between double bars, which is written whole, and a word before it tells chapter_typst which
-- delimiters to put in their place. An escaped ampersand would align.

local latex = {}

-- The innermost of the environments called ``name``: where it begins, its inside, where it ends.
local function innermost(text, name)
  local from, start, at = nil, nil, 1
  while true do
    local first, last = text:find("\\begin{" .. name .. "}", at, true)
    if not first then break end
    from, start, at = first, last + 1, last + 1
  end
  if not from then return end
  local stop, to = text:find("\\end{" .. name .. "}", start, true)
  if stop then return from, text:sub(start, stop - 1), to end
end

-- Cases with white between a value and its condition.
local function spaced(cases)
  return (cases:gsub("(\\?)&", function(escape) return escape == "" and "& \\quad " or nil end))
end

-- The environment as it is written for Typst, which depends on what stands before and after it.
local function set(name, inside, before, after)
  local columns, body = inside:match("^%s*{([^{}]*)}(.*)$")
  if name ~= "array" then columns, body = "", inside end
  body = (body or inside):gsub("\\hline%s*", "")
  local fence = before:match("\\left%s*(\\?[^%s%a])%s*$")
  if fence == "\\{" and after:match("^%s*\\right%.") then body = spaced(body) end
  if fence and fence ~= "." then return "\\begin{kept}{" .. columns .. "}" .. body .. "\\end{kept}" end
  if columns:match("^%s*r%s*l%s*$") and not fence then return "\\begin{aligned}" .. body .. "\\end{aligned}" end
  local word = fence and after:match("^%s*\\right\\}") and "closed" or "open"
  return "\\text{" .. word .. "-matrix}\\begin{Vmatrix}" .. body .. "\\end{Vmatrix}"
end

function latex.mended(text)
  text = text:gsub("(\\*)\\|", function(before) return #before % 2 == 0 and before .. "\\Vert " or nil end)
  text = text:gsub("{,}", "\\text{,}")
  text = text:gsub("(\\*)\\&", function(before) return #before % 2 == 0 and before .. "\\text{\\&}" or nil end)
  text = text:gsub("\\begin{vmatrix}", "\\left|\\begin{matrix}"):gsub("\\end{vmatrix}", "\\end{matrix}\\right|")
  for _, name in ipairs({ "array", "matrix", "smallmatrix" }) do
    local from, inside, to = innermost(text, name)
    while from do
      text = text:sub(1, from - 1) .. set(name, inside, text:sub(1, from - 1), text:sub(to + 1)) .. text:sub(to + 1)
      from, inside, to = innermost(text, name)
    end
  end
  text = text:gsub("\\left%.%s*(\\text{closed%-matrix}.-\\end{Vmatrix})%s*\\right\\}", "%1")
  text = text:gsub("\\begin{cases}.-\\end{cases}", spaced)
  return (text:gsub("\\begin{kept}", "\\begin{array}"):gsub("\\end{kept}", "\\end{array}"))
end

return latex
