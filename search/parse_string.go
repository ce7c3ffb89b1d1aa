package search

// stringAlternative is how the values of a string are parsed
// (search.html#string).
func stringAlternative(modifier string) alternative {
	switch modifier {
	case "":
		return parseString(StartsWith)
	case "contains":
		return parseString(Contains)
	case "exact":
		return parseExact
	}
	return nil
}

func parseString(op StringOp) alternative {
	return func(_ *parser, param *Param, raw string) (Expr, error) { return foldedString(param, op, raw) }
}

// foldedString compares without regard to case and accents. A value of which
// nothing is left would match every string.
func foldedString(param *Param, op StringOp, raw string) (Expr, error) {
	text, err := unescapeValue(raw)
	if err != nil {
		return nil, err
	}
	return foldedText(param, op, text)
}

func foldedText(param *Param, op StringOp, text string) (Expr, error) {
	folded := Fold(text)
	if folded == "" {
		return nil, fault(text, "has no letter or other sign to compare")
	}
	return String{Param: param, Op: op, Value: folded}, nil
}

func parseExact(_ *parser, param *Param, raw string) (Expr, error) {
	text, err := unescapeValue(raw)
	return String{Param: param, Op: Exact, Value: text}, err
}
