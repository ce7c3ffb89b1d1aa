package search

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Format writes a predicate for people to read, in words close to those of a
// search:
//
//	category = http://loinc.org|LP29693-6 AND chart(Patient/1)
//	subject:Patient(birthdate lt 1960 OR family starts with "okafor")
//
// Simplified predicates that are written alike are equal, as long as no two
// parameters of theirs have the same code at the same place: values that could be
// taken for something else are quoted, and every And and Or within another stands
// in parentheses. Nothing reads it back.
func Format(e Expr) string {
	var f formatter
	f.expr(e)
	return f.String()
}

// formatter writes one node after the other.
type formatter struct{ strings.Builder }

func (f *formatter) expr(e Expr) {
	switch e := e.(type) {
	case nil:
		f.WriteString("false")
	case Const:
		f.WriteString(strconv.FormatBool(bool(e)))
	case And:
		f.join(e, " AND ", "true")
	case Or:
		f.join(e, " OR ", "false")
	case Not:
		f.WriteString("NOT ")
		f.part(e.Of)
	case Chain:
		f.call(e.Param.Code+":"+e.Type, e.Where)
	case Has:
		f.call("_has:"+e.Param.Type+":"+e.Param.Code, e.Where)
	case All:
		f.all(e)
	case Composite:
		f.call(e.Param.Code, e.Parts...)
	case Chart:
		f.WriteString("chart(Patient/" + e.Patient + ")")
	case Panel:
		f.WriteString("panel(" + e.Party + throughOrganizations(e.Organizations) + ")")
	case Related:
		f.WriteString("related(" + e.Party + throughOrganizations(e.Organizations) + ", Patient/" + e.Patient + ")")
	default:
		f.leaf(e)
	}
}

// part writes a node that stands within another.
func (f *formatter) part(e Expr) {
	if !compound(e) {
		f.expr(e)
		return
	}
	f.WriteByte('(')
	f.expr(e)
	f.WriteByte(')')
}

// compound tells whether a node is written as several.
func compound(e Expr) bool {
	switch e := e.(type) {
	case And:
		return len(e) > 0
	case Or:
		return len(e) == 1 || len(e) > 1 && sameParam(e) < len(e)
	}
	return false
}

// join writes the parts of an And or an Or. Terms of one parameter that stand
// side by side in an Or are written as one.
func (f *formatter) join(parts []Expr, word, none string) {
	if len(parts) == 0 {
		f.WriteString(none)
		return
	}
	for first := true; len(parts) > 0; first = false {
		if !first {
			f.WriteString(word)
		}
		same := 1
		if word == " OR " {
			same = sameParam(parts)
		}
		if same > 1 {
			f.terms(parts[:same])
		} else {
			f.part(parts[0])
		}
		parts = parts[same:]
	}
}

// sameParam is how many of the first parts are Terms of the same parameter.
func sameParam(parts []Expr) int {
	first, ok := parts[0].(Term)
	if !ok {
		return 1
	}
	n := 1
	for ; n < len(parts); n++ {
		if t, ok := parts[n].(Term); !ok || t.Param != first.Param {
			break
		}
	}
	return n
}

// terms writes Terms of one parameter of which one must hold.
func (f *formatter) terms(terms []Expr) {
	for i, e := range terms {
		t := e.(Term)
		if i == 0 {
			f.WriteString(t.Param.Code + " in (")
		} else {
			f.WriteString(", ")
		}
		f.term(t)
	}
	f.WriteByte(')')
}

func (f *formatter) call(name string, arguments ...Expr) {
	f.WriteString(name + "(")
	for i, e := range arguments {
		if i > 0 {
			f.WriteString(", ")
		}
		f.expr(e)
	}
	f.WriteByte(')')
}

func (f *formatter) all(e All) {
	f.WriteString("all " + e.Param.Code + "(")
	for i, typ := range slices.Sorted(maps.Keys(e.Where)) {
		if i > 0 {
			f.WriteString(", ")
		}
		f.call(typ, e.Where[typ])
	}
	f.WriteByte(')')
}

// throughOrganizations is how a panel is written that has the patients of the party's
// organizations too.
func throughOrganizations(too bool) string {
	if too {
		return " and organizations"
	}
	return ""
}
