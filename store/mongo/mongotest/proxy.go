package mongotest

import (
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"
)

// Proxy is a member of a replica set with one member, in front of a server of which it
// passes on all but what a test wants to go wrong.
type Proxy struct {
	listener net.Listener
	server   string // host and port
	uri      string
	alone    bool // it says that it is no member of a set
	ledger   *ledger
	running  sync.WaitGroup

	mu          sync.Mutex
	rule        func(Command) Fault
	down        bool
	connections map[net.Conn]bool
}

// NewProxy starts a proxy in front of the first server that a URI names, which must be
// the primary. It ends with the test, and with it the transactions that were left behind.
func NewProxy(t testing.TB, uri string) *Proxy {
	t.Helper()
	return newProxy(t, uri, false)
}

// NewAlone is a proxy that is no member of a replica set, and so has no transactions.
func NewAlone(t testing.TB, uri string) *Proxy {
	t.Helper()
	return newProxy(t, uri, true)
}

func newProxy(t testing.TB, uri string, alone bool) *Proxy {
	t.Helper()
	parsed, err := connstring.ParseAndValidate(uri)
	if err != nil {
		t.Fatal(err)
	}
	if parsed.SSL || parsed.Scheme == connstring.SchemeMongoDBSRV || parsed.LoadBalanced {
		t.Skip("the proxy reads what passes, and so it cannot be in front of a server with TLS")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{listener: listener, server: parsed.Hosts[0], alone: alone, ledger: newLedger(), connections: map[net.Conn]bool{}}
	p.uri = p.own(uri)
	p.running.Go(p.accept)
	t.Cleanup(func() {
		_ = listener.Close()
		p.cut()
		p.running.Wait()
		if err := p.Expire(); err != nil {
			t.Errorf("transactions are left behind: %v", err)
		}
	})
	return p
}

// own is a URI with the proxy in place of the servers.
func (p *Proxy) own(uri string) string {
	rest, query, _ := strings.Cut(strings.TrimPrefix(uri, "mongodb://"), "?")
	hosts, path, _ := strings.Cut(rest, "/")
	user := ""
	if at := strings.LastIndex(hosts, "@"); at >= 0 {
		user = hosts[:at+1]
	}
	values, _ := url.ParseQuery(query) // it was validated
	values.Del("compressors")
	if p.alone {
		values.Del("replicaSet")
	}
	return "mongodb://" + user + p.listener.Addr().String() + "/" + path + "?" + values.Encode()
}

// URI is that of the database behind the proxy.
func (p *Proxy) URI() string { return p.uri }

// On sets what decides of each command, but for those by which a driver watches the
// server. It may be called by several connections at once; nil for no faults.
func (p *Proxy) On(rule func(Command) Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rule = rule
}

// Down makes the server unreachable until Up.
func (p *Proxy) Down() {
	p.mu.Lock()
	p.down = true
	p.mu.Unlock()
	p.cut()
}

// Up ends Down.
func (p *Proxy) Up() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = false
}

// Expire ends the transactions that clients have left behind, as MongoDB does after its
// transactionLifetimeLimitSeconds.
func (p *Proxy) Expire() error { return p.ledger.expire(p.server, "") }

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		if !p.admit(client) {
			_ = client.Close()
			continue
		}
		p.running.Go(func() {
			defer p.dismiss(client)
			_ = p.serve(client)
		})
	}
}

func (p *Proxy) admit(client net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.down {
		p.connections[client] = true
	}
	return !p.down
}

func (p *Proxy) dismiss(client net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.connections, client)
	_ = client.Close()
}

// cut closes all connections.
func (p *Proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for client := range p.connections {
		_ = client.Close()
	}
}

// decide is what happens to a command.
func (p *Proxy) decide(c Command) Fault {
	p.mu.Lock()
	rule := p.rule
	p.mu.Unlock()
	if rule == nil || c.isHello() {
		return Fault{}
	}
	return rule(c)
}

var errCut = errors.New("the connection was cut")

// serve passes on what a client sends.
func (p *Proxy) serve(client net.Conn) error {
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		return err
	}
	defer func() { _ = server.Close() }()
	for {
		request, err := readMessage(client)
		if err != nil {
			return err
		}
		answer, err := p.exchange(server, request)
		if err != nil {
			return err
		}
		if answer == nil {
			continue
		}
		if _, err := client.Write(answer); err != nil {
			return err
		}
	}
}

// exchange is the answer to a request, nil where none is expected.
func (p *Proxy) exchange(server net.Conn, request message) (message, error) {
	c, err := request.command()
	if err != nil {
		return nil, err
	}
	fault := p.decide(c)
	switch {
	case fault.before:
		return nil, errCut
	case fault.code != 0:
		if c.isTransactional() {
			if err := p.ledger.expire(p.server, c.name()); err != nil {
				return nil, err
			}
		}
		return request.answer(c.refusal(fault.code))
	}
	answer, err := p.ask(server, request, c)
	if err != nil || fault.after {
		return nil, errors.Join(errCut, err)
	}
	if fault.held != nil {
		<-fault.held
	}
	return answer, nil
}

// ask is the server's answer.
func (p *Proxy) ask(server net.Conn, request message, c Command) (message, error) {
	if earlier := p.ledger.earlier(c); earlier != nil {
		return request.answer(earlier)
	}
	p.ledger.sends(c)
	if _, err := server.Write(request); err != nil || !request.isAnswered() {
		return nil, err
	}
	answer, err := readMessage(server)
	if err != nil {
		return nil, err
	}
	p.ledger.answers(c, answer.document())
	if c.isHello() {
		return request.answer(p.introduced(answer.document()))
	}
	return answer, nil
}

// ofMembers is what the members of a set say of themselves.
var ofMembers = []string{"setName", "setVersion", "electionId", "hosts", "me", "primary"}

// introduced is a server's hello as the proxy says it. A server that told changes by
// itself, and one whose answers are compressed, would not be understood.
func (p *Proxy) introduced(hello bson.Raw) bson.D {
	var all, out bson.D
	if err := bson.Unmarshal(hello, &all); err != nil {
		return bson.D{{Key: "ok", Value: 0.0}}
	}
	own := p.listener.Addr().String()
	for _, e := range all {
		if p.alone && slices.Contains(ofMembers, e.Key) {
			continue
		}
		switch e.Key {
		case "topologyVersion", "compression", "passives", "arbiters":
			continue
		case "hosts":
			e.Value = bson.A{own}
		case "me", "primary":
			e.Value = own
		}
		out = append(out, e)
	}
	return out
}

// command is the command in a message.
func (m message) command() (Command, error) {
	document := m.document()
	elements, err := document.Elements()
	if err != nil || len(elements) == 0 {
		return Command{}, errNoMessage
	}
	return Command{Name: elements[0].Key(), Raw: document}, nil
}
