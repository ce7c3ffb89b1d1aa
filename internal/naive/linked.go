package naive

import "strings"

// linked is the test for the types that are reached through what the caller can
// read; nil if the token alone says that there can be nothing.
func (j *judge) linked(level, typ string) Test {
	if !j.mayLink(level, typ) {
		return nil
	}
	switch typ {
	case "Medication", "Substance":
		return func(r *Resource) bool { return j.referred(level, r) || j.ingredient(level, r) }
	case "Binary":
		return func(r *Resource) bool { return j.binary(level, r) }
	case "Provenance":
		return func(r *Resource) bool { return j.allTargets(level, r) }
	}
	return nil
}

// mayLink tells whether the token lets anything be read that can lead to a type.
func (j *judge) mayLink(level, typ string) bool {
	from := map[string]bool{}
	switch typ {
	case "Medication", "Substance":
		for _, path := range append(linking[typ], containing[typ]...) {
			source, _, _ := strings.Cut(path, ".")
			from[source] = source != typ
		}
	default:
		for known := range params {
			from[known] = known != "*" && known != typ && (typ == "Provenance" || inCharts(known))
		}
	}
	for source := range from {
		if from[source] && j.mayRead(level, source) {
			return true
		}
	}
	return false
}

// mayRead tells whether a level is about a type, and the token gives r on it.
func (j *judge) mayRead(level, typ string) bool {
	return j.context(level, 'r', typ) != nil && j.some('r', typ)
}

func (j *judge) some(letter byte, typ string) bool {
	may, err := j.anything(letter, typ)
	return may && err == nil
}

// visible tells whether a resource is what a level is about, and may be read.
func (j *judge) visible(level string, r *Resource) bool {
	context := j.context(level, 'r', r.Type)
	return context != nil && context(r) && j.allows('r', r)
}

// referrer is a resource, and the parameter by which it refers.
type referrer struct {
	*Resource
	by string
}

// refer finds, once, what refers to what by the parameters that link.
func (j *judge) refer() {
	if j.referrers != nil {
		return
	}
	j.referrers = map[string][]referrer{}
	paths := map[string]bool{}
	for _, table := range []map[string][]string{linking, containing} {
		for _, list := range table {
			for _, path := range list {
				paths[path] = true
			}
		}
	}
	for path := range paths {
		typ, code, _ := strings.Cut(path, ".")
		for _, r := range j.w.Of(typ) {
			for _, v := range j.w.find(r, params[typ][code]) {
				key := v.ref.typ + "/" + v.ref.id
				j.referrers[key] = append(j.referrers[key], referrer{r, path})
			}
		}
	}
	for typ, element := range attaching {
		for _, r := range j.w.Of(typ) {
			for _, url := range at(r.JSON, element+".url") {
				text, _ := url.(string)
				if ref := j.w.literal(text); ref.typ == "Binary" {
					j.referrers["Binary/"+ref.id] = append(j.referrers["Binary/"+ref.id], referrer{r, "attachment"})
				}
			}
		}
	}
}

// referred: a readable resource of the chart refers to it.
func (j *judge) referred(level string, r *Resource) bool {
	j.refer()
	for _, from := range j.referrers[r.Key()] {
		if contains(linking[r.Type], from.by) && j.visible(level, from.Resource) {
			return true
		}
	}
	return false
}

// ingredient: it is one of something readable to which a readable resource of the
// chart refers.
func (j *judge) ingredient(level string, r *Resource) bool {
	j.refer()
	for _, whole := range j.referrers[r.Key()] {
		if contains(containing[r.Type], whole.by) && j.referred(level, whole.Resource) && j.readReferred(whole.Resource) {
			return true
		}
	}
	return false
}

// readReferred tells whether a scope lets a Medication or Substance be read without
// it being an ingredient.
func (j *judge) readReferred(r *Resource) bool {
	for _, s := range j.caller.Scopes {
		if s.Type != "*" && s.Type != r.Type || !strings.Contains(s.Letters, "r") || j.reaches[s.Level] == nil {
			continue
		}
		if params, err := j.params(s, r.Type); err == nil && params != nil && params(r) && (j.reaches[s.Level].everything || j.referred(s.Level, r)) {
			return true
		}
	}
	return false
}

// binary: its securityContext is readable and of the chart, or it has none and such
// a resource attaches it (binary.html#security).
func (j *judge) binary(level string, r *Resource) bool {
	if context := at(r.JSON, "securityContext"); len(context) > 0 {
		ref := j.w.literal(str(context[0], "reference"))
		to := j.w.Get(ref.typ + "/" + ref.id)
		return to != nil && inCharts(to.Type) && j.visible(level, to)
	}
	j.refer()
	for _, from := range j.referrers[r.Key()] {
		if from.by == "attachment" && j.visible(level, from.Resource) {
			return true
		}
	}
	return false
}

// allTargets: it has targets, and all are readable; what it contains is seen with it.
func (j *judge) allTargets(level string, r *Resource) bool {
	literal := 0
	for _, target := range at(r.JSON, "target") {
		reference := str(target, "reference")
		if id, inside := strings.CutPrefix(reference, "#"); inside && containsID(r, id) {
			continue
		}
		ref := j.w.literal(reference)
		to := j.w.Get(ref.typ + "/" + ref.id)
		if to == nil || to.Type == "Provenance" || !j.visible(level, to) {
			return false
		}
		literal++
	}
	return literal > 0
}

func containsID(r *Resource, id string) bool {
	for _, inner := range at(r.JSON, "contained") {
		if str(inner, "id") == id {
			return true
		}
	}
	return false
}
