package scope

import "strings"

// meetOperation is Meet for an asked scope on an operation. Of one for all types a bound
// of one type leaves that type.
func (s Scope) meetOperation(bound Scope) (Scope, bool) {
	if s.operationWithin(bound) {
		return s, true
	}
	if s.Type != Any || bound.Type == Any {
		return Scope{}, false
	}
	s.Type = bound.Type
	s.text = s.String()
	return s, len(s.operations()) > 0 && s.operationWithin(bound)
}

// operationWithin is within for a scope on an operation.
func (s Scope) operationWithin(other Scope) bool {
	typed := other.Type == Any || other.Type == s.Type
	switch {
	case s.Level != other.Level:
		return false
	case other.Operation != "":
		return typed && s.Operation == other.Operation
	}
	for _, o := range s.operations() {
		inside, shows := s.standsFor(o)
		switch {
		case shows && !within(inside, other):
			return false
		case !shows && !(typed && strings.ContainsAny(other.Letters, "cru")): // with which $validate is open to its holder
			return false
		}
	}
	return true
}
