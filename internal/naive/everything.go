package naive

import (
	"strings"
	"time"
)

// Record is what an $everything is about.
type Record struct {
	Of    string    // "Patient/1", "Encounter/1", or "Patient" for all of them
	Types []string  // of `_type`; nil for all
	Since time.Time // of `_since`; zero without
	// Start and End bound the care that a patient's record is about; zero without.
	Start, End time.Time
}

// Owner is the type in the path.
func (rec Record) Owner() string {
	owner, _, _ := strings.Cut(rec.Of, "/")
	return owner
}

func (rec Record) wants(typ string) bool { return len(rec.Types) == 0 || contains(rec.Types, typ) }

// members are the types that may belong to the record.
func (rec Record) members() []string {
	var types []string
	for _, typ := range AllTypes() {
		_, within := compartments["Encounter"][typ]
		if inCharts(typ) && (within || rec.Owner() == "Patient") {
			types = append(types, typ)
		}
	}
	return types
}

// alongside are the types that are brought along whoever's record it is, and which of
// their resources.
func alongside(typ string) bool {
	return contains(directory, typ) || contains([]string{"Medication", "Substance", "Binary", "Device"}, typ)
}

// Wrong tells whether the types that are asked for are refused: one that is never part
// of the record, or none that belongs to it by itself.
func (rec Record) Wrong() bool {
	some := len(rec.Types) == 0
	for _, typ := range rec.Types {
		switch {
		case contains(rec.members(), typ):
			some = true
		case typ != "Provenance" && !alongside(typ) && (rec.Owner() == "Patient" || !inCharts(typ)):
			return true
		}
	}
	return !some
}

// Everything finds what belongs to a record and the caller may search; it is forbidden
// where nothing allows to search any of its types.
func (o *Oracle) Everything(rec Record) Answer {
	answer := Answer{Forbidden: true, Matches: map[string]*Resource{}}
	for _, typ := range rec.members() {
		if !rec.wants(typ) || !o.AllowsSome('s', typ) {
			continue
		}
		answer.Forbidden = false
		for _, r := range o.world.Of(typ) {
			if o.asked(rec, r) && o.judge.allows('s', r) {
				answer.Matches[r.Key()] = r
			}
		}
	}
	return answer
}

// asked tells whether a resource belongs to a record, within the times that are given.
func (o *Oracle) asked(rec Record, r *Resource) bool {
	return contains(rec.members(), r.Type) && o.belongs(rec, r) && since(r, rec.Since) && o.during(rec, r)
}

// belongs tells whether a resource is of the record: in the compartment of the
// encounter, in the chart of the patient, or in that of one whom the caller may search.
func (o *Oracle) belongs(rec Record, r *Resource) bool {
	owner, id, one := strings.Cut(rec.Of, "/")
	switch {
	case owner == "Encounter":
		return o.world.in(r, owner, id)
	case one:
		return o.world.InChart(r, id)
	}
	for _, id := range o.world.Charts(r) {
		if patient := o.world.Get("Patient/" + id); patient != nil && o.judge.allows('s', patient) {
			return true
		}
	}
	return false
}

func since(r *Resource, from time.Time) bool {
	updated, err := time.Parse(time.RFC3339, r.Updated)
	return err == nil && !updated.Before(from)
}

// during tells whether the main date of a resource is in the period at least in part, or
// there is none.
func (o *Oracle) during(rec Record, r *Resource) bool {
	code := mainDates[r.Type]
	if code == "" {
		return true
	}
	dates := o.world.find(r, params[r.Type][code])
	for _, d := range dates {
		if overlaps(d.date, rec.Start, rec.End) {
			return true
		}
	}
	return len(dates) == 0
}

// Along are the resources that a page of the matches of a record brings along: those of
// some types to which a match refers, and each Provenance of a match. What is asked for
// itself needs s, and r does not bring it.
func (o *Oracle) Along(rec Record, page []*Resource) map[string]*Resource {
	brought := map[string]*Resource{}
	for _, r := range page {
		for _, ref := range o.follow(r) {
			to := o.world.Get(ref.typ + "/" + ref.id)
			if to != nil && rec.wants(to.Type) && o.beside(rec, to) && !o.asked(rec, to) && o.judge.allows('r', to) {
				brought[to.Key()] = to
			}
		}
		for _, p := range o.world.Of("Provenance") {
			if rec.wants("Provenance") && o.world.refersTo(p, "target", r.Type, r.ID) && o.judge.allows('s', p) {
				brought[p.Key()] = p
			}
		}
	}
	return brought
}

// follow are the references of a match, without the entries of a List and the links of a
// Patient.
func (o *Oracle) follow(r *Resource) []reference {
	var refs []reference
	for _, code := range Params(r.Type, "reference") {
		if by := r.Type + "." + code; by == "List.item" || by == "Patient.link" {
			continue
		}
		for _, v := range o.world.find(r, params[r.Type][code]) {
			refs = append(refs, v.ref)
		}
	}
	if element := attaching[r.Type]; element != "" {
		for _, url := range at(r.JSON, element+".url") {
			text, _ := url.(string)
			refs = append(refs, o.world.literal(text))
		}
	}
	return refs
}

// beside tells whether a resource is one that is brought along: of a directory, or
// nobody's; of an encounter, also what is in the chart of its patient.
func (o *Oracle) beside(rec Record, r *Resource) bool {
	if r.Type == "Device" && len(o.world.find(r, params["Device"]["patient"])) == 0 {
		return true
	}
	if encounter := o.world.Get(rec.Of); encounter != nil && rec.Owner() == "Encounter" && inCharts(r.Type) {
		for _, patient := range o.world.Charts(encounter) {
			if o.world.InChart(r, patient) {
				return true
			}
		}
	}
	return alongside(r.Type) && r.Type != "Device"
}

// CheckInTurn returns an error where the matches of a record stand in the wrong order:
// those of the owner's type first, then type by type, each as a search has them.
func (o *Oracle) CheckInTurn(rec Record, found []*Resource) string {
	seen := map[string]bool{}
	for i := 0; i < len(found); {
		typ, from := found[i].Type, i
		for i < len(found) && found[i].Type == typ {
			i++
		}
		if seen[typ] || typ == rec.Owner() && from > 0 {
			return typ + " comes too late"
		}
		seen[typ] = true
		if err := o.CheckSorted(nil, found[from:i]); err != nil {
			return err.Error()
		}
	}
	return ""
}
