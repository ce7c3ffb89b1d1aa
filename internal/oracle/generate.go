package oracle

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/granary-fhir/granary/internal/naive"
)

// Generator makes random data, callers and requests: ones that have to do with each
// other, so that most find something.
type Generator struct {
	*maker
	state *State
	naive *naive.Generator
	care  bool
	may   map[*naive.Caller]map[byte][]string // letter -> types, of those who have been asked about
}

// NewGenerator makes a generator over a state; the same seed makes the same
// requests. Care: practitioners reach their panel only.
func NewGenerator(s *State, seed uint64, care bool) *Generator {
	return &Generator{maker: &maker{rand.New(rand.NewPCG(seed, 6)), s.World.Base, s.Now}, state: s, care: care, may: map[*naive.Caller]map[byte][]string{}}
}

// At continues on another state.
func (g *Generator) At(s *State) {
	g.state = s
	if g.naive == nil || g.chance(2) { // it remembers what values there are
		g.naive = naive.NewGenerator(s.World, g.Uint64())
	}
	g.naive.Over(s.World)
}

// First are the requests that make the data to begin with.
func (g *Generator) First() []Request {
	var all []Request
	for _, typ := range types {
		r := Request{Kind: Batch}
		for _, id := range ids[typ] {
			r.Entries = append(r.Entries, g.first(typ, id))
		}
		all = append(all, r)
	}
	return all
}

// first makes a resource under an id; a record of what was done, which is never
// updated, under any.
func (g *Generator) first(typ, id string) Request {
	body := g.make(typ)
	if typ == "AuditEvent" {
		return Request{Kind: Create, Type: typ, Body: body}
	}
	body["id"] = id
	return Request{Kind: Update, Type: typ, ID: id, Body: body}
}

// All is the caller who may do everything.
func All() *naive.Caller {
	return &naive.Caller{Scopes: []naive.Scope{{Level: "system", Type: "*", Letters: "cruds"}}}
}

// Caller makes one with a random grant.
func (g *Generator) Caller() *naive.Caller {
	if g.chance(6) {
		return All()
	}
	about := g.some("")
	c := g.naive.Caller(naive.Query{Types: []string{about.Type}}, map[string]*naive.Resource{about.Key(): about})
	c.Care, c.Issued = g.care, g.state.Now
	g.user(c)
	for g.chance(40) {
		c.Scopes = append(c.Scopes, naive.Scope{Level: g.level(c), Type: pick(g.maker, "*", "*", pick(g.maker, types...)), Letters: g.letters()})
	}
	if g.chance(50) { // the same categories, tags and labels with other letters
		of := pick(g.maker, c.Scopes...)
		of.Letters = g.letters()
		c.Scopes = append(c.Scopes, of)
	}
	if g.chance(60) {
		c.Scopes = append(c.Scopes, g.granular(c))
	}
	for i := range c.Scopes {
		if g.chance(50) {
			c.Scopes[i].Letters = g.letters()
		}
		if c.User != "" && g.chance(30) {
			c.Scopes[i].Level = "user"
		}
		if s := &c.Scopes[i]; s.Type == "*" && !slices.ContainsFunc([]string{"Observation", "Condition", "List", "DocumentReference", "Task"}, s.Fits) {
			// What links to a Medication could be a type that the model does not know. The
			// parameters may be those of another type, with other values.
			s.Type, s.Params = about.Type, nil
		}
	}
	if g.chance(30) {
		g.operationScopes(c)
	}
	return c
}

// user says who the user is.
func (g *Generator) user(c *naive.Caller) {
	c.User = ""
	anyone := func(typ string) string { return typ + "/" + pick(g.maker, ids[typ]...) }
	switch n := g.IntN(20); {
	case n < 7:
		c.User = anyone("Practitioner")
	case n < 8:
		c.User = anyone("PractitionerRole")
	case n < 10:
		c.User = "Patient/" + c.Patient
	case n < 13:
		c.User = anyone("RelatedPerson")
	case n < 14:
		c.User, c.Admin = anyone("Practitioner"), true
	case n < 15:
		c.User = "Person/a"
	}
	if c.User != "" && !strings.HasPrefix(c.User, "Person/") && g.chance(15) {
		c.Also = []string{anyone(pick(g.maker, "RelatedPerson", "RelatedPerson", "Patient", "Practitioner"))}
	}
}

func (g *Generator) level(c *naive.Caller) string {
	switch {
	case c.User != "" && g.chance(50):
		return "user"
	case g.chance(65):
		return "patient"
	}
	return "system"
}

// letters are any of the 31 subsets, larger ones more often.
func (g *Generator) letters() string {
	for {
		letters := ""
		for _, letter := range "cruds" {
			if g.chance(65) {
				letters += string(letter)
			}
		}
		if letters != "" {
			return letters
		}
	}
}

// granular is a scope by category, tag or security label.
func (g *Generator) granular(c *naive.Caller) naive.Scope {
	s := naive.Scope{Level: g.level(c), Type: pick(g.maker, "Observation", "Observation", "Observation", "*"), Letters: g.letters()}
	switch g.IntN(4) {
	case 0:
		s.Params = []naive.Pair{{Name: "_tag", Value: "http://example.org/tags|" + pick(g.maker, "red", "green", `a\,b`, `a\|b`)}}
	case 1:
		s.Params = []naive.Pair{{Name: "_security" + pick(g.maker, "", ":not"), Value: pick(g.maker, "R", "N", "V")}}
	default:
		s.Type = "Observation"
		s.Params = []naive.Pair{{Name: "category", Value: categories + "|" + pick(g.maker, "vital-signs", "laboratory", "vital-signs,"+categories+"|exam")}}
	}
	return s
}

// some is any resource that there is, of a type or of all.
func (g *Generator) some(typ string) *naive.Resource {
	for range 20 {
		of := typ
		if of == "" {
			of = pick(g.maker, types...)
		}
		if all := g.state.World.Of(of); len(all) > 0 {
			return pick(g.maker, all...)
		}
	}
	return g.state.World.Of(pick(g.maker, g.state.World.Types()...))[0]
}

// typeFor is a type on which the caller has a letter, most times.
func (g *Generator) typeFor(c *naive.Caller, letter byte) string {
	if g.may[c] == nil {
		g.may[c] = map[byte][]string{}
		o := naive.NewOracle(g.state.World, c, g.state.Now, naive.NoBug)
		for _, letter := range []byte("cruds") {
			for _, typ := range types {
				if o.AllowsSome(letter, typ) {
					g.may[c][letter] = append(g.may[c][letter], typ)
				}
			}
		}
	}
	may := g.may[c][letter]
	switch {
	case len(may) == 0 || g.chance(12):
		return pick(g.maker, types...)
	case slices.Contains(may, "Observation") && g.chance(20):
		return "Observation"
	}
	if s := pick(g.maker, c.Scopes...); slices.Contains(may, s.Type) && g.chance(50) {
		return s.Type
	}
	return pick(g.maker, may...)
}

// id is one that there is, that there was, or that there never was.
func (g *Generator) id(typ string) string {
	if all := g.state.World.Of(typ); len(all) > 0 && g.chance(75) {
		return pick(g.maker, all...).ID
	}
	return pick(g.maker, append(ids[typ], "nobody")...)
}

// Request makes one for a caller.
func (g *Generator) Request(c *naive.Caller) Request {
	switch n := g.IntN(100); {
	case n < 8:
		return g.operation(c)
	case n < 38:
		return g.search(c)
	case n < 58:
		return g.read(c)
	case n < 66:
		return g.story(c)
	case n < 92:
		return g.write(c)
	}
	return g.bundle(c)
}

func (g *Generator) search(c *naive.Caller) Request {
	r := Request{Kind: Search, Query: g.naive.Query()}
	if typ := g.typeFor(c, 's'); g.chance(75) && len(g.state.World.Of(typ)) > 0 {
		if r.Query = g.naive.QueryOf(typ); g.chance(40) {
			r.Query.Criteria = nil
		}
	}
	if slices.Contains(r.Query.Types, "Binary") { // which has no narrative and no parameters
		r.Query = naive.Query{Types: []string{"Binary"}}
	}
	r.Count = pick(g.maker, 0, 0, 0, 1, 2, 3, 7, 50, 1000)
	r.Total = pick(g.maker, "", "", "accurate", "none", "estimate")
	r.Post = pick(g.maker, 0, 0, 0, 0, 1, 2)
	if g.chance(8) {
		r.Counted, r.Count, r.Total, r.Query.Includes = true, 0, "", nil
	}
	if strings.HasSuffix(path(r), "/*") {
		r.Post = 0
	}
	return r
}

func (g *Generator) read(c *naive.Caller) Request {
	typ := g.typeFor(c, 'r')
	r := Request{Kind: Read, Type: typ, ID: g.id(typ), Head: g.chance(10)}
	all := g.state.Versions[r.key()]
	if g.chance(40) {
		r.Kind, r.Version = VersionRead, 1+g.IntN(len(all)+1)
	}
	if g.chance(10) {
		r.IfNoneMatch = itoa(1 + g.IntN(len(all)+1))
	}
	return r
}

func (g *Generator) story(c *naive.Caller) Request {
	kind := pick(g.maker, InstanceStory, InstanceStory, InstanceStory, InstanceStory, TypeStory, TypeStory, TypeStory, TypeStory, SystemStory)
	typ := g.typeFor(c, Request{Kind: kind}.letter())
	r := Request{Kind: kind, Type: typ, ID: g.id(typ)}
	if r.Kind == InstanceStory && g.chance(50) {
		r.Type, r.ID = g.changed(typ)
	}
	r.Count = pick(g.maker, 0, 0, 1, 2, 5, 20, 100)
	back := func(hours int) string {
		return g.state.Now.Add(-time.Duration(g.IntN(hours*3600)) * time.Second).Format(time.RFC3339)
	}
	switch g.IntN(5) {
	case 0:
		r.Since = back(3)
	case 1:
		r.At = back(3)
	case 2:
		r.At = g.state.Now.Format(time.DateOnly)
	}
	if r.Kind == SystemStory { // of everything there would be hundreds of pages
		r.Count = pick(g.maker, 0, 20, 50, 200)
		if r.Since == "" && g.chance(80) {
			r.Since = back(1)
		}
	}
	return r
}

// changed is a resource with several versions, if there is one.
func (g *Generator) changed(typ string) (string, string) {
	var keys []string
	for key, all := range g.state.Versions {
		if len(all) > 1 && all[0].Type == typ {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return typ, g.id(typ)
	}
	slices.Sort(keys)
	typ, id, _ := strings.Cut(pick(g.maker, keys...), "/")
	return typ, id
}

// Pause is how long nothing happens: seconds, now and then hours.
func (g *Generator) Pause() time.Duration {
	if g.chance(4) {
		return time.Duration(1+g.IntN(300)) * time.Minute
	}
	return time.Duration(1+g.IntN(20)) * time.Second
}

// Missing are requests that make something of each type of which there is nothing.
func (g *Generator) Missing() []Request {
	var all []Request
	for _, typ := range types {
		if len(g.state.World.Of(typ)) == 0 {
			all = append(all, g.first(typ, pick(g.maker, ids[typ]...)))
		}
	}
	return all
}
