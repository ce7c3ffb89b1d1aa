package evaluator

import (
	"math/big"
	"regexp"
	"strings"
)

// conversion: http://hl7.org/fhirpath/N1/#conversion
var conversion = map[string]function{
	"iif":                scoped(2, 3, iif),
	"toBoolean":          converted(toBoolean),
	"toInteger":          converted(toInteger),
	"toDecimal":          converted(toDecimal),
	"toString":           converted(toString),
	"toDate":             converted(toDate),
	"toDateTime":         converted(toDateTime),
	"toTime":             converted(toTime),
	"toQuantity":         converted(toQuantity),
	"convertsToBoolean":  convertible(toBoolean),
	"convertsToInteger":  convertible(toInteger),
	"convertsToDecimal":  convertible(toDecimal),
	"convertsToString":   convertible(toString),
	"convertsToDate":     convertible(toDate),
	"convertsToDateTime": convertible(toDateTime),
	"convertsToTime":     convertible(toTime),
	"convertsToQuantity": convertible(toQuantity),
}

// iif evaluates only the branch that is taken, on the collection itself.
func iif(e *env, s *scope, args []argument) ([]Item, error) {
	inner := *s
	if len(s.focus) == 1 {
		inner.this = s.focus
	}
	t, err := evaluateTruth(args[0].node, e, &inner)
	switch {
	case err != nil:
		return nil, err
	case t == yes:
		return args[1].node(e, &inner)
	case len(args) > 2:
		return args[2].node(e, &inner)
	}
	return nil, nil
}

// convert is a conversion; nil says that the value has no such form.
type convert func(system) system

func converted(to convert) function {
	return simple(func(e *env, focus []Item) ([]Item, error) {
		if len(focus) != 1 {
			return nil, several(focus)
		}
		v, err := focus[0].system()
		if v == nil || err != nil {
			return nil, err
		}
		if err := e.readSystem(v); err != nil {
			return nil, err
		}
		if v = to(v); v == nil {
			return nil, nil
		}
		return one(v), nil
	})
}

func convertible(to convert) function {
	return simple(func(e *env, focus []Item) ([]Item, error) {
		if len(focus) != 1 {
			return nil, several(focus)
		}
		v, err := focus[0].system()
		if err := e.readSystem(v); err != nil {
			return nil, err
		}
		return truth(v != nil && to(v) != nil), err
	})
}

func toString(v system) system { return text(v.text()) }

// truths are the spellings of a Boolean.
var truths = map[string]boolean{
	"true": true, "t": true, "yes": true, "y": true, "1": true, "1.0": true,
	"false": false, "f": false, "no": false, "n": false, "0": false, "0.0": false,
}

func toBoolean(v system) system {
	switch v := v.(type) {
	case boolean:
		return v
	case text:
		if b, ok := truths[strings.ToLower(string(v))]; ok {
			return b
		}
	case number:
		if n, ok := v.int(); ok && (n == 0 || n == 1) {
			return boolean(n == 1)
		}
	}
	return nil
}

// The forms of numbers that a String converts from.
var (
	integerForm = regexp.MustCompile(`^[+-]?\d+$`)
	decimalForm = regexp.MustCompile(`^[+-]?\d+(\.\d+)?$`)
)

func toInteger(v system) system {
	switch v := v.(type) {
	case number:
		if v.integer {
			return v
		}
	case boolean:
		return numberOf(v, true)
	case text:
		return parsed(integerForm, string(v), true)
	}
	return nil
}

func toDecimal(v system) system {
	switch v := v.(type) {
	case number:
		v.integer = false
		return v
	case boolean:
		return numberOf(v, false)
	case text:
		return parsed(decimalForm, string(v), false)
	}
	return nil
}

func numberOf(b boolean, isInteger bool) number {
	n := number{rat: new(big.Rat), integer: isInteger}
	if b {
		n.rat.SetInt64(1)
	}
	if !isInteger {
		n.scale = 1
	}
	return n
}

func parsed(form *regexp.Regexp, s string, isInteger bool) system {
	n, ok := parseNumber(s)
	if !ok || !form.MatchString(s) {
		return nil
	}
	n.integer = isInteger
	return n
}

func toDate(v system) system {
	m, ok := momentOf(v, "date")
	if !ok {
		return nil
	}
	m.kind, m.precision, m.zone = "Date", min(m.precision, days), nil
	m.written = m.format()
	return m
}

func toDateTime(v system) system {
	m, ok := momentOf(v, "dateTime")
	if !ok {
		return nil
	}
	m.kind = "DateTime"
	return m
}

// momentOf is the Date or DateTime that a value is or spells.
func momentOf(v system, typ string) (moment, bool) {
	switch v := v.(type) {
	case moment:
		return v, v.kind != "Time"
	case text:
		return parseMoment(string(v), typ)
	}
	return moment{}, false
}

func toTime(v system) system {
	if m, ok := v.(moment); ok && m.kind == "Time" {
		return m
	}
	if s, ok := v.(text); ok {
		if m, ok := parseTime(strings.TrimPrefix(string(s), "T")); ok {
			return m
		}
	}
	return nil
}

// quantityForm is a number with a unit in quotes or a duration.
var quantityForm = regexp.MustCompile(`^([+-]?\d+(?:\.\d+)?)\s*(?:'([^']+)'|([a-zA-Z]+))?$`)

func toQuantity(v system) system {
	switch v := v.(type) {
	case quantity:
		return v
	case number:
		return quantity{v, "1"}
	case boolean:
		return quantity{numberOf(v, false), "1"}
	case text:
		return parseQuantity(string(v))
	}
	return nil
}

func parseQuantity(s string) system {
	found := quantityForm.FindStringSubmatch(s)
	if found == nil {
		return nil
	}
	value, ok := parseNumber(found[1])
	unit := found[2]
	if word := strings.TrimSuffix(found[3], "s"); word != "" {
		_, ok = calendarUnits[word]
		unit = word
	}
	if !ok {
		return nil
	}
	if unit == "" {
		unit = "1"
	}
	return quantity{value, unit}
}
