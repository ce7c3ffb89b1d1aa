package sqlite

import (
	"fmt"
	"strconv"

	driver "zombiezen.com/go/sqlite"
)

// operand is what a function is given beside a row's entries: no SQL value, but
// the place of one of these among what the connection has bound.
type operand struct {
	test test
	key  *extreme
}

// function is a function of a row's entries and of an operand.
type function func(e packed, arg driver.Value) (driver.Value, error)

// addFunctions makes the functions that statements have beside SQLite's own. Each
// takes the column e of a row first.
//
//	holds(e, test)    1 if the test holds for the entries, else 0
//	extreme(e, key)   the value by which a sort key orders the row, or NULL
//	terms(e, param)   the terms under a parameter, as JSON for json_each: an array, or a number if there is one
func (c *conn) addFunctions() error {
	for name, of := range map[string]function{"holds": c.holds, "extreme": c.extreme, "terms": c.terms} {
		scalar := func(_ driver.Context, args []driver.Value) (driver.Value, error) {
			value, err := of(args[0].Blob(), args[1])
			if err != nil && c.failure == nil {
				c.failure = err // SQLite keeps its text only
			}
			return value, err
		}
		if err := c.raw.CreateFunction(name, &driver.FunctionImpl{NArgs: 2, Scalar: scalar}); err != nil {
			return err
		}
	}
	return nil
}

// operand is what is bound at a place.
func (c *conn) operand(place driver.Value) (operand, error) {
	if i := place.Int64(); i >= 0 && i < int64(len(c.operands)) {
		return c.operands[i], nil
	}
	return operand{}, fmt.Errorf("nothing is bound at place %d", place.Int64())
}

func (c *conn) holds(e packed, arg driver.Value) (driver.Value, error) {
	of, err := c.operand(arg)
	if err != nil || of.test == nil {
		return driver.Value{}, orElse(err, errNoOperand)
	}
	holds, err := of.test.of(e)
	if holds {
		return driver.IntegerValue(1), err
	}
	return driver.IntegerValue(0), err
}

func (c *conn) extreme(e packed, arg driver.Value) (driver.Value, error) {
	of, err := c.operand(arg)
	if err != nil || of.key == nil {
		return driver.Value{}, orElse(err, errNoOperand)
	}
	return of.key.of(e)
}

var errNoOperand = fmt.Errorf("the function got an operand of another kind")

func (c *conn) terms(e packed, arg driver.Value) (driver.Value, error) {
	raw, err := e.find(arg.Int64(), termTable)
	if err != nil {
		return driver.Value{}, err
	}
	first := reader{rest: raw}
	if only := first.term(0); first.done() && !first.bad { // as in most rows
		return driver.IntegerValue(only.term), nil
	}
	list := []byte{'['}
	r, last := reader{rest: raw}, int64(0)
	for !r.done() {
		x := r.term(last)
		if x.term == last { // of another group
			continue
		}
		if last != 0 {
			list = append(list, ',')
		}
		list = strconv.AppendInt(list, x.term, 10)
		last = x.term
	}
	return driver.TextValue(string(append(list, ']'))), r.err()
}
