package naive

import (
	"strings"
	"time"
)

// Panel are the ids of the patients with whom a party has a care relationship at a
// moment, as docs/scopes.md says.
func (w *World) Panel(party string, now time.Time) map[string]bool {
	panel := map[string]bool{}
	if strings.HasPrefix(party, "RelatedPerson/") {
		w.ownRelation(party, now, panel)
		return panel
	}
	for _, r := range w.Of("Patient") {
		if w.leadsTo(at(r.JSON, "generalPractitioner"), party) {
			panel[r.ID] = true
		}
	}
	for _, r := range w.Of("CareTeam") {
		if str(r.JSON, "status") == "active" {
			w.participants(r, "member", party, now, false, panel)
		}
	}
	for _, r := range w.Of("Encounter") {
		if contains([]string{"arrived", "triaged", "in-progress", "onleave", "finished", "unknown"}, str(r.JSON, "status")) {
			w.participants(r, "individual", party, now, true, panel)
		}
	}
	return panel
}

func (w *World) ownRelation(party string, now time.Time, panel map[string]bool) {
	r := w.Get(party)
	if r == nil || r.JSON["active"] == false || !during(r.JSON["period"], now, false) {
		return
	}
	for _, id := range w.patients(r, "patient") {
		panel[id] = true
	}
}

// participants adds the patient of a resource whose participant the party is.
func (w *World) participants(r *Resource, element, party string, now time.Time, endless bool, panel map[string]bool) {
	if !during(r.JSON["period"], now, endless) {
		return
	}
	for _, p := range at(r.JSON, "participant") {
		own := p.(Object)["period"]
		if w.leadsTo(at(p, element), party) && during(own, now, endless) && meet(r.JSON["period"], own) {
			for _, id := range w.patients(r, "patient") {
				panel[id] = true
			}
		}
	}
}

// leadsTo tells whether one of some references is to a resource of this world.
func (w *World) leadsTo(references []any, key string) bool {
	for _, r := range references {
		ref := w.literal(str(r, "reference"))
		if ref.typ+"/"+ref.id == key {
			return true
		}
	}
	return false
}

// during tells whether a moment is in a Period, which may be absent; in one that is
// endless, from its start on.
func during(v any, now time.Time, endless bool) bool {
	if v == nil {
		return true
	}
	if start := str(v, "start"); start != "" {
		low, _, ok := parseDate(start)
		if !ok || now.Before(low) {
			return false
		}
	}
	if end := str(v, "end"); end != "" {
		_, high, ok := parseDate(end)
		if !ok || !endless && !now.Before(high) {
			return false
		}
	}
	return true
}

// meet tells whether two Periods have a moment in common: one that ends before the
// other begins gives nothing, though its end would end nothing.
func meet(a, b any) bool {
	before := func(a, b any) bool { // a ends before b begins
		_, end, ended := parseDate(str(a, "end"))
		begin, _, begun := parseDate(str(b, "start"))
		return ended && begun && !begin.Before(end)
	}
	return !before(a, b) && !before(b, a)
}
