package profile

import (
	"fmt"
	"strconv"
	"strings"
)

// pathOf is the path of an element's id: "Patient.extension:race.url" has
// "Patient.extension.url".
func pathOf(id string) string {
	if !strings.Contains(id, ":") {
		return id
	}
	segments := strings.Split(id, ".")
	for i, segment := range segments {
		segments[i], _, _ = strings.Cut(segment, ":")
	}
	return strings.Join(segments, ".")
}

// sliceOf is the slice that the last part of an id names.
func sliceOf(id string) string {
	_, slice, _ := strings.Cut(id[strings.LastIndexByte(id, '.')+1:], ":")
	return slice
}

// parentOf is the id, or the path, of what an element is in; "" for the root.
func parentOf(id string) string {
	dot := strings.LastIndexByte(id, '.')
	if dot < 0 {
		return ""
	}
	return id[:dot]
}

// unbounded is the Max of "*".
const unbounded = -1

// bound reads a bound of a cardinality.
func bound(text string) (int, error) {
	if text == "*" {
		return unbounded, nil
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0, fmt.Errorf("%q is no bound of a cardinality; it is a number or *", text)
	}
	return int(n), nil
}

// less tells whether one upper bound is below another.
func less(max, than int) bool {
	return max != unbounded && (than == unbounded || max < than)
}
