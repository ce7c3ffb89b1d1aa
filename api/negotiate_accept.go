package api

import (
	"mime"
	"strconv"
	"strings"
)

// mediaRange is one of those in an Accept header (RFC 9110, section 12.5.1).
type mediaRange struct {
	name string
	q    float64
	at   int // its place in the header
}

// mediaRanges are those of the headers that are about this version of FHIR; nil
// where there are no ranges at all.
func mediaRanges(headers []string) []mediaRange {
	var ranges []mediaRange
	for at, part := range listed(headers) {
		if ranges == nil {
			ranges = []mediaRange{}
		}
		name, params, err := mime.ParseMediaType(part)
		if err == nil && ofR4(params) {
			ranges = append(ranges, mediaRange{name, quality(params), at})
		}
	}
	return ranges
}

// coveredBy is the most specific range that a media type is in, which decides
// how welcome it is; the zero range if it is in none.
func coveredBy(ranges []mediaRange, mediaType string) mediaRange {
	whole, _, _ := strings.Cut(mediaType, "/")
	for _, name := range []string{mediaType, whole + "/*", "*/*"} {
		var best mediaRange
		found := false
		for _, one := range ranges {
			if one.name == name && (!found || one.q > best.q) {
				best, found = one, true
			}
		}
		if found {
			return best
		}
	}
	return mediaRange{}
}

// quality is the weight in the parameters of a range (RFC 9110, section 12.4.2);
// 0 where it is none.
func quality(params map[string]string) float64 {
	text, ok := params["q"]
	if !ok {
		return 1
	}
	q, err := strconv.ParseFloat(text, 64)
	if err != nil || !(q >= 0 && q <= 1) { // nor is NaN
		return 0
	}
	return q
}

// listed are the members of a header that is a list (RFC 9110, section 5.6.1),
// without the empty ones. A comma in a quoted string separates nothing.
func listed(headers []string) []string {
	var members []string
	for _, header := range headers {
		for rest := header; rest != ""; {
			end := memberEnd(rest)
			if member := strings.TrimSpace(rest[:end]); member != "" {
				members = append(members, member)
			}
			rest = rest[min(end+1, len(rest)):]
		}
	}
	return members
}

// memberEnd is where the first comma outside quotes stands, or the end.
func memberEnd(list string) int {
	quoted := false
	for i := 0; i < len(list); i++ {
		switch {
		case list[i] == '"':
			quoted = !quoted
		case quoted && list[i] == '\\':
			i++
		case list[i] == ',' && !quoted:
			return i
		}
	}
	return len(list)
}
