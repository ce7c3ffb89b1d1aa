package mongo

import (
	"context"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// Exists tells whether the database that a URI names holds a store. It makes none.
func Exists(ctx context.Context, uri string, opts Options) (bool, error) {
	found := false
	err := visit(ctx, uri, opts, func(b *Backend) error {
		err := b.collection(schemas).FindOne(ctx, is("_id", schemaID)).Err()
		if errors.Is(err, mongo.ErrNoDocuments) {
			return nil
		}
		found = err == nil
		return err
	})
	return found, err
}

// Drop removes the database that a URI names, with all that is in it.
func Drop(ctx context.Context, uri string, opts Options) error {
	return visit(ctx, uri, opts, func(b *Backend) error { return b.database.Drop(ctx) })
}

// visit connects to a database as it is.
func visit(ctx context.Context, uri string, opts Options, fn func(*Backend) error) (err error) {
	b, err := connect(uri, opts)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.disconnect()) }()
	return translate(ctx, fn(b))
}

// Engine is what answers for a database.
type Engine struct {
	Version string // as buildInfo says
	// IsMongoDB: it has MongoDB's storage engine. Others speak its protocol too, and say
	// which version of it they follow.
	IsMongoDB bool
	Topology  string // "replica set NAME", "sharded cluster" or "standalone"
}

// Engine asks the server what it is.
func (b *Backend) Engine(ctx context.Context) (Engine, error) {
	admin := b.client.Database("admin")
	var build struct {
		Version        string
		StorageEngines []string `bson:"storageEngines"`
	}
	if err := admin.RunCommand(ctx, is("buildInfo", 1)).Decode(&build); err != nil {
		return Engine{}, translate(ctx, err)
	}
	greeting, err := b.hello(ctx)
	if err != nil {
		return Engine{}, translate(ctx, err)
	}
	return Engine{build.Version, slices.Contains(build.StorageEngines, "wiredTiger"), greeting.topology()}, nil
}

// Size is how many bytes the data of the database and their indexes have in storage.
func (b *Backend) Size(ctx context.Context) (int64, error) {
	var stats struct {
		Storage float64 `bson:"storageSize"`
		Indexes float64 `bson:"indexSize"`
	}
	err := b.database.RunCommand(ctx, bson.D{{Key: "dbStats", Value: 1}}).Decode(&stats)
	return int64(stats.Storage + stats.Indexes), translate(ctx, err)
}

// String says what answers, and does not take for MongoDB what is another one.
func (e Engine) String() string {
	if e.IsMongoDB {
		return "MongoDB " + e.Version + ", " + e.Topology
	}
	return "an engine that is not MongoDB and speaks as " + e.Version + ", " + e.Topology
}
