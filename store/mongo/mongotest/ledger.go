package mongotest

import (
	"fmt"
	"net"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// ledger is what a proxy knows of sessions. With it, the answers that a client gets are
// those of MongoDB also where the server is the engine of DocumentDB, which forgets a
// transaction when it ends: MongoDB answers a commit again as it did, and so it does
// with a write that is sent again under the number that it had.
type ledger struct {
	mu   sync.Mutex
	done map[string]bson.Raw // answers, by session and number
	open map[string]begun    // transactions, by session and number
}

// begun is a transaction that the server has open.
type begun struct{ session, number bson.RawValue }

func newLedger() *ledger {
	return &ledger{done: map[string]bson.Raw{}, open: map[string]begun{}}
}

// name is the session and number of a command, "" if it has none.
func (c Command) name() string {
	number, ok := c.Raw.Lookup("txnNumber").AsInt64OK()
	if !ok {
		return ""
	}
	return fmt.Sprintf("%x/%d", c.Raw.Lookup("lsid").Value, number)
}

// isOnce tells that a command is done once, however often it is sent.
func (c Command) isOnce() bool {
	return c.name() != "" && (!c.isTransactional() || c.Name == "commitTransaction")
}

// earlier is the answer that a command got before; nil for none.
func (l *ledger) earlier(c Command) bson.Raw {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !c.isOnce() {
		return nil
	}
	return l.done[c.name()]
}

// sends notes what is about to be sent to the server.
func (l *ledger) sends(c Command) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if begins, _ := c.Raw.Lookup("startTransaction").BooleanOK(); begins {
		l.open[c.name()] = begun{c.Raw.Lookup("lsid"), c.Raw.Lookup("txnNumber")}
	}
}

// answers notes what the server has answered. An error ends a transaction.
func (l *ledger) answers(c Command, answer bson.Raw) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ok, _ := answer.Lookup("ok").AsInt64OK()
	if c.isTransactional() && (c.ends() || ok == 0) {
		delete(l.open, c.name())
	}
	if c.isOnce() && ok == 1 {
		l.done[c.name()] = append(bson.Raw{}, answer...)
	}
}

// expire ends at the server the transactions that are open there: that of one command,
// or all.
func (l *ledger) expire(server string, only string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, begun := range l.open {
		if only != "" && name != only {
			continue
		}
		delete(l.open, name)
		if err := begun.abort(server); err != nil {
			return err
		}
	}
	return nil
}

func (b begun) abort(server string) error {
	m, err := newMessage(bson.D{
		{Key: "abortTransaction", Value: 1}, {Key: "lsid", Value: b.session}, {Key: "txnNumber", Value: b.number},
		{Key: "autocommit", Value: false}, {Key: "$db", Value: "admin"},
	})
	if err != nil {
		return err
	}
	connection, err := net.Dial("tcp", server)
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close() }()
	if _, err := connection.Write(m); err != nil {
		return err
	}
	_, err = readMessage(connection)
	return err
}
