package oracle

import (
	"net/http"

	"github.com/granary-fhir/granary/internal/naive"
)

// Do predicts the answer to a request, and the state after it.
func (s *State) Do(c *naive.Caller, r Request, chosen Choices) (Answer, *State) {
	switch r.Kind {
	case Batch:
		return s.batch(c, r, chosen)
	case Transaction:
		return s.transaction(c, r, chosen)
	}
	return s.single(c, r, chosen, 0)
}

// single is a request alone: a transaction of one.
func (s *State) single(c *naive.Caller, r Request, chosen Choices, entry int) (Answer, *State) {
	t := newTx(s, c, chosen)
	if status := t.forbidden(r); status != 0 {
		return failed(status), s
	}
	if r.Writes() {
		t.state = s.clone()
	}
	answer := t.do(r, entry)
	if answer.Status < 300 && !t.admitted() {
		return failed(http.StatusForbidden), s
	}
	if answer.Status >= 300 {
		return answer, s
	}
	return answer, t.state
}

func failed(status int) Answer { return Answer{Status: status, Outcome: true} }

// batch does each entry for itself.
func (s *State) batch(c *naive.Caller, r Request, chosen Choices) (Answer, *State) {
	all, state := Answer{Status: http.StatusOK}, s
	for i, entry := range r.Entries {
		var answer Answer
		entry.Prefer = r.Prefer
		answer, state = state.single(c, entry, chosen, i)
		all.Entries = append(all.Entries, answer)
	}
	return all, state
}

// tx is a state that is being changed, and who changes it. What is looked at alone is
// no copy.
type tx struct {
	state   *State
	before  *naive.World // whose care relationships count
	caller  *naive.Caller
	chosen  Choices
	oracle  *naive.Oracle // of the state as it is; nil when it has changed
	inside  *naive.Oracle // of an operation that is being answered
	written []written
}

type written struct {
	key    string
	letter byte
}

func newTx(s *State, c *naive.Caller, chosen Choices) *tx {
	return &tx{state: s, before: s.World, caller: c, chosen: chosen}
}

// ask is the oracle for the state as it is now.
func (t *tx) ask() *naive.Oracle {
	if t.inside != nil {
		return t.inside
	}
	if t.oracle == nil {
		t.oracle = naive.NewOracleAfter(t.state.World, t.before, t.caller, t.state.Now, naive.NoBug)
	}
	return t.oracle
}

// ofType tells whether the request is a search of one type, outside a compartment.
func (r Request) ofType() bool {
	return r.Kind == Search && len(r.Query.Types) == 1 && r.Query.Compartment == ""
}

// letters are what a request needs for its type, decided from the token alone.
func (r Request) letters() string {
	if r.ofType() {
		return "s"
	}
	letters := map[Kind]string{Read: "r", VersionRead: "r", InstanceStory: "r", TypeStory: "s", Create: "c", Update: "u", Patch: "ur", Delete: "d", Meta: "r", Everything: "r", Lastn: "s", Docref: "s"}[r.Kind]
	if r.Kind == Everything && r.ID == "" {
		letters = "s"
	}
	if r.Conditional() {
		letters += "s"
	}
	return letters
}

// letter is the first of them, s for what decides later.
func (r Request) letter() byte { return (r.letters() + "s")[0] }

// forbidden is the status of a refusal that is decided before any look-up, or 0.
func (t *tx) forbidden(r Request) int {
	if r.operation() {
		return t.forbiddenOperation(r)
	}
	typ := r.Type
	if r.ofType() {
		typ = r.Query.Types[0]
	}
	for _, letter := range r.letters() {
		if !t.ask().AllowsSome(byte(letter), typ) {
			return http.StatusForbidden
		}
	}
	return 0
}

// admitted tells whether the caller may leave behind what it has written.
func (t *tx) admitted() bool {
	for _, w := range t.written {
		current := t.state.Current(w.key)
		if current == nil || current.Live == nil || !t.ask().Allows(w.letter, current.Live) {
			return false
		}
	}
	return true
}

// do does what a request asks for.
func (t *tx) do(r Request, entry int) Answer {
	switch r.Kind {
	case Read:
		return t.read(r)
	case VersionRead:
		return t.versionRead(r)
	case InstanceStory, TypeStory, SystemStory:
		return t.story(r)
	case Search:
		return t.search(r)
	case Meta:
		return t.operate(r, entry, t.meta)
	case Lastn:
		return t.operate(r, entry, t.lastn)
	case Docref:
		return t.operate(r, entry, t.docref)
	case Everything:
		return t.operate(r, entry, t.everything)
	case Validate:
		return t.validate(r, entry)
	case Create:
		return t.create(r, entry)
	case Update:
		return t.update(r, entry)
	case Patch:
		return t.patch(r, entry)
	case Delete:
		return t.delete(r)
	}
	panic("no such kind: " + string(r.Kind))
}

// shown is a version and its content.
func shown(v *Version) Answer {
	return Answer{Status: http.StatusOK, Version: v, Body: v.Live.JSON}
}

// read: what is hidden is absent; 410 if the last version was visible.
func (t *tx) read(r Request) Answer {
	all := t.state.Versions[r.key()]
	switch content := judged(all, len(all)-1); {
	case content == nil || !t.ask().Allows('r', content):
		return failed(http.StatusNotFound)
	case all[len(all)-1].Live == nil:
		return failed(http.StatusGone)
	}
	return notModified(r, shown(all[len(all)-1]))
}

// versionRead: the version and the current one must be visible.
func (t *tx) versionRead(r Request) Answer {
	all := t.state.Versions[r.key()]
	if r.Version < 1 || r.Version > len(all) || !t.ask().Allows('r', judged(all, len(all)-1)) || !t.ask().Allows('r', judged(all, r.Version-1)) {
		return failed(http.StatusNotFound)
	}
	if v := all[r.Version-1]; v.Live != nil {
		return notModified(r, shown(v))
	}
	return failed(http.StatusGone)
}

// notModified: the client has the version already (http.html#cread).
func notModified(r Request, a Answer) Answer {
	if r.IfNoneMatch != "" && (r.IfNoneMatch == "*" || r.IfNoneMatch == itoa(a.Version.N)) {
		return Answer{Status: http.StatusNotModified, Version: a.Version}
	}
	return a
}

func (t *tx) search(r Request) Answer {
	answer, err := t.ask().Ask(r.Query)
	if err != nil {
		panic(err)
	}
	if answer.Forbidden {
		return failed(http.StatusForbidden)
	}
	return Answer{Status: http.StatusOK, Found: &Found{Query: r.Query, Matches: answer.Matches, Oracle: t.ask()}}
}
