package audit

import (
	"fmt"
	"log/slog"
	"syscall"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/testbackend"
)

// BenchmarkReads queues reads of 4,096 resources in turn and writes their records, as
// many at a time as are written at once where many read. What is of interest is the
// CPU of the process for each read, the collector's among it, and the allocations.
func BenchmarkReads(b *testing.B) {
	s := testbackend.OpenStore(b, nil, testbackend.StoreOptions{Base: "http://granary.test/fhir", Validation: store.ValidateStructure})
	l := New(s, Options{Every: time.Hour, Logger: slog.New(slog.DiscardHandler)})
	const resources, atOnce = 4096, DefaultQueueSize/4 + 1
	next := func(i int) Event {
		e := Event{Kind: Access, Interaction: "read", Client: "bench", Grant: "0197a000-8d8e-7c32-a3f5-7b1f6e4c0001", Address: "127.0.0.1", Request: fmt.Sprintf("%016x", i)}
		e.Entities = []Entity{{What: fmt.Sprintf("Observation/0197a000-8d8e-7c32-a3f5-%012x", i*2654435761%resources), Detail: []Detail{{DetailVersion, "1"}}}, OfPatient(fmt.Sprintf("0197a000-0000-7c32-a3f5-%012x", i%60))}
		return e
	}
	queued := 0
	access := func() {
		if err := l.Access(b.Context(), next(queued)); err != nil {
			b.Fatal(err)
		}
		if queued++; queued%(atOnce-1) == 0 {
			if err := l.Flush(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	}
	for range 2 * resources {
		access()
	}
	b.ReportAllocs()
	before, from := cpu(b), queued
	for b.Loop() {
		access()
	}
	b.ReportMetric(float64((cpu(b)-before).Nanoseconds())/1000/float64(queued-from), "cpu-µs/op")
	if err := l.Close(b.Context()); err != nil {
		b.Fatal(err)
	}
}

// cpu is the CPU time of the process so far.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
