package validation

import (
	"html"
	"strings"
)

// Narrative.div is XHTML that a client may show: one div in XHTML's namespace,
// with the elements and attributes that narrative.html#xhtml admits and none that
// could run a script. What browsers, which read it as HTML, understand otherwise
// than XML does (CDATA, comments that begin with ">") is refused too.

const (
	xhtmlNamespace = "http://www.w3.org/1999/xhtml"
	xmlSpace       = " \t\r\n"
)

// commonAttributes may stand on every element.
const commonAttributes = "title style class id lang xml:lang dir accesskey tabindex xmlns xml:space" +
	" span width height align valign char charoff abbr axis headers scope rowspan colspan"

// xhtmlElements are the elements of txt-1 with the attributes that are theirs.
var xhtmlElements = tagTable(`
	p br div h1 h2 h3 h4 h5 h6 span b em i strong small big tt dfn var abbr acronym cite hr address bdo
	kbd sub sup ul ol li dl dt dd pre caption colgroup col thead tr tfoot tbody code samp
	a: name href charset type hreflang rel rev shape coords
	img: src alt longdesc usemap ismap border
	map: name
	area: shape coords href nohref alt
	table: summary border frame rules cellspacing cellpadding
	td: nowrap
	th: nowrap
	blockquote: cite
	q: cite`)

// tagTable reads lines of names, or of one name and its own attributes.
func tagTable(text string) map[string]map[string]bool {
	table := make(map[string]map[string]bool)
	for line := range strings.Lines(text) {
		names, attributes, _ := strings.Cut(line, ":")
		allowed := make(map[string]bool)
		for _, attribute := range strings.Fields(commonAttributes + " " + attributes) {
			allowed[attribute] = true
		}
		for _, name := range strings.Fields(names) {
			table[name] = allowed
		}
	}
	return table
}

// linkAttributes hold URLs.
var linkAttributes = map[string]bool{"href": true, "src": true, "cite": true, "longdesc": true, "usemap": true}

// linkSchemes are those that run nothing.
var linkSchemes = map[string]bool{
	"http": true, "https": true, "ftp": true, "mailto": true, "tel": true, "sms": true, "urn": true, "cid": true,
}

// markup is an issue of a narrative.
type markup struct{ code, text string }

func malformed(text string) *markup {
	return &markup{codeStructure, "is not well-formed XHTML: " + text}
}

func forbidden(text string) *markup { return &markup{codeInvariant, text + " (txt-1)"} }

// narrative tells the first thing that is wrong with a Narrative.div.
func narrative(text string) (code, wrong string) {
	d := document{rest: strings.Trim(text, xmlSpace)}
	if err := d.read(); err != nil {
		return err.code, err.text
	}
	return "", ""
}

// isLink tells whether a URL may be followed. Browsers read it without control
// characters, and after its entities.
func isLink(value string, image bool) bool {
	url := strings.Map(func(c rune) rune {
		if c <= ' ' {
			return -1
		}
		return c
	}, html.UnescapeString(value))
	scheme, rest, ok := strings.Cut(url, ":")
	if !ok || strings.ContainsAny(scheme, "/?#") {
		return true // relative, or a fragment
	}
	scheme = strings.ToLower(scheme)
	return linkSchemes[scheme] || image && scheme == "data" && strings.HasPrefix(rest, "image/")
}

// shorten is a name for a message.
func shorten(name string) string {
	if len(name) > maxQuote {
		return strings.ToValidUTF8(name[:maxQuote], "") + "…"
	}
	return name
}
