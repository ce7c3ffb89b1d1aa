package patch

func (o *pathOperation) apply(d *document) error { return pathOperations[o.kind].apply(o, d) }

func (o *pathOperation) add(d *document) error {
	at, err := o.one(d)
	if err != nil {
		return err
	}
	c, err := o.content(at, o.name)
	if err != nil {
		return err
	}
	if reason := at.put(c); reason != "" {
		return o.fail("name", "the element %q of %s %s", o.name, o.path.text, reason)
	}
	return nil
}

func (o *pathOperation) insert(d *document) error {
	list, err := o.list(d)
	if err != nil {
		return err
	}
	if o.index > len(list) {
		return o.fail("index", "the index is beyond the end of %s", o.path.text)
	}
	c, err := o.content(list[0].within, o.path.element)
	if err != nil {
		return err
	}
	insertItem(list[0].within.object(), c, o.index)
	return nil
}

// remove is the operation delete, for which nothing to delete is no error.
func (o *pathOperation) remove(d *document) error {
	found, err := o.find(d)
	if err != nil || len(found) == 0 {
		return err
	}
	if len(found) > 1 {
		return o.tooMany()
	}
	found[0].remove()
	return nil
}

func (o *pathOperation) replace(d *document) error {
	at, err := o.one(d)
	if err != nil {
		return err
	}
	c, err := o.content(at.within, o.path.element)
	if err != nil {
		return err
	}
	at.replace(c)
	return nil
}

func (o *pathOperation) move(d *document) error {
	list, err := o.list(d)
	if err != nil {
		return err
	}
	switch {
	case o.source >= len(list):
		return o.fail("source", "the source is beyond the end of %s", o.path.text)
	case o.destination >= len(list):
		return o.fail("destination", "the destination is beyond the end of %s", o.path.text)
	}
	moveItem(list[0].within.object(), list[0].property, o.source, o.destination)
	return nil
}

func (o *pathOperation) find(d *document) ([]*place, error) {
	found := d.find(o.path, o.typ)
	if d.visits > MaxVisits {
		return nil, fail(TooCostly, o.parts["path"].at, "the paths of the patch look at more than %d elements", MaxVisits)
	}
	return found, nil
}

// one is the only element that the path may select.
func (o *pathOperation) one(d *document) (*place, error) {
	found, err := o.find(d)
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0:
		return nil, o.nothing()
	case len(found) > 1:
		return nil, o.tooMany()
	}
	return found[0], nil
}

// list is all of a list. That there is none is an error: an add makes one.
func (o *pathOperation) list(d *document) ([]*place, error) {
	found, err := o.find(d)
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0:
		return nil, o.nothing()
	case found[0].index < 0:
		return nil, o.fail("path", "what %s selects is no list", o.path.text)
	}
	for _, p := range found {
		if p.within != found[0].within {
			return nil, o.fail("path", "%s selects more than one list", o.path.text)
		}
	}
	return found, nil
}

func (o *pathOperation) nothing() error {
	return o.fail("path", "%s selects nothing", o.path.text)
}

func (o *pathOperation) tooMany() error {
	return o.fail("path", "%s selects more than one element", o.path.text)
}

// content is the value as an element of what is there. Whether its type fits can
// depend on that.
func (o *pathOperation) content(at *place, name string) (content, error) {
	c, err := o.parts["value"].content([]string{at.typ}, name)
	if err != nil {
		return c, o.fail("value", "%v", err)
	}
	return c, nil
}

func (o *pathOperation) fail(part, format string, args ...any) *Error {
	return fail(Inapplicable, o.parts[part].at, format, args...)
}
