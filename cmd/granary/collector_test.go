package main

import "testing"

func TestGarbagePercent(t *testing.T) {
	for live, want := range map[uint64]int{
		0: 400, 1: 400, 8 << 20: 400, 16 << 20: 300, 20 << 20: 220, 32 << 20: 100, 64 << 20: 100, 1 << 40: 100,
	} {
		if got := garbagePercent(live); got != want {
			t.Errorf("%d MB alive: %d percent, want %d", live>>20, got, want)
		}
	}
}
