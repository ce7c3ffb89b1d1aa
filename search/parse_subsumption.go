package search

// parseSubsumed parses `:below` and `:above` on codes: `system|code`. Without a
// system there is no hierarchy to look the code up in.
func parseSubsumed(above bool) alternative {
	return func(_ *parser, param *Param, raw string) (Expr, error) {
		texts, err := parts(raw)
		if err != nil {
			return nil, err
		}
		if len(texts) != 2 || texts[0] == "" || texts[1] == "" {
			return nil, fault(raw, "is no code of a system; write system|code, since what stands above and below a code is said by the hierarchy of its code system")
		}
		return Subsumed{Param: param, System: texts[0], Code: texts[1], Above: above}, nil
	}
}
