package views

import (
	"fmt"
	"strings"
	"testing"
)

func location(id, partOf, status string) string {
	part := ""
	if partOf != "" {
		part = fmt.Sprintf(`,"partOf":{"reference":"Location/%s"}`, partOf)
	}
	return fmt.Sprintf(`{"resourceType":"Location","id":%q,"status":%q%s}`, id, status, part)
}

func procedure(location string) string {
	return fmt.Sprintf(`{"resourceType":"Procedure","id":"at-%s","status":"completed","subject":{"reference":"Patient/1"},"location":{"reference":"Location/%s"}}`, location, location)
}

// keys writes the keys of "Procedure a b" as find does.
func keys(typ, ids string) string {
	if ids == "" {
		return "|"
	}
	return typ + "/" + strings.ReplaceAll(ids, " ", " "+typ+"/") + "|"
}

// A house with a floor with two rooms, and a shed beside it; and l0 to l9, each
// a part of the one before.
func testHierarchyOfLocations(t *testing.T, open Open) {
	w := newWorld(t, open)
	w.seed(location("house", "", "active"), location("floor", "house", "active"), location("room", "floor", "active"),
		location("closet", "floor", "active"), location("shed", "", "active"), location("l0", "", "active"),
		// A circle ends.
		location("egg", "hen", "active"), location("hen", "egg", "active"))
	for i := range 9 {
		w.seed(location(fmt.Sprint("l", i+1), fmt.Sprint("l", i), "active"))
	}
	for _, at := range []string{"house", "floor", "room", "closet", "shed", "hen", "l0", "l1", "l2", "l7", "l8", "l9"} {
		w.seed(procedure(at))
	}
	for query, want := range map[string]string{
		"location:below=house":                "at-closet at-floor at-house at-room",
		"location:below=Location/floor":       "at-closet at-floor at-room",
		"location:below=room":                 "at-room",
		"location:below=room,shed":            "at-room at-shed",
		"location:below=none":                 "",
		"location:above=room":                 "at-floor at-house at-room",
		"location:above=house":                "at-house",
		"location:above=room,shed":            "at-floor at-house at-room at-shed",
		"location:below=hen":                  "at-hen",
		"location:above=egg":                  "at-hen",
		"location:below=l0":                   "at-l0 at-l1 at-l2 at-l7", // 7 levels
		"location:above=l9":                   "at-l2 at-l7 at-l8 at-l9",
		"location:below=house&location=floor": "at-floor",
	} {
		if got, err := w.find(w.admin(), "Procedure", query); err != nil || got != keys("Procedure", want) {
			t.Errorf("%s: %q, %v; want %q", query, got, err, want)
		}
	}
	for query, want := range map[string]string{
		"partof:below=house": "closet floor room",
		"partof:below=floor": "closet room",
		"partof:above=floor": "closet floor room", // what is a part of the floor, or of the house
		"partof:above=room":  "closet floor room",
	} {
		if got, err := w.find(w.admin(), "Location", query); err != nil || got != keys("Location", want) {
			t.Errorf("%s: %q, %v; want %q", query, got, err, want)
		}
	}
}

// A location that the caller may not search does not join what lies within it to
// what contains it; in a policy's own predicate it does.
func testHierarchyUnderPolicy(t *testing.T, open Open) {
	w := newWorld(t, open)
	w.seed(location("house", "", "active"), location("floor", "house", "active"), location("room", "floor", "active"),
		location("barn", "", "active"), location("loft", "barn", "inactive"), location("nook", "loft", "active"))
	for _, at := range []string{"house", "floor", "room", "barn", "loft", "nook"} {
		w.seed(procedure(at))
	}
	view := w.policy(map[string]string{"Procedure.s": "", "Location.s": "status=active"})
	for query, want := range map[string]string{
		"location:below=house": "at-floor at-house at-room",
		"location:below=barn":  "at-barn",
		"location:above=room":  "at-floor at-house at-room",
		"location:above=nook":  "at-nook",
		// The reference itself is in a procedure that the caller sees.
		"location:below=loft": "at-loft at-nook",
		"location:above=loft": "at-loft",
	} {
		if got, err := w.find(view, "Procedure", query); err != nil || got != keys("Procedure", want) {
			t.Errorf("%s: %q, %v; want %q", query, got, err, want)
		}
	}
	sealed := w.policy(map[string]string{"Procedure.s": "location:below=barn"})
	if got, err := w.find(sealed, "Procedure", ""); err != nil || got != keys("Procedure", "at-barn at-loft at-nook") {
		t.Errorf("a policy: %q, %v", got, err)
	}
	blind := w.policy(map[string]string{"Procedure.s": ""})
	if got, err := w.find(blind, "Procedure", "location:below=house"); err != nil || got != keys("Procedure", "at-house") {
		t.Errorf("no location to be seen: %q, %v", got, err)
	}
}
