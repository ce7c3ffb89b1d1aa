package main

import (
	"context"
	"os"
	"runtime/debug"
	gometrics "runtime/metrics"
	"time"
)

// The heap of a server. Most of what it allocates dies with a request, so that
// to collect seldom spares a good part of the work; but its memory shall stay
// small where little of it is alive.
const (
	heapGoal    = 64 << 20 // up to so much garbage and live memory
	mostGarbage = 400      // percent of what is alive
	leastGC     = 100      // Go's own measure, where much is alive
	tuneEvery   = time.Second
)

// tuneCollector sets how much garbage the process leaves, by what is alive, until
// ctx is done. GOGC in the environment beats it.
func tuneCollector(ctx context.Context) {
	if os.Getenv("GOGC") != "" {
		return
	}
	go func() {
		tick := time.NewTicker(tuneEvery)
		defer tick.Stop()
		live := []gometrics.Sample{{Name: "/gc/heap/live:bytes"}}
		for set := 0; ; {
			gometrics.Read(live)
			if percent := garbagePercent(live[0].Value.Uint64()); percent != set {
				debug.SetGCPercent(percent)
				set = percent
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	}()
}

// garbagePercent is how much garbage there may be for so much live memory, in steps
// of 20 percent: to change it stops the process for a moment.
func garbagePercent(live uint64) int {
	if live == 0 {
		return mostGarbage
	}
	room := max(0, heapGoal-int64(live))
	percent := room * 100 / int64(live) / 20 * 20
	return int(min(mostGarbage, max(leastGC, percent)))
}
