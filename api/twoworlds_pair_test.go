package api

import (
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth"
)

// pair is two worlds that differ in what the tokens of a setup do not reach.
type pair struct {
	setup
	with, without *world
	configs       [2]Config
}

func newPair(t *testing.T, s setup) *pair {
	t.Helper()
	p := &pair{setup: s}
	for i, w := range []**world{&p.with, &p.without} {
		*w = newWorld(t, func(c *Config) {
			c.Tokens = auth.NewTokens(c.Store, s.panel, c.Clock)
			c.Logger = slog.New(slog.DiscardHandler)
			p.configs[i] = *c
		})
		(*w).tokens = p.configs[i].Tokens
	}
	return p
}

func (p *pair) both() []*world { return []*world{p.with, p.without} }

func (p *pair) advance() {
	for _, w := range p.both() {
		w.Advance(time.Minute)
	}
}

// restart makes both worlds as the setup has them, and the trace of a seed. Each
// deletes first what an earlier trace has left: to open new stores takes longer.
func (p *pair) restart(t *testing.T, seed uint64) []traced {
	t.Helper()
	r := random(seed)
	mode := []ConditionalDelete{DeleteSingle, DeleteMultiple}[r.IntN(2)]
	for i, w := range p.both() {
		var err error
		p.configs[i].ConditionalDelete = mode
		w.handler, err = New(p.configs[i])
		w.must(err)
		w.clear()
		w.fill(p.shared)
	}
	p.advance()
	for i, w := range p.both() {
		w.fill(p.differ[i])
	}
	p.advance()
	return r.trace(p.setup)
}

// clear deletes all resources.
func (w *world) clear() {
	w.Helper()
	var deletions []string
	for _, id := range w.bundle(w.get(w.all(), "/?_type=Patient,Observation,Encounter,CareTeam,PractitionerRole&_count=1000")).ids() {
		deletions = append(deletions, asks(http.MethodDelete, id))
	}
	w.done(w.post(w.all(), sent("transaction", deletions...)))
}

// fill adds resources one after the other; "-Type/id" deletes one.
func (w *world) fill(steps []string) {
	w.Helper()
	for _, step := range steps {
		if key, ok := strings.CutPrefix(step, "-"); ok {
			w.done(w.send(w.all(), http.MethodDelete, "/"+key, ""))
		} else {
			w.add(step)
		}
	}
}

func (w *world) done(got reply) {
	w.Helper()
	if got.status >= 300 {
		w.Fatal(got)
	}
}

// token is one for each of the worlds.
func (p *pair) token(scopes string) [2]string {
	return [2]string{p.with.token(scopes, p.context), p.without.token(scopes, p.context)}
}

// hidden finds what only one of the worlds has, for who sees everything.
func (p *pair) hidden() string { return "/Observation?_id=h1,h2,h3&_sort=_id" }

// take sends one step to both worlds, and the answers of each to it; after a first
// page come those that its links lead to.
func (p *pair) take(s traced, tokens [2]string) [][2]reply {
	if s.pause {
		p.advance()
	}
	answers := [][2]reply{{s.send(p.with, tokens[0]), s.send(p.without, tokens[1])}}
	for range 3 {
		last := answers[len(answers)-1]
		next := [2]string{last[0].next(), last[1].next()}
		if next[0] == "" || next[1] == "" {
			break
		}
		answers = append(answers, [2]reply{p.with.get(tokens[0], next[0]), p.without.get(tokens[1], next[1])})
	}
	return answers
}

// next is the link to the next page, "" if there is none.
func (r reply) next() string {
	var b found
	if json.Unmarshal([]byte(r.body), &b) != nil {
		return ""
	}
	return b.link("next")
}

// statuses are those of the entries of a Bundle.
func (r reply) statuses() []string {
	var b found
	if json.Unmarshal([]byte(r.body), &b) != nil {
		return nil
	}
	var statuses []string
	for _, e := range b.Entry {
		statuses = append(statuses, e.Response.Status)
	}
	return statuses
}

// renamings are the names of the ids that each world made: the n-th of both is the
// same.
type renamings [2]renamed

func newRenamings() renamings { return renamings{renamed{}, renamed{}} }

var pageCursor = regexp.MustCompile(`cursor=[^"&]*`)

// compare says how the answers of the two worlds differ, "" if they do not.
func compare(names renamings, with, without reply) string {
	a, b := names[0].normal(with), names[1].normal(without)
	if a == b {
		return ""
	}
	return a + "\nbut without what is hidden\n" + b
}

// normal is an answer but for what no two servers have in common: the ids that
// they make, the bytes of a page link, the request's id.
func (names renamed) normal(got reply) string {
	text := pageCursor.ReplaceAllString(names.in(got.body), "cursor=")
	for _, key := range slices.Sorted(maps.Keys(got.header)) {
		if key == "X-Request-Id" || key == "Content-Length" {
			continue
		}
		text += "\n" + key + ": " + names.in(strings.Join(got.header[key], ", "))
	}
	return http.StatusText(got.status) + " " + text
}
