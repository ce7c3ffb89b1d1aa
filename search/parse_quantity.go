package search

// parseQuantity parses `[prefix]number`, in any unit; `[prefix]number|system|code`;
// `[prefix]number||code`, where code is the unit's code or its text
// (search.html#quantity); `[prefix]number|system|`, in any unit of the system. A
// UCUM unit matches every unit of its dimension as well.
func parseQuantity(_ *parser, param *Param, raw string) (Expr, error) {
	op, text, err := cutPrefix(raw)
	if err != nil {
		return nil, err
	}
	return comparedQuantity(param, op, text)
}

func comparedQuantity(param *Param, op Prefix, raw string) (Expr, error) {
	texts, err := parts(raw)
	if err != nil {
		return nil, err
	}
	q, err := comparedNumber(param, op, texts[0])
	if err != nil {
		return nil, err
	}
	switch {
	case len(texts) == 1:
		return q, nil
	case len(texts) != 3 || texts[1] == "" && texts[2] == "":
		return nil, fault(raw, "is no quantity; right are number, number|system|code, number||code and number|system|")
	}
	return inUnit(q, texts[1], texts[2]), nil
}

// inUnit narrows the search to a unit. What is not given is not compared.
func inUnit(q Quantity, system, code string) Expr {
	if system != "" {
		q.System = Is(system)
	}
	if code != "" {
		q.Code = Is(code)
	}
	if system != ucum || code == "" {
		return q
	}
	return withCanonical(q, code)
}

// withCanonical adds the search in UCUM's base units, if the unit has them.
func withCanonical(q Quantity, code string) Expr {
	low, unit, ok := CanonicalQuantity(q.Low, code)
	if !ok || q.Param.Canonical == nil {
		return q
	}
	high, _, _ := CanonicalQuantity(q.High, code)
	canonical := q
	canonical.Param = q.Param.Canonical
	canonical.System, canonical.Code = Is(CanonicalUnits), Is(unit)
	canonical.Low, canonical.High = low, high
	if q.Op == Eq || q.Op == Ne {
		// Conversion rounds; see above.
		middle, _, _ := CanonicalQuantity((q.Low+q.High)/2, code)
		canonical.High = above(high, middle)
	}
	return Or{q, canonical}
}
