package search

import (
	"math"
	"strconv"

	"github.com/granary-fhir/granary/internal/fhirpath"
)

// idAlternative is how the values of `_id` are parsed (search.html#id).
func idAlternative(modifier string) (parse alternative, negated bool) {
	switch modifier {
	case "":
		return parseID, false
	case "not":
		return parseID, true
	}
	return nil, false
}

func parseID(_ *parser, _ *Param, raw string) (Expr, error) {
	if !fhirpath.IsID(raw) {
		return nil, fault(raw, "is no id; an id has 1 to 64 letters, digits, '-' and '.'")
	}
	return ID{raw}, nil
}

// list parses `_list` (search.html#list): what is an item of one of the lists.
func (p *parser) list(modifier, value string) (Expr, error) {
	if modifier != "" {
		return nil, fault("", "has no modifiers")
	}
	item, ok := p.registry.Param("List", "item")
	if !ok {
		return nil, refusedParam("is not supported")
	}
	ids, err := p.anyOf(item, value, parseListID)
	if err != nil {
		return nil, err
	}
	return Has{Param: item, Where: Simplify(ids)}, nil
}

func parseListID(p *parser, param *Param, raw string) (Expr, error) {
	if raw[0] == '$' {
		return nil, refused(raw, "is not supported: only lists that are stored can be searched, by their id")
	}
	return parseID(p, param, raw)
}

func parseSpecial(p *parser, param *Param, raw string) (Expr, error) {
	if param.Code == "near" {
		return parseNear(p, param, raw)
	}
	return nil, refusedParam("is not supported")
}

// nearDistance is how far near is where the client does not say, in kilometres.
const nearDistance = 10

// parseNear parses `latitude|longitude|distance|units` of Location.near
// (location.html#search). Without units it is kilometres, without a distance
// ten of them.
func parseNear(_ *parser, param *Param, raw string) (Expr, error) {
	texts, err := parts(raw)
	if err != nil {
		return nil, err
	}
	if len(texts) < 2 || len(texts) > 4 {
		return nil, fault(raw, "is no place; right is latitude|longitude|distance|units, the last two may be left out")
	}
	near := Near{Param: param, Distance: nearDistance}
	if near.Latitude, err = degrees(texts[0], "latitude", 90); err != nil {
		return nil, err
	}
	if near.Longitude, err = degrees(texts[1], "longitude", 180); err != nil {
		return nil, err
	}
	if len(texts) > 2 && texts[2] != "" {
		near.Distance, err = kilometres(texts[2:])
	}
	return near, err
}

func degrees(text, what string, limit float64) (float64, error) {
	d, err := strconv.ParseFloat(text, 64)
	if err != nil || !(math.Abs(d) <= limit) {
		return 0, fault(text, "is no %s; right are degrees from -%g to %g", what, limit, limit)
	}
	return d, nil
}

// kilometres is a distance with its unit, UCUM's code for it.
func kilometres(texts []string) (float64, error) {
	d, err := parseDecimal(texts[0])
	if err != nil || d.value < 0 {
		return 0, fault(texts[0], "is no distance; right is a number of 0 or more")
	}
	unit := "km"
	if len(texts) > 1 && texts[1] != "" {
		unit = texts[1]
	}
	switch unit {
	case "km":
		return d.value, nil
	case "m":
		return d.value / 1_000, nil
	case "[mi_i]":
		return d.value * 1.609344, nil
	case "[nmi_i]":
		return d.value * 1.852, nil
	case "[ft_i]":
		return d.value * 0.0003048, nil
	}
	return 0, fault(unit, "is no unit of distance that is known here; right are km, m, [mi_i], [nmi_i] and [ft_i]")
}
