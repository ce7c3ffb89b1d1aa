package mongo

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// query runs a find or an aggregate, calls each with what it returns, document by
// document, and tells the trace of it. The documents are valid only during the call.
func (s *snapshot) query(ctx context.Context, command bson.D, each func(bson.Raw) error) error {
	if s.writes != nil && mentions(command, versions) {
		if err := s.writes.keepPast(ctx); err != nil {
			return err
		}
	}
	start := time.Now()
	var cursor *mongo.Cursor
	err := s.ask(ctx, func(within context.Context) (err error) {
		cursor, err = s.backend.database.RunCommandCursor(within, command)
		return err
	})
	if err != nil {
		return err
	}
	var stopped error
	for stopped == nil && cursor.Next(ctx) { // in the session that it was made in
		stopped = each(cursor.Current)
	}
	err = cursor.Err()
	// Not without the deadline: the end of the transaction is that of its cursors, too.
	if closed := cursor.Close(ctx); err == nil {
		err = closed
	}
	if s.trace != nil {
		s.trace.Ran(shown(command), func() string { return "" }, time.Since(start))
	}
	if stopped != nil {
		return stopped
	}
	return s.ran(ctx, err)
}

// mentions tells whether a command has a text for one of its values: the name of a
// collection, say.
func mentions(value any, text string) bool {
	switch v := value.(type) {
	case string:
		return v == text
	case bson.D:
		return slices.ContainsFunc(v, func(e bson.E) bool { return mentions(e.Value, text) })
	case bson.A:
		return slices.ContainsFunc(v, func(e any) bool { return mentions(e, text) })
	case []bson.D:
		return slices.ContainsFunc(v, func(d bson.D) bool { return mentions(d, text) })
	case mongo.Pipeline:
		return mentions([]bson.D(v), text)
	}
	return false
}

// first is query for a command that returns one document at most. It tells whether
// there was one, and decodes it.
func (s *snapshot) first(ctx context.Context, command bson.D, into any) (found bool, err error) {
	err = s.query(ctx, command, func(raw bson.Raw) error {
		found = true
		return bson.Unmarshal(raw, into)
	})
	return found, err
}

// read are texts that were read from other documents, to look for more with them. A
// trace does not show them: neither what they are nor how many.
type read []string

// shown is a command as a trace shows it.
func shown(command bson.D) string {
	text, err := bson.MarshalExtJSON(veiled(command), false, false)
	if err != nil { // no trace is worth an error
		return command[0].Key
	}
	return string(text)
}

// veiled is a value without what was read.
func veiled(value any) any {
	switch v := value.(type) {
	case read:
		return "(list)"
	case bson.D:
		out := make(bson.D, len(v))
		for i, e := range v {
			out[i] = bson.E{Key: e.Key, Value: veiled(e.Value)}
		}
		return out
	case bson.A:
		out := make(bson.A, len(v))
		for i, e := range v {
			out[i] = veiled(e)
		}
		return out
	case []bson.D:
		out := make(bson.A, len(v))
		for i, e := range v {
			out[i] = veiled(e)
		}
		return out
	case mongo.Pipeline:
		return veiled([]bson.D(v))
	}
	return value
}
