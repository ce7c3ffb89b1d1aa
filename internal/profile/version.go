package profile

import (
	"cmp"
	"strconv"
	"strings"
)

// compareVersions orders business versions as people number them: 6.1.0 before
// 10.0.0, and 7.0.0-ballot before 7.0.0.
func compareVersions(a, b string) int {
	mainA, labelA, _ := strings.Cut(a, "-")
	mainB, labelB, _ := strings.Cut(b, "-")
	partsA, partsB := strings.Split(mainA, "."), strings.Split(mainB, ".")
	for i := range min(len(partsA), len(partsB)) {
		if c := compareParts(partsA[i], partsB[i]); c != 0 {
			return c
		}
	}
	if c := cmp.Compare(len(partsA), len(partsB)); c != 0 {
		return c
	}
	switch {
	case labelA == labelB:
		return 0
	case labelA == "":
		return 1
	case labelB == "":
		return -1
	}
	return cmp.Compare(labelA, labelB)
}

func compareParts(a, b string) int {
	x, errA := strconv.ParseUint(a, 10, 32)
	y, errB := strconv.ParseUint(b, 10, 32)
	if errA == nil && errB == nil {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(a, b)
}
