package search

// chooseTypes narrows the searched types to those of `_type`
// (search.html#type).
func (req *request) chooseTypes(pairs []Pair) {
	offered := make(map[string]bool, len(req.types))
	for _, typ := range req.types {
		if !req.registry.HasType(typ) {
			req.errs = append(req.errs, named("resource type", fault(typ, "is no resource type of R4")))
		}
		offered[typ] = true
	}
	for _, pair := range pairs {
		if pair.Name != "_type" || pair.Value == "" {
			continue // take refuses what is wrong with the name
		}
		chosen, err := req.chosenTypes(pair.Value, offered)
		if err != nil {
			req.errs = append(req.errs, named("_type", err))
			continue
		}
		req.types = chosen
	}
}

func (req *request) chosenTypes(value string, offered map[string]bool) ([]string, error) {
	values, err := alternatives(value)
	if err != nil {
		return nil, err
	}
	for _, typ := range values {
		switch {
		case !req.registry.HasType(typ):
			return nil, fault(typ, "is no resource type of R4%s", didYouMean(typ, req.registry.Types()))
		case !offered[typ]:
			return nil, fault(typ, "is not among the types that are searched here; right are %s", req.typesInWords())
		}
	}
	return once(values), nil
}

func (req *request) typesInWords() string {
	if len(req.types) > 5 {
		return "the types that are searched"
	}
	return either(req.types)
}
