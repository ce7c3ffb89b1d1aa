package oracle

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/naive"
)

// bundle is a transaction on its way (http.html#trules).
type bundle struct {
	*tx
	entries []Request
	answers []Answer
	owners  map[string]int    // key -> the entry that writes it
	links   map[string]string // fullUrl -> reference
	targets []target
	wrong   int // the status with which it fails, or 0
}

// target is what the criteria of an entry mean.
type target struct {
	key   string
	found bool
}

// transaction does what all entries ask for, or nothing.
func (s *State) transaction(c *naive.Caller, r Request, chosen Choices) (Answer, *State) {
	b := &bundle{tx: newTx(s, c, chosen), entries: slices.Clone(r.Entries), answers: make([]Answer, len(r.Entries)),
		owners: map[string]int{}, links: map[string]string{}, targets: make([]target, len(r.Entries))}
	for i := range b.entries {
		b.entries[i].Prefer = r.Prefer
	}
	if status := b.prepare(); status != 0 {
		return failed(status), s
	}
	b.state = s.clone()
	for _, do := range []func(){b.deletes, b.decide, b.creates, b.updates, b.resolve, b.verify, b.show, b.reads} {
		if do(); b.wrong != 0 {
			break
		}
	}
	switch {
	case !b.admitted():
		return failed(http.StatusForbidden), s
	case b.wrong != 0:
		return failed(b.wrong), s
	}
	return Answer{Status: http.StatusOK, Entries: b.answers}, b.state
}

// prepare finds what is wrong without data: of the first entry that is, the status.
func (b *bundle) prepare() int {
	wrong := make([]int, len(b.entries))
	for i, e := range b.entries {
		wrong[i] = b.identify(i, e)
	}
	for i, e := range b.entries {
		if wrong[i] == 0 {
			wrong[i] = b.forbidden(e)
		}
		for _, ref := range conditionals(e.Body) {
			if typ, _, _ := strings.Cut(ref, "?"); wrong[i] == 0 && !b.ask().AllowsSome('s', typ) {
				wrong[i] = http.StatusForbidden
			}
		}
		if wrong[i] != 0 {
			return wrong[i]
		}
	}
	return 0
}

func (b *bundle) identify(i int, e Request) int {
	if !e.Writes() || e.Conditional() {
		return 0
	}
	key := e.key()
	if e.Kind == Create {
		key = e.Type + "/" + b.id(i)
	}
	if e.FullURL != "" {
		b.links[e.FullURL] = key
	}
	return b.claim(key, i)
}

// id is that of what the entry creates.
func (b *bundle) id(i int) string {
	if i < len(b.chosen.IDs) && b.chosen.IDs[i] != "" {
		return b.chosen.IDs[i]
	}
	return "none-" + itoa(i)
}

// claim: a resource is written by one entry.
func (b *bundle) claim(key string, i int) int {
	if owner, taken := b.owners[key]; taken && owner != i {
		return http.StatusBadRequest
	}
	b.owners[key] = i
	return 0
}

// write does one write, as the request alone would do it; its conditions are
// decided already.
func (b *bundle) write(i int) {
	e := b.entries[i]
	e.Body, _ = relinked(e.Body, b.links).(Object)
	before := maps.Clone(b.state.Versions)
	if t := b.targets[i]; t.key != "" {
		b.answers[i] = b.meant(e, t, i)
	} else {
		b.answers[i] = b.do(e, i)
	}
	if b.answers[i].Status >= 300 {
		b.wrong = b.answers[i].Status
	}
	for key, all := range b.state.Versions { // a delete by criteria says only now what it writes
		if e.Kind == Delete && len(all) != len(before[key]) && b.wrong == 0 {
			b.wrong = b.claim(key, i)
		}
	}
}

// meant is a conditional entry whose criteria were decided before.
func (b *bundle) meant(e Request, t target, i int) Answer {
	id := strings.TrimPrefix(t.key, e.Type+"/")
	named, hasID := e.Body["id"].(string)
	switch {
	case e.Kind == Create && t.found:
		current := b.state.Current(t.key)
		if current.Live == nil || !b.ask().Allows('s', current.Live) {
			return failed(http.StatusConflict)
		}
		return b.wrote(e, current, http.StatusOK)
	case e.Kind == Create:
		return b.new(e, i, http.MethodPost, 'c')
	case e.Kind == Patch:
		e.ID = id
		return b.located(b.patchMeant(e, i), e)
	case t.found && hasID && named != id:
		return failed(http.StatusBadRequest)
	case t.found:
		e.ID = id
		return b.updateByID(e, i)
	}
	return b.updateNone(e, i, named, hasID)
}

// patchMeant patches by id, and answers as by criteria.
func (b *bundle) patchMeant(e Request, i int) Answer {
	criteria := e.Criteria
	e.Criteria = nil
	a := b.patch(e, i)
	e.Criteria = criteria
	return a
}

func (b *bundle) located(a Answer, e Request) Answer {
	if a.Status < 300 {
		a.Location = a.Version.Key() + "/_history/" + itoa(a.Version.N)
	}
	return a
}

func (b *bundle) each(kinds []Kind, waiting bool) {
	for i, e := range b.entries {
		if slices.Contains(kinds, e.Kind) && (len(conditionals(e.Body)) > 0) == waiting && b.wrong == 0 {
			b.write(i)
		}
	}
}

func (b *bundle) deletes() { b.each([]Kind{Delete}, false) }
func (b *bundle) creates() { b.each([]Kind{Create}, false) }
func (b *bundle) updates() { b.each([]Kind{Update, Patch}, false) }

// decide finds out what criteria mean, after the deletes and before other writes.
func (b *bundle) decide() {
	for i, e := range b.entries {
		if !e.Conditional() || e.Kind == Delete || b.wrong != 0 {
			continue
		}
		found := b.matches(e.Type, e.Criteria)
		t := target{key: e.Type + "/" + b.id(i)}
		switch {
		case len(found) > 1:
			b.wrong = http.StatusPreconditionFailed
			return
		case len(found) == 1:
			t = target{found[0].Key(), true}
		case e.Kind == Patch:
			b.wrong = http.StatusNotFound
			return
		case e.Kind == Update:
			if id, ok := e.Body["id"].(string); ok {
				t.key = e.Type + "/" + id
			}
		}
		b.targets[i] = t
		if e.FullURL != "" {
			b.links[e.FullURL] = t.key
		}
		if !t.found || e.Kind != Create {
			b.wrong = b.claim(t.key, i)
		}
	}
}

// resolve writes the resources with conditional references, each when all of them
// match one resource.
func (b *bundle) resolve() {
	var waiting []int
	for i, e := range b.entries {
		if e.Writes() && len(conditionals(e.Body)) > 0 {
			waiting = append(waiting, i)
		}
	}
	for len(waiting) > 0 && b.wrong == 0 {
		var still []int
		asked := map[string]string{} // once in a round
		for _, i := range waiting {
			if !b.referred(b.entries[i], asked) {
				still = append(still, i)
				continue
			}
			if b.write(i); b.wrong != 0 {
				return
			}
		}
		if len(still) == len(waiting) {
			b.wrong = http.StatusPreconditionFailed
		}
		waiting = still
	}
}

// referred finds what the conditional references of an entry mean; false unless
// each matches one resource.
func (b *bundle) referred(e Request, asked map[string]string) bool {
	ready := true
	for _, ref := range conditionals(e.Body) {
		key, known := asked[ref]
		if !known {
			key = b.one(ref)
			asked[ref] = key
		}
		if key != "" {
			b.links[ref] = key
		}
		ready = ready && key != ""
	}
	return ready
}

// one is the key of the one match of a conditional reference, "" without one.
func (b *bundle) one(ref string) string {
	typ, query, _ := strings.Cut(ref, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		panic(err)
	}
	var criteria []naive.Pair
	for name := range values {
		for _, value := range values[name] {
			criteria = append(criteria, naive.Pair{Name: name, Value: value})
		}
	}
	found := b.matches(typ, criteria)
	if len(found) != 1 {
		return ""
	}
	return found[0].Key()
}

// verify wants the criteria to mean in the end what they were taken for.
func (b *bundle) verify() {
	for i, e := range b.entries {
		for _, ref := range conditionals(e.Body) {
			if e.Writes() && b.one(ref) != b.links[ref] {
				b.wrong = http.StatusPreconditionFailed
			}
		}
		if b.targets[i].key == "" {
			continue
		}
		for _, v := range b.matches(e.Type, e.Criteria) {
			if v.Key() != b.targets[i].key {
				b.wrong = http.StatusPreconditionFailed
			}
		}
	}
}

// show decides, when all is written, which bodies may be shown.
func (b *bundle) show() {
	for i, e := range b.entries {
		a := &b.answers[i]
		if e.Kind == Delete || a.Version == nil || e.Prefer == "minimal" || e.Prefer == "OperationOutcome" {
			continue
		}
		a.Body = nil
		current, shown := b.state.Current(a.Version.Key()), a.Version.Live // of what a create has found, the version that it found
		if current.Live != nil && shown != nil && b.ask().AllowsSome('r', e.Type) && b.ask().Allows('r', current.Live) && b.ask().Allows('r', shown) {
			a.Body = shown.JSON
		}
	}
}

func (b *bundle) reads() {
	for i, e := range b.entries {
		if e.Writes() {
			continue
		}
		b.answers[i] = b.do(e, i)
		if status := b.answers[i].Status; status >= 400 && b.wrong == 0 {
			b.wrong = status
		}
	}
}

// conditionals are the references by criteria in a resource.
func conditionals(v any) []string {
	var found []string
	switch v := v.(type) {
	case Object:
		for name, member := range v {
			if text, ok := member.(string); ok && name == "reference" && strings.Contains(text, "?") && !strings.Contains(text, "://") {
				found = append(found, text)
				continue
			}
			found = append(found, conditionals(member)...)
		}
	case []any:
		for _, item := range v {
			found = append(found, conditionals(item)...)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// relinked is a resource with the references that are known in place of links.
func relinked(v any, links map[string]string) any {
	switch v := v.(type) {
	case Object:
		if v == nil {
			return v
		}
		linked := Object{}
		for name, member := range v {
			if text, ok := member.(string); ok && name == "reference" && links[text] != "" {
				linked[name] = links[text]
				continue
			}
			linked[name] = relinked(member, links)
		}
		return linked
	case []any:
		linked := make([]any, len(v))
		for i, item := range v {
			linked[i] = relinked(item, links)
		}
		return linked
	}
	return v
}
