// Package spelling tells how far a word that a client wrote is from one that there is,
// for messages that offer the word that may be meant.
package spelling

// Distance is how many letters must be put in, left out, changed, or swapped with their
// neighbour to make one word of another; a letter takes part in one such step only
// (the distance of optimal string alignment). Letters are bytes, and capitals differ
// from small ones. It takes len(from) times len(to) steps: callers bound both.
func Distance(from, to string) int {
	n := len(to) + 1
	rows := make([]int, 3*n)
	before, above, row := rows[:n], rows[n:2*n], rows[2*n:]
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(from); i++ {
		row[0] = i
		for j := 1; j < n; j++ {
			changed := above[j-1]
			if from[i-1] != to[j-1] {
				changed++
			}
			row[j] = min(changed, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && from[i-1] == to[j-2] && from[i-2] == to[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(to)]
}
