-- SPDX-License-Identifier: Apache-2.0
--
-- What makes a manual page of a page that is written to be read on a forge too. For pandoc:
--
--   pandoc -s -f gfm -t man --lua-filter=man.lua -M version=0.1.0 -M docdir=/usr/share/doc/usher \
--     -M settings=conf/usher.toml usherd.8.md
--
-- * The first heading is the title: "# usherd(8)".
-- * Tables of two columns become lists of terms: a terminal has no room for them.
-- * `Code` is bold, as manual pages have it.
-- * Links lead nowhere on paper: of one to another manual page its name stays, of one to a file the
--   place where it is installed is added.
-- * The comment <!-- settings --> is replaced by what usher.toml says of its settings.

local docdir, version, settings_file = "", "", ""

local function text_of(value) return pandoc.utils.stringify(value) end

local function read_meta(meta)
  docdir, version = text_of(meta.docdir), text_of(meta.version)
  settings_file = text_of(meta.settings)
  meta.footer = "Usher " .. version
  meta.header = "Usher"
  meta.adjusting = "l"
  meta.hyphenate = false
  return meta
end

-- The settings, as usher.toml as it is shipped explains them -------------------------------------

-- Sections of { name, entries }, and entries of { key and default, comment }.
local function read_settings()
  local sections, comment = {}, {}
  for line in io.lines(settings_file) do
    local section = line:match("^%[([%w_-]+)%]$")
    local setting = line:match("^# ([%w_]+ = .+)$")
    local remark = line:match("^#%s?(.*)$")
    if section then
      table.insert(sections, { name = section, entries = {} })
      comment = {}
    elseif setting then
      if #sections == 0 then table.insert(sections, { name = "", entries = {} }) end
      local entries = sections[#sections].entries
      table.insert(entries, { setting = setting, comment = table.concat(comment, " ") })
      comment = {}
    elseif remark then
      table.insert(comment, remark)
    elseif line:match("%S") then
      error(settings_file .. ": neither a section, a setting nor a comment: " .. line)
    else
      comment = {}
    end
  end
  assert(#sections > 0, settings_file .. ": no settings found")
  return sections
end

local function settings_blocks()
  local blocks = {}
  for _, section in ipairs(read_settings()) do
    if section.name ~= "" then
      table.insert(blocks, pandoc.Header(3, { pandoc.Str("[" .. section.name .. "]") }))
    end
    local items = {}
    for _, entry in ipairs(section.entries) do
      table.insert(items, { { pandoc.Code(entry.setting) }, { pandoc.read(entry.comment, "gfm").blocks } })
    end
    table.insert(blocks, pandoc.DefinitionList(items))
  end
  return blocks
end

local function raw_block(raw)
  if raw.format == "html" and raw.text:match("^<!%-%-%s*settings%s*%-%->%s*$") then
    return settings_blocks()
  end
end

-- What is laid out otherwise on paper ------------------------------------------------------------

local function table_block(block)
  local simple = pandoc.utils.to_simple_table(block)
  if #simple.aligns ~= 2 then
    error("a table of " .. #simple.aligns .. " columns: a manual page has room for two")
  end
  local items = {}
  for _, row in ipairs(simple.rows) do
    local term = row[1][1] and row[1][1].content or {}
    table.insert(items, { term, { row[2] } })
  end
  return pandoc.DefinitionList(items)
end

-- As it is to be typed: a hyphen that is a minus, and no line break after it.
local escapes = {
  ["\\"] = "\\[rs]", ["-"] = "\\-", ["'"] = "\\[aq]", ['"'] = "\\[dq]", ["`"] = "\\[ga]", ["^"] = "\\[ha]",
  ["~"] = "\\[ti]",
}

local function escaped(text) return (text:gsub("[\\'\"`^~-]", escapes)) end

local function literal(text)
  return pandoc.RawInline("man", "\\f[B]" .. escaped(text) .. "\\f[R]")
end

-- A dot that begins a line is no request of the formatter's.
local function code_block(block)
  local text = ("\n" .. escaped(block.text)):gsub("\n%.", "\n\\&."):sub(2)
  return pandoc.RawBlock("man", ".PP\n.RS 4\n.nf\n" .. text .. "\n.fi\n.RE")
end

-- Where a file of the sources is installed: ../NAME and ../../conf/NAME.
local function installed(path)
  path = path:gsub("^%.%./%.%./", ""):gsub("^%.%./", "")
  if path == "conf/usher.toml" then return "/etc/usher/usher.toml" end
  return docdir .. "/" .. path:gsub("^conf/", "examples/")
end

local function link(inline)
  local path = inline.target:gsub("#.*$", "")
  if path == "" or path:match("^%a+:") then return nil end
  if path:match("^[%w_.-]+%.%d%.md$") then return literal(text_of(inline)) end
  local place = literal(installed(path))
  if text_of(inline):find(path:match("[^/]+$"), 1, true) then return place end
  local content = inline.content
  content:extend({ pandoc.Str(" ("), place, pandoc.Str(")") })
  return content
end

-- "[FILE ...]" ends no sentence, and so is not followed by two spaces.
local function word(inline)
  if inline.text:match("%.%.%.[%])]?$") then return { inline, pandoc.RawInline("man", "\\&") } end
end

local function heading(block)
  block.level = block.level - 1
  if block.level > 1 then return block end
  return pandoc.walk_block(block, {
    Str = function(inline) return pandoc.Str(pandoc.text.upper(inline.text)) end,
  })
end

-- The first heading becomes the title; what stands before it, such as a comment, is left out.
local function page(document)
  local blocks = document.blocks
  while #blocks > 0 and blocks[1].t ~= "Header" do blocks:remove(1) end
  assert(#blocks > 0 and blocks[1].level == 1, "a page begins with a heading such as # usherd(8)")
  document.meta.title = blocks:remove(1).content
  document.blocks = blocks
  return document
end

return {
  { Meta = read_meta, Pandoc = page },
  { RawBlock = raw_block },
  { Table = table_block, Link = link },
  { Code = function(inline) return literal(inline.text) end, CodeBlock = code_block, Header = heading, Str = word },
}
