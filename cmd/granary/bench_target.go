package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/granary-fhir/granary/store/mongo"
	"github.com/granary-fhir/granary/store/mongo/mongouri"
)

// benchTarget is the throw-away store that is measured.
type benchTarget struct {
	flags  dataFlags
	engine string // what it runs on
}

// newBenchTarget names a store that is not there: a directory in a folder, or a database
// of its own on the server that the flags name.
func (cmd *benchCmd) newBenchTarget(ctx context.Context, folder string) (benchTarget, error) {
	if !mongouri.Is(string(cmd.Store)) {
		if cmd.mongoFlags != (mongoFlags{}) {
			return benchTarget{}, usageError{errors.New("the flags --mongo-… are for a --store that is a MongoDB database")}
		}
		return benchTarget{dataFlags{Data: filepath.Join(folder, "store"), Store: storeSQLite}, "SQLite"}, nil
	}
	if err := cmd.mongoFlags.check(); err != nil {
		return benchTarget{}, usageError{err}
	}
	uri, err := mongouri.WithDatabase(string(cmd.Store), fmt.Sprintf("granary_bench_%d_%d", os.Getpid(), time.Now().Unix()))
	if err != nil {
		return benchTarget{}, usageError{fmt.Errorf("--store: %w", err)}
	}
	s := benchTarget{flags: dataFlags{Store: storeName(uri), mongoFlags: cmd.mongoFlags}}
	err = s.withMongo(ctx, func(b *mongo.Backend) error {
		engine, err := b.Engine(ctx)
		s.engine = engine.String()
		return err
	})
	if err != nil {
		return benchTarget{}, errors.Join(fmt.Errorf("--store: %w", err), s.remove(ctx))
	}
	return s, nil
}

func (s benchTarget) withMongo(ctx context.Context, fn func(*mongo.Backend) error) (err error) {
	backend, err := mongo.Open(ctx, string(s.flags.Store), s.flags.options())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, backend.Close()) }()
	return fn(backend)
}

func (s benchTarget) isMongo() bool { return mongouri.Is(string(s.flags.Store)) }

// remove drops the database. A directory goes with the folder that it is in.
func (s benchTarget) remove(ctx context.Context) error {
	if !s.isMongo() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if err := mongo.Drop(ctx, string(s.flags.Store), s.flags.options()); err != nil {
		return fmt.Errorf("the database %s is left: %w", mongouri.Shown(string(s.flags.Store)), err)
	}
	return nil
}

// size is how many bytes the store has on disk.
func (s benchTarget) size(ctx context.Context) (size int64, err error) {
	if !s.isMongo() {
		return folderSize(s.flags.Data)
	}
	err = s.withMongo(ctx, func(b *mongo.Backend) error {
		size, err = b.Size(ctx)
		return err
	})
	return size, err
}

// serveArgs start the server as it is by default, on a port that is free.
func (s benchTarget) serveArgs() []string {
	args := append([]string{"serve", "--addr", "127.0.0.1:0", "--no-sandbox"}, s.flags.mongoFlags.arguments()...)
	if s.isMongo() {
		return args
	}
	return append(args, "--data", s.flags.Data)
}

// environment names the store to child processes: a URI may have a password, and
// everyone on the machine sees command lines.
func (s benchTarget) environment() []string {
	if s.isMongo() {
		return []string{"GRANARY_STORE=" + string(s.flags.Store)}
	}
	return nil
}

// folderSize adds up the files of a folder.
func folderSize(folder string) (int64, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return 0, err
	}
	var sum int64
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			return 0, err
		}
		sum += info.Size()
	}
	return sum, nil
}
