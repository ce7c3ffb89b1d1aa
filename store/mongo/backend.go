package mongo

import (
	"context"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// Backend is a store.Backend in one MongoDB database. Its Write must not be called
// within the function of another Write: they could wait for each other.
type Backend struct {
	options    Options
	client     *mongo.Client
	database   *mongo.Database
	standalone bool // the server has no transactions
	sharded    bool // the server is a mongos, of which there may be others
	gates      gates
	lanes      *lanes
	counts     counts

	mu      sync.RWMutex // guards closed; and running against it
	closed  bool
	running sync.WaitGroup
}

var _ store.Backend = (*Backend)(nil)

// Open connects to the database that a URI names, "granary" if it names none, and
// makes its collections and indexes as far as they are absent. Several processes may
// have it open.
func Open(ctx context.Context, uri string, opts Options) (*Backend, error) {
	b, err := connect(uri, opts)
	if err != nil {
		return nil, err
	}
	if err := b.prepare(ctx); err != nil {
		_ = b.disconnect()
		return nil, translate(ctx, err)
	}
	return b, nil
}

// connect makes a backend that has asked its server nothing yet.
func connect(uri string, opts Options) (*Backend, error) {
	opts = opts.withDefaults()
	b := &Backend{options: opts, lanes: newLanes()}
	config, database, err := opts.client(uri, &b.counts)
	if err != nil {
		return nil, err
	}
	if b.client, err = mongo.Connect(config); err != nil {
		return nil, err
	}
	b.database = b.client.Database(database)
	return b, nil
}

// prepare makes what a backend needs in its database.
func (b *Backend) prepare(ctx context.Context) error {
	if err := b.greet(ctx); err != nil {
		return err
	}
	return b.makeIndexes(ctx)
}

// greet asks the server what it is.
func (b *Backend) greet(ctx context.Context) error {
	greeting, err := b.hello(ctx)
	if err != nil {
		return err
	}
	b.standalone, b.sharded = greeting.isStandalone(), greeting.isMongos()
	return greeting.check(b.options)
}

// greeting is what a server says of itself
// (mongodb.com/docs/manual/reference/command/hello).
type greeting struct {
	SetName        string `bson:"setName"`
	Msg            string `bson:"msg"`
	MaxWireVersion int    `bson:"maxWireVersion"`
}

func (g greeting) isMongos() bool { return g.Msg == "isdbgrid" }

// isStandalone tells that the server has no transactions.
func (g greeting) isStandalone() bool { return g.SetName == "" && !g.isMongos() }

// wireVersion is that of MongoDB 6.0: from 5.0 on a $lookup may have fields and a pipeline,
// from 5.1 on an aggregate may begin with $documents.
const wireVersion = 17

// check refuses a server that cannot do what is asked of it.
func (g greeting) check(opts Options) error {
	switch {
	case g.MaxWireVersion < wireVersion:
		return errTooOld
	case g.isStandalone() && !opts.Standalone:
		return errStandalone
	}
	return nil
}

func (g greeting) topology() string {
	switch {
	case g.isMongos():
		return "sharded cluster"
	case g.SetName != "":
		return "replica set " + g.SetName
	}
	return "standalone"
}

func (b *Backend) hello(ctx context.Context) (g greeting, err error) {
	err = b.client.Database("admin").RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&g)
	return g, err
}

// Now implements store.Backend.
func (b *Backend) Now() time.Time { return b.options.Clock().UTC().Truncate(time.Millisecond) }

// Records implements store.Backend.
func (b *Backend) Records() store.Records { return &records{backend: b} }

// UseRegistry implements store.RegistryUser.
func (b *Backend) UseRegistry(registry *search.Registry) { b.options.Registry = registry }

// Linger implements store.Lingerer: a transaction may have begun before another one was
// committed, until the server ends it.
func (b *Backend) Linger() time.Duration {
	if b.standalone { // there is one process only
		return 0
	}
	return b.options.Linger
}

// enter counts a call as running; store.ErrUnavailable once Close was called.
func (b *Backend) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.closed {
		return store.ErrUnavailable
	}
	b.running.Add(1)
	return nil
}

// Close implements store.Backend.
func (b *Backend) Close() error {
	b.mu.Lock()
	was := b.closed
	b.closed = true
	b.mu.Unlock()
	b.running.Wait()
	if was {
		return nil
	}
	return b.disconnect()
}

// disconnect closes the connections, none of which is in use.
func (b *Backend) disconnect() error {
	ctx, cancel := context.WithTimeout(context.Background(), b.options.ConnectTimeout)
	defer cancel()
	return b.client.Disconnect(ctx)
}

// collection is one of the database's.
func (b *Backend) collection(name string) *mongo.Collection { return b.database.Collection(name) }
