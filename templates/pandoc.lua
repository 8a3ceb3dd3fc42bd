-- One pandoc for chapter after chapter: to start one for each takes as long as its work. report/typeset/pandoc.py asks on stdin, an
-- object of JSON a line, and is answered by a line on stdout.

local templates, reader, program = table.unpack(arg)

local abbreviations = {} -- which nothing but a pandoc that is started for one document knows by itself
for word in pandoc.pipe(program, { "--print-default-data-file", "abbreviations" }, ""):gmatch("%S[^\r\n]*") do abbreviations[word] = true end
local reading = pandoc.ReaderOptions({ columns = 10000, abbreviations = abbreviations })
local writing = { wrap_text = "none", columns = 10000, html_math_method = "mathml", highlight_method = "none" }

-- Both pages are made of what was read once.
local documents = {}
local function read(text)
  local document = documents[text] or pandoc.read(text, reader, reading)
  documents[text] = not documents[text] and document or nil
  return document
end

local function converted(asked)
  local document = read(asked.text)
  document.meta.chapter = asked.chapter
  PANDOC_SCRIPT_FILE = pandoc.path.join({ templates, asked.filter })
  return pandoc.write(pandoc.utils.run_lua_filter(document, PANDOC_SCRIPT_FILE), asked.format, pandoc.WriterOptions(writing))
end

for line in io.stdin:lines() do
  local said = pandoc.List()
  local messages, well, written = pandoc.log.silence(pcall, converted, pandoc.json.decode(line, false))
  for _, message in ipairs(pandoc.json.decode(pandoc.json.encode(messages), false)) do
    if message.verbosity ~= "INFO" then said:insert(1, message.pretty) end -- the last comes first
  end
  if not well then said:insert(tostring(written)) end
  io.stdout:write(pandoc.json.encode({ written = well and written or "", said = said }), "\n")
  io.stdout:flush()
end
