package main

import (
	"context"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
)

// A backup that is taken while clients write holds every write that was acknowledged
// before it began, and no transaction in part; and so does the store that it came
// from, in the end.
func TestBackupUnderLoad(t *testing.T) {
	folder := t.TempDir()
	data, file, restored := filepath.Join(folder, "data"), filepath.Join(folder, "copy.db"), filepath.Join(folder, "restored")
	server := serveTest(t, "--data", data, "--no-sandbox", "--auth=off")
	var written ledger
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	acked := make(chan struct{})
	var clients sync.WaitGroup
	for n := range 4 {
		c := &ledgerClient{ledger: &written, base: server.base, name: strconv.Itoa(n), random: rand.New(rand.NewPCG(1, uint64(n))), http: &http.Client{}}
		c.acked = func() {
			select {
			case acked <- struct{}{}:
			case <-ctx.Done():
			}
		}
		clients.Go(func() { c.run(ctx, t) })
	}
	ended := make(chan struct{})
	go func() { clients.Wait(); close(ended) }()
	wait := func(writes int) {
		for range writes {
			select {
			case <-acked:
			case <-ended:
				t.Fatal("the clients have ended")
			}
		}
	}
	wait(150)
	written.promise()
	backedUp := make(chan struct{})
	go func() {
		defer close(backedUp)
		if code, _, errs := granary(t, "backup", "--data", data, file); code != exitOK {
			t.Error(errs)
		}
	}()
	during := 0
	for writing := true; writing; {
		select {
		case <-backedUp:
			writing = false
		default:
			wait(1)
			during++
		}
	}
	wait(50)
	stop()
	<-ended
	server.stop()
	t.Logf("%d writes during the backup", during)

	must(t, "restore", "--data", restored, file)
	verifyIn(t, &written, restored)
	written.promise() // of the store itself everything is expected
	found := verifyIn(t, &written, data)
	if len(found) < 200 {
		t.Errorf("%d resources were looked at", len(found))
	}
}

// verifyIn compares the store in a folder with a ledger.
func verifyIn(t *testing.T, l *ledger, data string) map[*item]state {
	t.Helper()
	opened, err := dataFlags{Data: data}.open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	}()
	return l.verify(t, opened)
}
