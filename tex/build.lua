-- l3build configuration: l3build check, install, doc, ctan, tag

module = "pith"

-- pith.sty is written by hand, there is nothing to unpack.
sourcefiles  = {"pith.sty", "pith.sty.ltxml"}
installfiles = {"pith.sty", "pith.sty.ltxml"}
unpackfiles  = {}
typesetfiles = {"pith-doc.tex"}
docfiles     = {"pith-doc-figures.pdf"}
demofiles    = {"example.tex"}
textfiles    = {"README.md", "LICENSE"}
cleanfiles   = {"*.log", "*.zip", "pith-doc.pdf"}

checkengines = {"pdftex", "luatex", "xetex"}
checkruns    = 2

-- The one version stamp is the \ProvidesExplPackage line of pith.sty.
tagfiles = {"pith.sty"}
function update_tag(file, content, tagname, tagdate)
  return (content:gsub("{pith} {%d+%-%d+%-%d+} {[%d.]+}",
    "{pith} {" .. tagdate .. "} {" .. tagname .. "}"))
end
