package api

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// orderWorld has three Observations of a, and hidden ones, patients and devices with
// values that a sort or filter could see.
func orderWorld(t *testing.T, hidden [3]string) *world {
	w := newWorld(t)
	w.add(`{"resourceType":"Patient","id":"a"}`)
	for i, text := range []string{"beta", "alpha", "gamma"} {
		w.add(fmt.Sprintf(`{"resourceType":"Observation","id":"o%d","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">%s</div>"},"status":"final","code":{"coding":[{"code":%q}]},"subject":{"reference":"Patient/a"},"effectiveDateTime":"2020-01-0%d","valueQuantity":{"value":%d},"performer":[{"reference":"Practitioner/p%d"}],"hasMember":[{"reference":"Observation/h%d"}]}`, i, text, text, 3-i, i, i, i))
	}
	for i, text := range hidden {
		w.add(fmt.Sprintf(`{"resourceType":"Practitioner","id":"p%d","name":[{"family":%q}]}`, i, text),
			fmt.Sprintf(`{"resourceType":"Observation","id":"h%d","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">%s</div>"},"status":"final","code":{"coding":[{"code":%q}]},"subject":{"reference":"Patient/b"},"effectiveDateTime":"19%d0-01-01","valueQuantity":{"value":%d}}`, i, text, text, 7+i, len(text)))
	}
	return w
}

// cursorValue is the sealed part of a page link.
var cursorValue = regexp.MustCompile(`_cursor=[^"&]*`)

// Order, subsets and texts are those of what is shown: permuting what is hidden
// changes no byte.
func TestLeak08HiddenValuesPermuted(t *testing.T) {
	t.Parallel()
	permutations := [][3]string{{"alpha", "beta", "gammaaa"}, {"gammaaa", "alpha", "beta"}, {"beta", "gammaaa", "alpha"}}
	var worlds []*world
	var tokens []string
	for _, hidden := range permutations {
		w := orderWorld(t, hidden)
		worlds, tokens = append(worlds, w), append(tokens, w.token("patient/Observation.rs patient/Patient.rs", "Patient/a"))
	}
	for query, want := range map[string]string{
		"_sort=code":                                  "o1 o0 o2",
		"_sort=-code":                                 "o2 o0 o1",
		"_sort=date":                                  "o2 o1 o0",
		"_sort=-value-quantity,code":                  "o2 o1 o0",
		"_sort=performer":                             "",
		"_sort=has-member,-_id":                       "",
		"_sort=-has-member":                           "",
		"_sort=_lastUpdated":                          "",
		"_filter=has-member.code%20eq%20alpha":        "none",
		"_filter=code%20eq%20alpha":                   "",
		"_filter=performer.name%20co%20a":             "none",
		"_text=alpha":                                 "o1",
		"_content=alpha":                              "o1",
		"_content=gammaaa":                            "none",
		"_elements=status&_sort=code":                 "o1 o0 o2",
		"_summary=true&_sort=code":                    "o1 o0 o2",
		"_summary=text&_sort=code":                    "o1 o0 o2",
		"_summary=data&_sort=code":                    "o1 o0 o2",
		"_summary=count":                              "none",
		"_sort=code&_count=2":                         "o1 o0",
		"_sort=code&_count=2&_total=accurate":         "o1 o0",
		"_include=Observation:has-member&_sort=code":  "o1 o0 o2",
		"_include=Observation:performer&_sort=-code":  "o2 o0 o1",
		"_sort=code&_include=*&_elements=status,code": "o1 o0 o2",
	} {
		for _, form := range formsOfSearch {
			var got []reply
			for i, w := range worlds {
				answer := form.send(w, tokens[i], "/Observation", query)
				answer.body = cursorValue.ReplaceAllString(answer.body, "CURSOR")
				got = append(got, answer)
			}
			worlds[0].same(form.name+" "+query, got[0], got[1])
			worlds[0].same(form.name+" "+query, got[0], got[2])
		}
		got := worlds[0].get(tokens[0], "/Observation?"+query)
		if got.status == http.StatusBadRequest {
			if want != "" {
				t.Errorf("%s: %s", query, got.body)
			}
			continue
		}
		var order []string
		for _, e := range worlds[0].bundle(got).Entry {
			if e.Search.Mode == "match" {
				order = append(order, strings.TrimPrefix(e.FullURL, base+"/Observation/"))
			}
		}
		if list := strings.Join(order, " "); want != "" && list != strings.TrimPrefix(want, "none") {
			t.Errorf("%s: %s, want %s", query, list, want)
		}
	}
	// Who sees all sees the difference.
	for query, want := range map[string]string{
		"_sort=code&_id=o0,h0,h1,h2":           "h0 o0 h1 h2",
		"_filter=has-member.code%20eq%20alpha": "",
		"_content=gammaaa":                     "h2",
		"_text=gammaaa":                        "h2",
	} {
		got := worlds[0].get(worlds[0].all(), "/Observation?"+query)
		if got.status == http.StatusBadRequest {
			continue
		}
		var order []string
		for _, e := range worlds[0].bundle(got).Entry {
			order = append(order, strings.TrimPrefix(e.FullURL, base+"/Observation/"))
		}
		if list := strings.Join(order, " "); want != "" && list != want {
			t.Errorf("who sees all: %s: %s, want %s", query, list, want)
		}
	}
}
