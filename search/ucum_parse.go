package search

import (
	"math"
	"strings"
)

// Limits on what is parsed: longer than any unit in use, and small enough that
// exponents cannot overflow.
const (
	maxUCUM      = 60
	maxUCUMPower = 9
)

// parseUCUM reads a unit by UCUM's grammar (https://ucum.org/ucum, §§ 1-12).
func parseUCUM(code string) (ucumUnit, bool) {
	if code == "" || len(code) > maxUCUM {
		return ucumUnit{}, false
	}
	p := ucumParser{rest: code, atoms: ucumAtoms()}
	u := p.term()
	return u, !p.failed && p.rest == "" && u.factor > 0 && !math.IsInf(u.factor, 0)
}

// ucumParser reads from the front of rest.
type ucumParser struct {
	rest   string
	atoms  map[string]atom
	failed bool
}

// term is components with . and / between them, perhaps a / first.
func (p *ucumParser) term() ucumUnit {
	u := ucumUnit{factor: 1}
	sign := 1
	if p.accept('/') {
		sign = -1
	}
	for {
		u = p.times(u, p.component(), sign)
		switch {
		case p.failed:
			return u
		case p.accept('.'):
			sign = 1
		case p.accept('/'):
			sign = -1
		default:
			return u
		}
	}
}

// component is a term in parentheses, an annotation, or a unit with an exponent
// and perhaps an annotation. Annotations mean nothing: {beats}/min is /min.
func (p *ucumParser) component() ucumUnit {
	if p.accept('(') {
		u := p.term()
		p.failed = p.failed || !p.accept(')')
		return u
	}
	if p.annotation() {
		return ucumUnit{factor: 1}
	}
	u := p.unit()
	p.annotation()
	return u
}

// unit is a symbol with its exponent, or a whole number.
func (p *ucumParser) unit() ucumUnit {
	if n, ok := p.factor(); ok {
		return ucumUnit{factor: n}
	}
	u, ok := p.atom(p.symbol())
	if !ok {
		p.failed = true
		return ucumUnit{factor: 1}
	}
	return p.times(ucumUnit{factor: 1}, u, p.exponent())
}

// times is a unit multiplied by another to a power, as far as exponents go.
func (p *ucumParser) times(u, other ucumUnit, power int) ucumUnit {
	u = u.times(other, power)
	for _, exponent := range u.dimension {
		p.failed = p.failed || exponent > maxUCUMPower || exponent < -maxUCUMPower
	}
	if p.failed { // what follows shall not overflow
		return ucumUnit{factor: 1}
	}
	return u
}

func (p *ucumParser) factor() (float64, bool) {
	if strings.HasPrefix(p.rest, "10*") || strings.HasPrefix(p.rest, "10^") {
		return 0, false
	}
	n, digits := 0.0, 0
	for digits < len(p.rest) && isDigit(p.rest[digits]) {
		n = n*10 + float64(p.rest[digits]-'0')
		digits++
	}
	p.rest = p.rest[digits:]
	return n, n > 0
}

// symbol is the text of a unit without its exponent. Brackets may hold
// anything.
func (p *ucumParser) symbol() string {
	if strings.HasPrefix(p.rest, "10*") || strings.HasPrefix(p.rest, "10^") {
		p.rest = p.rest[3:]
		return "10*"
	}
	end, bracket := 0, false
	for ; end < len(p.rest); end++ {
		c := p.rest[end]
		if c == '[' || c == ']' {
			bracket = c == '['
		}
		if !bracket && c != ']' && (strings.IndexByte("./(){}+-", c) >= 0 || end > 0 && isDigit(c)) {
			break
		}
	}
	symbol := p.rest[:end]
	p.rest = p.rest[end:]
	return symbol
}

// exponent is 1 where none is written.
func (p *ucumParser) exponent() int {
	sign, signed := 1, false
	if p.accept('-') {
		sign, signed = -1, true
	} else {
		signed = p.accept('+')
	}
	n, digits := 0, 0
	for p.rest != "" && isDigit(p.rest[0]) && digits < 2 {
		n = n*10 + int(p.rest[0]-'0')
		p.rest = p.rest[1:]
		digits++
	}
	if digits == 0 {
		p.failed = p.failed || signed
		return 1
	}
	p.failed = p.failed || n > maxUCUMPower
	return sign * n
}

func (p *ucumParser) annotation() bool {
	if !p.accept('{') {
		return false
	}
	_, rest, ok := strings.Cut(p.rest, "}")
	p.failed = p.failed || !ok
	p.rest = rest
	return true
}

func (p *ucumParser) accept(c byte) bool {
	if p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

// atom is a unit by its symbol, with or without a prefix. A symbol that is a
// unit as it stands has no prefix: cd is the candela, no hundredth of a day.
func (p *ucumParser) atom(symbol string) (ucumUnit, bool) {
	if a, ok := p.atoms[symbol]; ok {
		return a.unit, true
	}
	for n := 2; n >= 1; n-- {
		if len(symbol) <= n {
			continue
		}
		a, ok := p.atoms[symbol[n:]]
		factor, known := ucumPrefixes[symbol[:n]]
		if ok && known && a.metric {
			u := a.unit
			u.factor *= factor
			return u, true
		}
	}
	return ucumUnit{}, false
}
