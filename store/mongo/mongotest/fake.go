package mongotest

import (
	"net"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Fake is a server that keeps the commands that it gets, and finds what a test says.
// With it a test needs no server.
type Fake struct {
	listener net.Listener
	router   bool // it says that it is a mongos
	running  sync.WaitGroup

	mu          sync.Mutex
	finds       func(Command) []bson.D
	commands    []Command
	connections []net.Conn
}

// NewFake starts one, which is a replica set. It ends with the test.
func NewFake(t testing.TB) *Fake {
	t.Helper()
	return newFake(t, false)
}

// NewFakeRouter starts one that is a mongos.
func NewFakeRouter(t testing.TB) *Fake {
	t.Helper()
	return newFake(t, true)
}

func newFake(t testing.TB, router bool) *Fake {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &Fake{listener: listener, router: router}
	f.running.Go(f.accept)
	t.Cleanup(func() {
		_ = listener.Close()
		f.mu.Lock()
		for _, c := range f.connections {
			_ = c.Close()
		}
		f.mu.Unlock()
		f.running.Wait()
	})
	return f
}

// URI is that of a database of the server.
func (f *Fake) URI() string { return "mongodb://" + f.listener.Addr().String() + "/fake" }

// Finds sets what a find or an aggregate finds; nil for nothing.
func (f *Fake) Finds(what func(Command) []bson.D) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.finds = what
}

// Taken are the commands since the last call, without those by which a driver watches the
// server, and those that end transactions and sessions.
func (f *Fake) Taken() []Command {
	f.mu.Lock()
	defer f.mu.Unlock()
	taken := f.commands
	f.commands = nil
	return taken
}

func (f *Fake) accept() {
	for {
		client, err := f.listener.Accept()
		if err != nil {
			return
		}
		f.mu.Lock()
		f.connections = append(f.connections, client)
		f.mu.Unlock()
		f.running.Go(func() {
			defer func() { _ = client.Close() }()
			_ = f.serve(client)
		})
	}
}

func (f *Fake) serve(client net.Conn) error {
	for {
		request, err := readMessage(client)
		if err != nil {
			return err
		}
		c, err := request.command()
		if err != nil {
			return err
		}
		answer, err := request.answer(f.answer(c))
		if err != nil {
			return err
		}
		if _, err := client.Write(answer); err != nil {
			return err
		}
	}
}

func (f *Fake) answer(c Command) bson.D {
	switch {
	case c.isHello():
		return f.hello()
	case c.ends() || c.Name == "endSessions":
		return bson.D{{Key: "ok", Value: 1.0}}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.commands = append(f.commands, c)
	if c.Name != "find" && c.Name != "aggregate" {
		return bson.D{{Key: "ok", Value: 1.0}, {Key: "n", Value: 1}}
	}
	found := []bson.D{}
	if f.finds != nil {
		found = append(found, f.finds(c)...)
	}
	return bson.D{{Key: "ok", Value: 1.0}, {Key: "operationTime", Value: Time}, {Key: "cursor", Value: bson.D{
		{Key: "id", Value: int64(0)}, {Key: "ns", Value: "fake." + c.On()}, {Key: "firstBatch", Value: found},
	}}}
}

// Time is the instant of all that a Fake has.
var Time = bson.Timestamp{T: 1_000_000_000, I: 7}

func (f *Fake) hello() bson.D {
	own := f.listener.Addr().String()
	all := bson.D{{Key: "helloOk", Value: true}, {Key: "ismaster", Value: true}, {Key: "isWritablePrimary", Value: true}}
	if f.router {
		all = append(all, bson.E{Key: "msg", Value: "isdbgrid"})
	} else {
		all = append(all, bson.D{{Key: "setName", Value: "fake"}, {Key: "hosts", Value: bson.A{own}}, {Key: "me", Value: own}, {Key: "primary", Value: own}}...)
	}
	return append(all, bson.D{
		{Key: "maxBsonObjectSize", Value: 16 << 20}, {Key: "maxMessageSizeBytes", Value: 48_000_000}, {Key: "maxWriteBatchSize", Value: 100_000},
		{Key: "logicalSessionTimeoutMinutes", Value: 30}, {Key: "minWireVersion", Value: 0}, {Key: "maxWireVersion", Value: 21}, {Key: "ok", Value: 1.0},
	}...)
}

// On is the collection that a command is about, "" if it is about none.
func (c Command) On() string {
	name, _ := c.Raw.Lookup(c.Name).StringValueOK()
	return name
}

// Asked is a command without what the driver adds: its session, the transaction, the
// database.
func (c Command) Asked() (bson.D, error) {
	var all, asked bson.D
	if err := bson.Unmarshal(c.Raw, &all); err != nil {
		return nil, err
	}
	for _, e := range all {
		switch e.Key {
		case "lsid", "txnNumber", "startTransaction", "autocommit", "readConcern", "maxTimeMS":
		default:
			if !strings.HasPrefix(e.Key, "$") {
				asked = append(asked, e)
			}
		}
	}
	return asked, nil
}
