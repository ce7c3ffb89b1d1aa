package syntax

import "fmt"

// primary is the first step of a path.
func (p *parser) primary() (Expr, error) {
	t := p.peek()
	switch {
	case p.accept(tokenSymbol, "("):
		inner, err := p.expression()
		if err != nil {
			return nil, err
		}
		return inner, p.expect(")")
	case p.accept(tokenSymbol, "{"):
		return Empty{}, p.expect("}")
	case p.accept(tokenSymbol, "%"):
		return p.variable()
	case t.kind == tokenNumber:
		p.next++
		return p.measure(t.text), nil
	case t.kind == tokenString:
		p.next++
		return Literal{t.text, String}, nil
	case t.kind == tokenDate:
		p.next++
		return moment(t)
	case t.kind == tokenName && (t.text == "true" || t.text == "false"):
		p.next++
		return Literal{t.text, Boolean}, nil
	}
	return p.invocation()
}

func (p *parser) variable() (Expr, error) {
	if t := p.peek(); t.kind == tokenString || t.kind == tokenDouble {
		p.next++
		return Variable{t.text}, nil
	}
	name, err := p.name("a variable")
	if name == "resource" {
		return Resource{}, err
	}
	return Variable{name}, err
}

func (p *parser) special() (Expr, error) {
	t := p.peek()
	name, err := p.name("a variable")
	switch {
	case err != nil:
		return nil, err
	case name == "this":
		return This{}, nil
	case name == "index" || name == "total":
		return Iteration{name}, nil
	}
	return nil, fmt.Errorf("there is no variable $%s at offset %d, only $this, $index and $total", name, t.at)
}

// durations are the calendar's, in both numbers (http://hl7.org/fhirpath/N1/#quantity).
var durations = map[string]string{
	"year": "year", "years": "year", "month": "month", "months": "month", "week": "week", "weeks": "week", "day": "day", "days": "day",
	"hour": "hour", "hours": "hour", "minute": "minute", "minutes": "minute", "second": "second", "seconds": "second",
	"millisecond": "millisecond", "milliseconds": "millisecond",
}

// measure is a number, and with a unit behind it a quantity.
func (p *parser) measure(value string) Expr {
	t := p.peek()
	switch duration, ok := durations[t.text]; {
	case t.kind == tokenString:
		p.next++
		return Quantity{Value: value, Unit: t.text}
	case t.kind == tokenName && ok:
		p.next++
		return Quantity{Value: value, Unit: duration, Calendar: true}
	}
	return Literal{value, Number}
}

// moment is a date, dateTime or time. Whether there is such a day is for those to
// say who evaluate it.
func moment(t token) (Expr, error) {
	switch {
	case t.text == "" || t.text == "T":
		return nil, fmt.Errorf("the @ at offset %d begins no date", t.at)
	case t.text[0] == 'T':
		return Literal{t.text[1:], Time}, nil
	}
	return Literal{t.text, Date}, nil
}
