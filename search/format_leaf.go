package search

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// leaf writes a test of the resource's own values.
func (f *formatter) leaf(e Expr) {
	switch e := e.(type) {
	case ID:
		f.ids(e)
	case Term:
		f.WriteString(e.Param.Code + " = ")
		f.term(e)
	case InValueSet:
		f.WriteString(e.Param.Code + ":in = " + formatValue(e.ValueSet))
	case Subsumed:
		f.subsumed(e)
	case String:
		f.WriteString(e.Param.Code + " " + stringOps[e.Op] + " " + strconv.Quote(e.Value))
	case Date:
		f.WriteString(e.Param.Code + " " + string(e.Op) + " " + formatRange(e.Low, e.High))
	case Quantity:
		f.quantity(e)
	case Missing:
		f.WriteString(e.Param.Code + " is missing")
	case Near:
		f.WriteString(fmt.Sprintf("%s within %g km of %g|%g", e.Param.Code, e.Distance, e.Latitude, e.Longitude))
	default:
		f.WriteString(fmt.Sprintf("%T", e))
	}
}

var stringOps = map[StringOp]string{
	StartsWith: "starts with", Contains: "contains", Exact: "is exactly", Equals: "is", EndsWith: "ends with",
}

func (f *formatter) ids(ids ID) {
	switch len(ids) {
	case 0:
		f.WriteString("false")
	case 1:
		f.WriteString("_id = " + formatValue(ids[0]))
	default:
		values := make([]string, len(ids))
		for i, id := range ids {
			values[i] = formatValue(id)
		}
		f.WriteString("_id in (" + strings.Join(values, ", ") + ")")
	}
}

// term writes the value of a Term as a search does: a token with its system before
// the bar, everything else with the version of a canonical behind it, where one
// was asked for.
func (f *formatter) term(t Term) {
	if t.Param.Kind == KindToken {
		f.token(t.System, t.Code)
		return
	}
	f.WriteString(formatMatch(t.Code))
	if t.System != unversioned(t) {
		f.WriteString("|" + formatMatch(t.System))
	}
}

// unversioned is the System of a Term for which no version was asked: any version
// of a canonical URL, and none of anything else.
func unversioned(t Term) Match {
	if t.Param.Kind == KindURI || strings.Contains(t.Code.text, ":") {
		return Match{}
	}
	return Is("")
}

// token writes a code after its system: `|code` is one without a system, and what
// has no bar is in any.
func (f *formatter) token(system, code Match) {
	if !system.Any() {
		if text, ok := system.Exact(); !ok || text != "" {
			f.WriteString(formatMatch(system))
		}
		f.WriteByte('|')
		if code.Any() {
			return
		}
	}
	f.WriteString(formatMatch(code))
}

func (f *formatter) subsumed(e Subsumed) {
	modifier := ":below = "
	if e.Above {
		modifier = ":above = "
	}
	f.WriteString(e.Param.Code + modifier + formatValue(e.System) + "|" + formatValue(e.Code))
}

func (f *formatter) quantity(e Quantity) {
	f.WriteString(e.Param.Code + " " + string(e.Op) + " ")
	if e.Low == e.High {
		f.WriteString(formatNumber(e.Low))
	} else {
		f.WriteString("[" + formatNumber(e.Low) + ", " + formatNumber(e.High) + ")")
	}
	if !e.System.Any() || !e.Code.Any() {
		f.WriteByte(' ')
		f.token(e.System, e.Code)
	}
}

func formatNumber(n float64) string { return strconv.FormatFloat(n, 'g', -1, 64) }

func formatMatch(m Match) string {
	if m.Any() {
		return "*"
	}
	if prefix, ok := m.Prefix(); ok {
		return formatValue(prefix) + "*"
	}
	text, _ := m.Exact()
	return formatValue(text)
}

// formatValue is a text as it stands, in quotes where part of it could be taken for
// something else.
func formatValue(text string) string {
	quoted := strconv.Quote(text)
	if text == "" || len(quoted) != len(text)+2 || strings.ContainsAny(text, " ,|*()") {
		return quoted
	}
	return text
}

// formatRange is a range of time as a search writes it: the date that spans it, if
// there is one, and else its ends.
func formatRange(low, high int64) string {
	for _, layout := range []string{"2006", "2006-01", "2006-01-02", "2006-01-02T15:04Z", "2006-01-02T15:04:05Z", "2006-01-02T15:04:05.000Z"} {
		text := time.UnixMicro(low).UTC().Format(layout)
		if from, to, err := ParseDate(text); err == nil && from == low && to == high {
			return text
		}
	}
	return "[" + formatInstant(low) + ", " + formatInstant(high) + ")"
}

// formatInstant is one end of a range; "" where it is open.
func formatInstant(micros int64) string {
	if micros == TimeBegin || micros == TimeEnd {
		return ""
	}
	return time.UnixMicro(micros).UTC().Format("2006-01-02T15:04:05.999999Z")
}
