package validation

import "strings"

// document is read from its beginning; open are the elements that the reader is in.
type document struct {
	rest    string
	open    []string
	content bool // there is something to see
}

func (d *document) read() *markup {
	if !strings.HasPrefix(d.rest, "<") {
		return &markup{codeStructure, "must be an XHTML div, not plain text"}
	}
	for first := true; d.rest != ""; first = false {
		if !first && len(d.open) == 0 {
			return malformed("there is something after the div")
		}
		if err := d.token(); err != nil {
			return err
		}
	}
	switch {
	case len(d.open) > 0:
		return malformed("<" + d.open[len(d.open)-1] + "> is not closed")
	case !d.content:
		return &markup{codeInvariant, "must have some text or an image (txt-2)"}
	}
	return nil
}

func (d *document) token() *markup {
	switch {
	case d.rest[0] != '<':
		text := d.until("<")
		d.content = d.content || strings.TrimSpace(text) != ""
		if strings.Contains(text, "]]>") {
			return malformed(`"]]>" outside of CDATA`)
		}
		return checkText(text)
	case strings.HasPrefix(d.rest, "<!--"):
		return d.comment()
	case strings.HasPrefix(d.rest, "<!"), strings.HasPrefix(d.rest, "<?"):
		return forbidden("declarations, CDATA and processing instructions are not allowed")
	case strings.HasPrefix(d.rest, "</"):
		return d.endTag()
	}
	return d.startTag()
}

// until cuts off what stands before a text, or all if it does not occur.
func (d *document) until(end string) string {
	at := strings.Index(d.rest, end)
	if at < 0 {
		at = len(d.rest)
	}
	text := d.rest[:at]
	d.rest = d.rest[at:]
	return text
}

func (d *document) comment() *markup {
	d.rest = d.rest[len("<!--"):]
	text := d.until("--")
	switch {
	case !strings.HasPrefix(d.rest, "-->"):
		return malformed(`a comment must end in "-->" and have no other "--"`)
	case len(d.open) == 0, strings.HasPrefix(text, ">"), strings.HasPrefix(text, "->"), strings.HasSuffix(text, "-"):
		return malformed("a comment stands in the div and neither begins with \">\" or \"->\" nor ends in \"--->\"")
	}
	d.rest = d.rest[len("-->"):]
	return checkCharacters(text)
}

func (d *document) endTag() *markup {
	d.rest = d.rest[len("</"):]
	name := d.name()
	d.space()
	if last := len(d.open) - 1; last < 0 || d.open[last] != name {
		return malformed("</" + shorten(name) + "> closes nothing that is open")
	}
	if !strings.HasPrefix(d.rest, ">") {
		return malformed("</" + name + " without its \">\"")
	}
	d.rest = d.rest[1:]
	d.open = d.open[:len(d.open)-1]
	return nil
}

func (d *document) startTag() *markup {
	d.rest = d.rest[1:]
	name := d.name()
	allowed, ok := xhtmlElements[name]
	switch {
	case name == "":
		return malformed(`"<" must begin a tag; in text it is written as &lt;`)
	case len(d.open) == 0 && name != "div":
		return &markup{codeStructure, "must be a div, not <" + shorten(name) + ">"}
	case !ok:
		return forbidden("<" + shorten(name) + "> is not among the elements that a narrative may have")
	}
	attributes, err := d.attributes(name, allowed)
	if err != nil {
		return err
	}
	namespace, own := attributes["xmlns"]
	if namespace != xhtmlNamespace && (own || len(d.open) == 0) {
		return &markup{codeStructure, "<" + name + `> must be in the namespace xmlns="` + xhtmlNamespace + `"`}
	}
	d.content = d.content || name == "img"
	if strings.HasPrefix(d.rest, "/>") {
		d.rest = d.rest[2:]
		return nil
	}
	if !strings.HasPrefix(d.rest, ">") {
		return malformed("<" + name + " without its \">\"")
	}
	d.rest = d.rest[1:]
	d.open = append(d.open, name)
	return nil
}

// name reads a name of an element or an attribute.
func (d *document) name() string {
	end := 0
	for end < len(d.rest) {
		c := d.rest[end]
		if !isLetter(c) && c < 0x80 && c != '_' && c != ':' && (end == 0 || !isDigit(c) && c != '-' && c != '.') {
			break
		}
		end++
	}
	name := d.rest[:end]
	d.rest = d.rest[end:]
	return name
}

// space skips white space and tells whether there was any.
func (d *document) space() bool {
	before := len(d.rest)
	d.rest = strings.TrimLeft(d.rest, xmlSpace)
	return len(d.rest) < before
}
