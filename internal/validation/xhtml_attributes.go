package validation

import "strings"

// attributes reads what stands in a tag behind its name.
func (d *document) attributes(element string, allowed map[string]bool) (map[string]string, *markup) {
	var all map[string]string
	for {
		spaced := d.space()
		name := d.name()
		if name == "" {
			return all, nil
		}
		at := "<" + element + " " + shorten(name) + ">"
		_, twice := all[name]
		switch {
		case !spaced:
			return nil, malformed("no space before an attribute of <" + element + ">")
		case !allowed[name]:
			return nil, forbidden(at + " is not among the attributes that a narrative may have")
		case twice:
			return nil, malformed(at + " is there twice")
		}
		value, err := d.attributeValue(at)
		if err != nil {
			return nil, err
		}
		if linkAttributes[name] && !isLink(value, name == "src") {
			return nil, forbidden(at + " links to " + quote(value) + "; only http, https, mailto and other schemes that run nothing are allowed")
		}
		if all == nil {
			all = make(map[string]string)
		}
		all[name] = value
	}
}

func (d *document) attributeValue(at string) (string, *markup) {
	d.space()
	if !strings.HasPrefix(d.rest, "=") {
		return "", malformed(at + " has no value")
	}
	d.rest = d.rest[1:]
	d.space()
	if d.rest == "" || d.rest[0] != '"' && d.rest[0] != '\'' {
		return "", malformed(at + " has a value without quotes")
	}
	end := d.rest[:1]
	d.rest = d.rest[1:]
	value := d.until(end)
	if d.rest == "" || strings.Contains(value, "<") {
		return "", malformed(at + ` has a value without its closing quote, or with a "<"`)
	}
	d.rest = d.rest[1:]
	return value, checkText(value)
}
