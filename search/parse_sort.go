package search

import "strings"

// sortCode is one key of `_sort` as written.
type sortCode struct {
	code       string
	descending bool
}

// parseSort reads the keys of `_sort` (search.html#sort): codes separated by
// commas, each with a minus before it for descending.
func parseSort(value string) ([]sortCode, error) {
	keys, err := alternatives(value)
	if err != nil {
		return nil, err
	}
	if len(keys) > MaxSortKeys {
		return nil, fault("", "has %d keys; there may be up to %d", len(keys), MaxSortKeys)
	}
	codes := make([]sortCode, len(keys))
	for i, key := range keys {
		code, descending := strings.CutPrefix(key, "-")
		switch {
		case code == "_score":
			return nil, refused(key, "is not supported: matches have no score")
		case strings.ContainsAny(code, ".:"):
			return nil, refused(key, "is not supported: chains and modifiers cannot be sorted by")
		}
		codes[i] = sortCode{code, descending}
	}
	return codes, nil
}

// sortKeys are the keys of each type, which must all have every parameter.
func (req *request) sortKeys() map[string][]SortKey {
	keys := make(map[string][]SortKey, len(req.types))
	for _, code := range req.sort {
		for _, typ := range req.types {
			param, err := req.sortable(typ, code.code)
			if err != nil {
				req.errs = append(req.errs, named("_sort", err))
				break
			}
			keys[typ] = append(keys[typ], SortKey{param, code.descending})
		}
	}
	return keys
}

func (req *request) sortable(typ, code string) (*Param, error) {
	param, ok := req.registry.Param(typ, code)
	if !ok {
		return nil, fault(code, "is no search parameter of %s%s", typ, didYouMean(code, req.codes(typ)))
	}
	if param.Kind == KindComposite || param.Kind == KindSpecial || isText(param) {
		return nil, fault(code, "cannot be sorted by: it has no order")
	}
	return param, nil
}
