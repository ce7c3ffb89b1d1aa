package mongotest

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Command is one that a client has sent.
type Command struct {
	Name string // as "find" or "commitTransaction"
	Raw  bson.Raw
}

// Fault is what happens to a command instead of what should. The zero Fault is none.
type Fault struct {
	before, after bool // the connection is cut
	code          int32
	held          <-chan struct{}
}

// CutBefore closes the connection before the server has seen the command, and CutAfter
// when the server has done it, instead of answering.
var (
	CutBefore = Fault{before: true}
	CutAfter  = Fault{after: true}
)

// NotWritablePrimary and PrimarySteppedDown are what a server answers that is the
// primary no more. What was begun there is undone.
var (
	NotWritablePrimary = Fault{code: 10107}
	PrimarySteppedDown = Fault{code: 189}
)

var codeNames = map[int32]string{10107: "NotWritablePrimary", 189: "PrimarySteppedDown"}

// Held withholds the answer until a channel is closed. The server has done the command
// by then.
func Held(until <-chan struct{}) Fault { return Fault{held: until} }

// isHello tells that a command is one by which a driver watches the server.
func (c Command) isHello() bool { return c.Name == "hello" || strings.EqualFold(c.Name, "isMaster") }

// isTransactional tells that a command belongs to a transaction.
func (c Command) isTransactional() bool {
	auto, ok := c.Raw.Lookup("autocommit").BooleanOK()
	return ok && !auto
}

// ends tells that a command ends a transaction.
func (c Command) ends() bool { return c.Name == "commitTransaction" || c.Name == "abortTransaction" }

// refusal is the answer with a code, labeled as a server does
// (github.com/mongodb/specifications, source/transactions, "Error labels").
func (c Command) refusal(code int32) bson.D {
	var labels bson.A
	_, numbered := c.Raw.Lookup("txnNumber").AsInt64OK()
	switch {
	case c.isTransactional() && !c.ends():
		labels = bson.A{"TransientTransactionError"}
	case numbered: // a retryable write, or the end of a transaction
		labels = bson.A{"RetryableWriteError"}
	}
	d := bson.D{{Key: "ok", Value: 0.0}, {Key: "errmsg", Value: "the proxy of a test says so"}, {Key: "code", Value: code}, {Key: "codeName", Value: codeNames[code]}}
	if labels != nil {
		d = append(d, bson.E{Key: "errorLabels", Value: labels})
	}
	return d
}
