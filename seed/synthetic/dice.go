package synthetic

import (
	"math/bits"
	"math/rand/v2"
)

// dice is a stream of draws. PCG is specified by the bits it yields, and everything
// above it is arithmetic of integers here, so that a stream is the same wherever and
// whenever it is drawn.
type dice struct{ pcg *rand.PCG }

// newDice is the stream of a purpose, such as a module's name, of the thing that has
// the number.
func newDice(seed, number uint64, purpose string) dice {
	// FNV-1a, which is as good as any to tell names apart.
	hash := uint64(14695981039346656037)
	for i := range len(purpose) {
		hash = (hash ^ uint64(purpose[i])) * 1099511628211
	}
	return dice{rand.NewPCG(scatter(seed)^hash, scatter(number+hash))}
}

// scatter is the finalizer of SplitMix64: neighbours come far apart.
func scatter(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// below is a number from 0 to n-1. It favours none by more than n/2⁶⁴.
func (d dice) below(n int) int {
	high, _ := bits.Mul64(d.pcg.Uint64(), uint64(n))
	return int(high)
}

// between is a number from low to high.
func (d dice) between(low, high int) int { return low + d.below(high-low+1) }

// permille is true p times of a thousand.
func (d dice) permille(p int) bool { return d.below(1000) < p }

// normal is a number of about a normal distribution, never more than 3.5 standard
// deviations from the mean.
func (d dice) normal(mean, deviation int) int { return mean + deviation*d.z()/1000 }

// z is a number of about the standard normal distribution, in thousandths: the sum of
// twelve draws of a variance of 1/12 each.
func (d dice) z() int {
	sum := -6000
	for range 3 { // four draws of 16 bits from one of 64
		bits := d.pcg.Uint64()
		for range 4 {
			sum += int(bits&0xffff) * 1000 >> 16
			bits >>= 16
		}
	}
	return min(max(sum, -3500), 3500)
}

// weighted is the index of one of the weights.
func (d dice) weighted(weights []int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	at := d.below(sum)
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return len(weights) - 1
}

// pick is one of the items.
func pick[T any](d dice, items []T) T { return items[d.below(len(items))] }
