package sqlite

import (
	"container/list"

	driver "zombiezen.com/go/sqlite"
)

// maxStatements is how many prepared statements a connection keeps. The texts of
// queries depend on the shape of predicates, which callers choose.
const maxStatements = 256

// statements are a connection's prepared statements, least recently used last.
type statements struct {
	byText map[string]*list.Element
	recent list.List
}

type statement struct {
	text string
	raw  *driver.Stmt
	busy bool
}

// prepare returns a statement that is reset. Its parameters keep old values:
// callers bind all of them.
func (c *conn) prepare(sql string) (*statement, error) {
	if e := c.byText[sql]; e != nil {
		if s := e.Value.(*statement); !s.busy {
			c.recent.MoveToFront(e)
			s.busy = true
			return s, nil
		}
	}
	raw, _, err := c.raw.PrepareTransient(sql)
	if err != nil {
		return nil, err
	}
	s := &statement{text: sql, raw: raw, busy: true}
	if c.byText[sql] != nil { // in use further up: this one is for once
		return s, nil
	}
	if c.byText == nil {
		c.byText = make(map[string]*list.Element)
	}
	c.byText[sql] = c.recent.PushFront(s)
	c.evict()
	return s, nil
}

// release makes a statement ready for the next use.
func (c *conn) release(s *statement) {
	s.busy = false
	if e := c.byText[s.text]; e == nil || e.Value.(*statement) != s {
		_ = s.raw.Finalize() // reports the error that Step has reported
		return
	}
	_ = s.raw.Reset() // the same
}

func (c *conn) evict() {
	for e := c.recent.Back(); e != nil && c.recent.Len() > maxStatements; {
		before := e.Prev()
		if s := e.Value.(*statement); !s.busy {
			c.recent.Remove(e)
			delete(c.byText, s.text)
			_ = s.raw.Finalize()
		}
		e = before
	}
}

func (s *statements) clear() {
	for e := s.recent.Front(); e != nil; e = e.Next() {
		_ = e.Value.(*statement).raw.Finalize()
	}
	s.recent.Init()
	s.byText = nil
}
