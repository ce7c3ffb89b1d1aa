package bench

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// Source gives the requests of one client, one after the other.
type Source interface {
	// Next is the next request; random is the client's own.
	Next(random *rand.Rand) *Request
	// Done tells what came of the last one, if it was as it should be.
	Done(Answer)
}

// load is one slice of the measuring of one row.
type load struct {
	server   Server
	token    string
	clients  int
	duration time.Duration
	source   func(client int) Source
	round    uint64
}

// run makes requests in a closed loop: each client sends its next request when it
// has the answer to the one before. The time ends when all have their last
// answer.
func (l load) run(ctx context.Context) Measured {
	results := make([]Measured, l.clients)
	peak := l.server.watch(ctx)
	cpu, start := cpuTime(l.server.PID), time.Now()
	deadline := start.Add(l.duration)
	var done sync.WaitGroup
	for i := range l.clients {
		done.Go(func() { results[i] = l.client(ctx, i, deadline) })
	}
	done.Wait()
	sum := Measured{Elapsed: time.Since(start), CPU: cpuTime(l.server.PID) - cpu, Peak: peak()}
	for _, m := range results {
		sum.add(m)
	}
	return sum
}

func (l load) client(ctx context.Context, i int, deadline time.Time) Measured {
	c := newClient(l.server, l.token)
	defer c.close()
	random := rand.New(rand.NewPCG(uint64(i), l.round))
	source := l.source(i)
	var m Measured
	for ctx.Err() == nil {
		request := source.Next(random)
		start := time.Now()
		if start.After(deadline) && m.Ops+m.Errors > 0 { // once at least, however short the time
			break
		}
		answer, err := c.do(ctx, request, false)
		if err == nil {
			err = request.check(answer)
		}
		if err != nil {
			m.Errors++
			if m.Fault == "" {
				m.Fault = err.Error()
			}
			// A server that is gone refuses as fast as it is asked.
			time.Sleep(time.Millisecond)
			continue
		}
		m.Ops++
		m.Bytes += answer.Length
		m.Latency = append(m.Latency, time.Since(start))
		source.Done(answer)
	}
	return m
}
