package validation

// rules are what a definition says about a whole object, beside cardinalities.
var rules = map[string]func(*checker, object){
	"Extension": extension,
}

// extension has either a value or extensions of its own (ext-1).
func extension(c *checker, o object) {
	value := o.present&o.properties["valueString"].bit != 0
	extensions := o.node.Get("extension") != nil
	switch {
	case value && extensions:
		c.fault(codeInvariant, "has both a value and extensions of its own; it must have one of them (ext-1)")
	case !value && !extensions:
		c.fault(codeInvariant, "has neither a value nor extensions of its own; it must have one of them (ext-1)")
	}
}
