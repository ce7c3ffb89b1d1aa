package synthetic

import (
	"slices"
	"testing"
)

// A stream is the same for ever: charts that were seeded once are found unchanged.
func TestDiceIsPinned(t *testing.T) {
	d := newDice(42, 7, "vital signs")
	var got []int
	for range 8 {
		got = append(got, d.below(1000))
	}
	got = append(got, d.normal(1000, 100), d.between(-3, 3))
	if want := []int{318, 11, 843, 219, 132, 669, 49, 538, 1158, -2}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestDiceKeepsStreamsApart(t *testing.T) {
	seen := map[int]string{}
	for seed := range uint64(3) {
		for number := range uint64(50) {
			for _, purpose := range []string{"", "a", "b", "asthma"} {
				first := newDice(seed, number, purpose).below(1 << 60)
				if other, ok := seen[first]; ok {
					t.Errorf("%d %d %q begins like %s", seed, number, purpose, other)
				}
				seen[first] = purpose
			}
		}
	}
}

func TestDiceDistributions(t *testing.T) {
	d := newDice(1, 1, "")
	counts, sum, within := [6]int{}, 0, 0
	const draws = 60000
	for range draws {
		counts[d.below(6)]++
		z := d.z()
		sum += z
		if z > -1000 && z < 1000 {
			within++
		}
	}
	for face, n := range counts {
		if n < draws/6-400 || n > draws/6+400 {
			t.Errorf("%d came %d times of %d", face, n, draws)
		}
	}
	if mean := sum / draws; mean < -15 || mean > 15 {
		t.Errorf("the mean of z is %d/1000", mean)
	}
	if share := within * 1000 / draws; share < 670 || share > 695 { // 0.683 of a normal distribution
		t.Errorf("%d of 1000 are within a standard deviation", share)
	}
	if i := d.weighted([]int{0, 5, 0}); i != 1 {
		t.Errorf("an impossible choice: %d", i)
	}
}
