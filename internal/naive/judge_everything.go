package naive

import "strings"

// everything tells whether the caller may do it to each resource of the type without
// condition: by one scope that has none, or by two that have opposite ones.
func (j *judge) everything(letter byte, typ string) bool {
	if j.caller.Unrestricted {
		return true
	}
	var alone []Pair // conditions of scopes that have one
	for _, s := range j.caller.Scopes {
		r := j.reaches[s.Level]
		reached := r != nil && r.everything && j.context(s.Level, letter, typ) != nil
		if s.Type != typ && s.Type != "*" || strings.IndexByte(s.Letters, letter) < 0 || !reached || !s.Fits(typ) {
			continue
		}
		switch len(s.Params) {
		case 0:
			return true
		case 1:
			alone = append(alone, s.Params[0])
		}
	}
	for _, a := range alone {
		for _, b := range alone {
			if opposite(a, b) {
				return true
			}
		}
	}
	return false
}

// opposite tells whether one condition holds wherever the other does not, as :missing=true
// and :missing=false, or :not and what it denies. Of a chain :not denies what is at its end.
func opposite(a, b Pair) bool {
	name, modifier, _ := strings.Cut(a.Name, ":")
	switch {
	case strings.Contains(a.Name, "."):
		return false
	case modifier == "missing":
		return b.Name == a.Name && b.Value != a.Value
	case modifier == "not":
		return b.Name == name && contains(split(b.Value, ','), a.Value)
	}
	return false
}
