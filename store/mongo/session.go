package mongo

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/mongo"
)

// session is a new one, in a transaction that the next command begins.
func (b *Backend) session(ctx context.Context) (*mongo.Session, error) {
	session, err := b.client.StartSession()
	if err != nil || b.standalone {
		return session, err
	}
	if b.sharded {
		if err := b.catchUp(mongo.NewSessionContext(ctx, session)); err != nil {
			session.EndSession(context.WithoutCancel(ctx))
			return nil, err
		}
	}
	return session, session.StartTransaction(transactional())
}

// catchUp lets a session know of all that was acknowledged before. A mongos puts a
// transaction at the latest instant that it has heard of itself
// (TransactionRouter::setDefaultAtClusterTime), and not at what was written through another
// one; but never before the instant of the session. A command that the primary shard has
// answered brings its instant, and there each Write touches a lock document, and each
// record is.
func (b *Backend) catchUp(ctx context.Context) error {
	err := b.collection(schemas).FindOne(ctx, is("_id", schemaID)).Err()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil
	}
	return err
}
