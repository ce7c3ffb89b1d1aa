package api

import "strings"

// ownError is what is wrong with an entry itself, and not with the request that it
// stands for: its expression begins at the Bundle.
type ownError struct{ error }

func (e *ownError) Unwrap() error { return e.error }

// entryError says which entry has kept a transaction from happening.
type entryError struct {
	entry   *bundleEntry
	request *request
	cause   error
}

// failedEntries are all that was wrong with the entries of a transaction, as far as
// it went: one at least.
type failedEntries []*entryError

func (l failedEntries) Error() string {
	texts := make([]string, len(l))
	for i, e := range l {
		texts[i] = e.entry.String() + ": " + e.cause.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap is the first cause, whose status is that of the transaction.
func (l failedEntries) Unwrap() error { return l[0].cause }

// explainEntries makes the issues of all entries those of one problem, with the
// status of the first. Each names its entry and the element in the Bundle.
func explainEntries(failed failedEntries) (problem, bool) {
	var all problem
	for i, e := range failed {
		p, ok := e.request.explain(e.cause)
		if !ok {
			return problem{}, false
		}
		if i == 0 {
			all.status, all.header = p.status, p.header
		}
		_, own := e.cause.(*ownError) //nolint:errorlint // what it wraps is not the entry's own
		for _, found := range p.issues {
			if !own {
				found.expression = e.locate(found.expression)
			}
			found.text = e.entry.String() + ": " + found.text
			all.issues = append(all.issues, found)
		}
	}
	return all, true
}

// locate is the FHIRPath in the Bundle of what an entry's request calls so: an
// element of the resource, a header or a parameter.
func (e *entryError) locate(expression string) string {
	for _, c := range conditions {
		if expression == "http."+c.header {
			return e.entry.at(".request." + c.element)
		}
	}
	root, _, _ := strings.Cut(expression, ".")
	root, _, _ = strings.Cut(root, "[")
	switch {
	case expression == "":
		return e.entry.at("")
	case root == "http" && e.request.conditionalCreate():
		return e.entry.at(".request.ifNoneExist")
	case root == "http":
		return e.entry.at(".request.url")
	case e.entry.resource == nil:
		return e.entry.at(".resource")
	case root == e.entry.resource.Get("resourceType").Text():
		return e.entry.at(".resource" + expression[len(root):])
	case root == e.request.typ: // of what a patch makes
		return e.entry.at(".resource")
	}
	return e.entry.at(".resource." + expression)
}
