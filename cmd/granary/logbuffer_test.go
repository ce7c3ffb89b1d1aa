package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// All lines arrive, each whole and those of one writer in their order, also those
// that are written while the buffer is closed and after that.
func TestLogBuffer(t *testing.T) {
	out := newOutput()
	b := newLogBuffer(out)
	const writers, lines = 8, 2000
	var all sync.WaitGroup
	begun := make(chan bool, writers)
	for w := range writers {
		all.Go(func() {
			for n := range lines {
				if n == lines/2 {
					begun <- true
				}
				fmt.Fprintf(b, "%d %d %s\n", w, n, strings.Repeat("x", n%200))
			}
		})
	}
	for range writers {
		<-begun
	}
	b.close()
	all.Wait()
	fmt.Fprintf(b, "last\n")
	next := make([]int, writers)
	got := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	for _, line := range got[:len(got)-1] {
		var w, n int
		if _, err := fmt.Sscanf(line, "%d %d", &w, &n); err != nil || n != next[w] || line != fmt.Sprintf("%d %d %s", w, n, strings.Repeat("x", n%200)) {
			t.Fatalf("%v: %q, want line %d of that writer", err, line, next[w])
		}
		next[w]++
	}
	if len(got) != writers*lines+1 || got[len(got)-1] != "last" {
		t.Errorf("%d lines, the last %q", len(got), got[len(got)-1])
	}
}

// A line that comes alone is there soon, and nobody has to close anything.
func TestLogBufferWhenIdle(t *testing.T) {
	out := newOutput()
	b := newLogBuffer(out)
	defer b.close()
	for n := range 3 {
		fmt.Fprintf(b, "line %d\n", n)
		until(t, "the line is written", func() bool { return strings.HasSuffix(out.String(), fmt.Sprintf("line %d\n", n)) })
	}
}

// stuck is a writer that takes nothing until it is told to.
type stuck struct {
	release chan bool
	took    int
}

func (s *stuck) Write(p []byte) (int, error) {
	<-s.release
	s.took += len(p)
	return len(p), nil
}

// A reader that does not read costs no more than maxPending, and loses nothing.
func TestLogBufferIsBounded(t *testing.T) {
	to := &stuck{release: make(chan bool)}
	b := newLogBuffer(to)
	line := []byte(strings.Repeat("x", 1<<10))
	const lines = 3 * maxPending >> 10
	wrote := make(chan bool)
	go func() {
		defer close(wrote)
		for range lines {
			_, _ = b.Write(line)
		}
	}()
	pending := func() int {
		b.mu.Lock()
		defer b.mu.Unlock()
		return len(b.lines)
	}
	until(t, "as much is pending as may be", func() bool { return pending() > maxPending })
	select {
	case <-wrote:
		t.Fatal("everything was taken, though nobody reads")
	default:
	}
	if got := pending(); got > maxPending+len(line) {
		t.Errorf("%d bytes are pending", got)
	}
	close(to.release)
	<-wrote
	b.close()
	if to.took != lines<<10 {
		t.Errorf("%d bytes arrived, want %d", to.took, lines<<10)
	}
}

// BenchmarkAccessLog is what one line costs those who log it, as they were logged
// before and as they are.
func BenchmarkAccessLog(b *testing.B) {
	file, err := os.Create(b.TempDir() + "/log")
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	run := func(name string, to io.Writer) {
		logger := slog.New(slog.NewTextHandler(to, nil))
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				logger.LogAttrs(context.Background(), slog.LevelInfo, "request",
					slog.String("request", "0123456789abcdef"),
					slog.String("method", "GET"),
					slog.String("route", "/fhir/:type/:id"),
					slog.String("interaction", "read"),
					slog.Int("status", 200),
					slog.Duration("took", 123*time.Microsecond))
			}
		})
	}
	run("nowhere", io.Discard)
	run("file", file)
	buffer := newLogBuffer(file)
	defer buffer.close()
	run("buffered", buffer)
}
