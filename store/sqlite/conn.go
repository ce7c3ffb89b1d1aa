package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	driver "zombiezen.com/go/sqlite"

	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/sqlite/internal/volatile"
)

// conn is a connection, for one goroutine at a time. This file, and the few whose
// imports say so, are all that know the driver.
type conn struct {
	raw *driver.Conn
	interruption
	statements
	operands []operand    // of the statements that run: what their functions are given
	failure  error        // of a function, in a statement that has yet to report it
	trace    *store.Trace // of whom the connection is lent to; nil if nobody asks
}

const busyTimeout = 10 * time.Second

// openConn opens the file with the settings of a session.
func openConn(path string, cacheKiB int) (*conn, error) {
	return openConnOf(path, cacheKiB, volatile.Store{})
}

// openConnOf is openConn for who writes to a store that may be volatile. The busy
// timeout comes before everything that can be busy.
func openConnOf(path string, cacheKiB int, of volatile.Store) (*conn, error) {
	raw, err := driver.OpenConn(path, driver.OpenReadWrite)
	if err != nil {
		return nil, translate(err)
	}
	raw.SetBusyTimeout(busyTimeout)
	c := &conn{raw: raw, interruption: interruption{ctx: context.Background()}}
	if err := c.addFunctions(); err != nil {
		_ = raw.Close() // the error says why
		return nil, err
	}
	for _, pragma := range []string{
		of.Pragma(),
		"temp_store = MEMORY",
		"foreign_keys = OFF",
		"trusted_schema = OFF",
		fmt.Sprintf("cache_size = -%d", cacheKiB),
		"mmap_size = 2147418112",
		"wal_autocheckpoint = 0", // see checkpointer
		"journal_size_limit = 67108864",
	} {
		if err := c.exec("PRAGMA " + pragma); err != nil {
			_ = raw.Close() // the pragma's error says why
			return nil, err
		}
	}
	return c, nil
}

func (c *conn) close() error {
	c.statements.clear()
	return c.raw.Close()
}

// inTransaction tells whether a transaction is open: some errors end it.
func (c *conn) inTransaction() bool { return !c.raw.AutocommitEnabled() }

// exec runs a statement that returns no rows.
func (c *conn) exec(sql string, args ...value) error {
	return c.query(sql, args, func(row) error { return nil })
}

// insert runs an INSERT and returns the new row's id.
func (c *conn) insert(sql string, args ...value) (int64, error) {
	err := c.exec(sql, args...)
	return c.raw.LastInsertRowID(), err
}

// query runs a statement and calls each for its rows, until one returns an error.
func (c *conn) query(sql string, args []value, each func(row) error) error {
	if len(args) > maxValues {
		return fmt.Errorf("%w: it has more than %d values", store.ErrTooComplex, maxValues)
	}
	if c.trace != nil {
		defer c.traced(sql, args, time.Now())
	}
	s, err := c.prepare(sql)
	if err != nil {
		return translate(err)
	}
	defer c.release(s)
	defer func(before int) { c.operands = c.operands[:before] }(len(c.operands))
	for i := range args {
		if args[i].kind == isOperand {
			c.operands = append(c.operands, args[i].operand)
			s.raw.BindInt64(i+1, int64(len(c.operands)-1))
			continue
		}
		args[i].bind(s.raw, i+1)
	}
	for {
		more, err := s.raw.Step()
		if err != nil {
			return c.failed(err)
		}
		if !more {
			return nil
		}
		if err := each(row{s.raw}); err != nil {
			return err
		}
	}
}

// repeat runs a statement that returns no rows, once for each time that next binds
// its values, until next returns false.
func (c *conn) repeat(sql string, next func(bind func(i int, v value)) bool) error {
	if c.trace != nil {
		defer c.traced(sql, nil, time.Now())
	}
	s, err := c.prepare(sql)
	if err != nil {
		return translate(err)
	}
	defer c.release(s)
	bind := func(i int, v value) { v.bind(s.raw, i) }
	for next(bind) {
		if _, err := s.raw.Step(); err != nil {
			return c.failed(err)
		}
		if err := s.raw.Reset(); err != nil {
			return c.failed(err)
		}
	}
	return nil
}

// failed is the error of a statement, or what made a function fail in it.
func (c *conn) failed(err error) error {
	if c.failure != nil {
		err, c.failure = c.failure, nil
		return err
	}
	return translate(err)
}

// first runs a query for its first row, and tells whether there was one.
func (c *conn) first(sql string, args []value, scan func(row)) (bool, error) {
	found := false
	err := c.query(sql, args, func(r row) error {
		found = true
		scan(r)
		return errEnough
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return found, err
}

type enough struct{}

func (enough) Error() string { return "enough rows" }

// errEnough ends a query without failing it.
var errEnough error = enough{}

type interrupted struct{}

func (interrupted) Error() string { return "the query was interrupted" }

// errInterrupted stands for the error of the context that ended a query.
var errInterrupted error = interrupted{}

// row is the current row of a query.
type row struct{ raw *driver.Stmt }

func (r row) int(column int) int64     { return r.raw.ColumnInt64(column) }
func (r row) float(column int) float64 { return r.raw.ColumnFloat(column) }
func (r row) text(column int) string   { return r.raw.ColumnText(column) }
func (r row) isNull(column int) bool   { return r.raw.ColumnIsNull(column) }
func (r row) bool(column int) bool     { return r.raw.ColumnInt64(column) != 0 }
func (r row) kind(column int) valueKind {
	switch r.raw.ColumnType(column) {
	case driver.TypeInteger:
		return isInt
	case driver.TypeFloat:
		return isReal
	case driver.TypeText:
		return isText
	case driver.TypeBlob:
		return isBlob
	}
	return isNull
}

// size is the length of a blob.
func (r row) size(column int) int { return r.raw.ColumnLen(column) }

// blob returns a copy, which stays good when the statement goes on.
func (r row) blob(column int) []byte {
	whole := make([]byte, r.raw.ColumnLen(column))
	return whole[:r.raw.ColumnBytes(column, whole)]
}

// script runs several statements without parameters.
func (c *conn) script(sql string) error {
	for sql = strings.TrimSpace(sql); sql != ""; {
		s, trailing, err := c.raw.PrepareTransient(sql)
		if err != nil {
			return translate(err)
		}
		_, err = s.Step()
		_ = s.Finalize() // reports the error that Step has reported
		if err != nil {
			return translate(err)
		}
		sql = strings.TrimSpace(sql[len(sql)-trailing:])
	}
	return nil
}
