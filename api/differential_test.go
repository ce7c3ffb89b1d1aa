package api_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/naive"
	"github.com/granary-fhir/granary/seed"
)

// samples are real Synthea bundles; they stand beside the repository, if at all.
const samples = "../../shared/data/synthea-r4"

// TestDifferentialSynthea compares what the server answers to generated searches
// over real data with answers computed naively from the raw JSON.
func TestDifferentialSynthea(t *testing.T) {
	t.Parallel()
	bundles, err := filepath.Glob(filepath.Join(samples, "*.json.gz"))
	if err != nil || len(bundles) == 0 {
		t.Skipf("no real data at %s (%v); TestDifferentialBuiltIn does the same with the built-in patients", samples, err)
	}
	if slow() {
		bundles = bundles[:min(6, len(bundles))]
	}
	world := naive.NewWorld()
	if err := world.LoadBundles(bundles); err != nil {
		t.Fatal(err)
	}
	if !slow() && world.Size() != 6859 { // 6,875 entries, of which 16 are there twice
		t.Errorf("the bundles have %d different resources, not 6859", world.Size())
	}
	files, err := seed.Find(bundles)
	if err != nil {
		t.Fatal(err)
	}
	suite{searches: 600, laws: 40, nonEmpty: 150, differ: 100}.run(t, world, files)
}

// slow: the race detector makes everything some ten times slower. Without it, too, the
// whole takes a minute, which GRANARY_LONG in the environment asks for: .ci/run does.
func slow() bool { return testing.Short() || raceDetector || os.Getenv("GRANARY_LONG") == "" }

// TestDifferentialBuiltIn is the same over the patients that come with the
// program.
func TestDifferentialBuiltIn(t *testing.T) {
	t.Parallel()
	world := naive.NewWorld()
	for _, file := range seed.BuiltIn() {
		for item, refusal := range file.Resources() {
			if refusal != nil {
				t.Fatal(refusal)
			}
			if naive.Knows(item.Key.Type) {
				put(t, world, item.Resource.Raw())
			}
		}
	}
	suite{searches: 300, laws: 20, nonEmpty: 120, differ: 90}.run(t, world, seed.BuiltIn())
}

func put(t *testing.T, world *naive.World, text []byte) {
	t.Helper()
	body, err := naive.Decode(text)
	if err == nil {
		err = world.Put(body)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// suite is how much is tried, and how much of it must find something and must
// find something else under scopes.
type suite struct {
	searches, laws, nonEmpty, differ int
	seed                             uint64
}

// adjust tries less where everything is slow. DIFFERENTIAL_SEED and
// DIFFERENTIAL_SEARCHES in the environment try other searches and more of them.
func (s suite) adjust(t *testing.T) suite {
	t.Helper()
	s.seed = 20
	if slow() {
		s.searches, s.laws, s.nonEmpty, s.differ = 200, 8, 120, 60
	}
	if text := os.Getenv("DIFFERENTIAL_SEED"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		s.seed = n
	}
	if text := os.Getenv("DIFFERENTIAL_SEARCHES"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		s.searches, s.laws = n, n/10
	}
	return s
}

func (s suite) run(t *testing.T, world *naive.World, files []seed.File) {
	s = s.adjust(t)
	extra := newSupplement(world, benchBase)
	lines, err := seed.Find([]string{writeLines(t, extra)})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range extra {
		if err := world.Put(r); err != nil {
			t.Fatal(err)
		}
	}
	b := newBench(t, world, append(files, lines...))
	b.compareContent(t)
	trials := s.search(t, b)
	t.Run("bugs are found", func(t *testing.T) { findBugs(t, b, trials) })
	if !slow() {
		t.Run("numbers", func(t *testing.T) { compareNumbers(t, b) })
	}
	t.Run("laws", func(t *testing.T) { s.testLaws(t, b) })
	t.Run("histories", func(t *testing.T) { s.testHistories(t, b) })
}

// compareContent reads everything back: it is what went in, but for the meta
// that the server writes, which the oracle learns here.
func (b *bench) compareContent(t *testing.T) {
	for _, typ := range b.world.Types() {
		found := 0
		for _, p := range b.ask(b.anybody(), "/"+typ, url.Values{"_count": {"1000"}}, nil).pages {
			for _, e := range p.Entry {
				b.compareResource(t, strings.TrimPrefix(e.FullURL, benchBase+"/"), e.Resource)
				found++
			}
		}
		if want := len(b.world.Of(typ)); found != want {
			t.Errorf("%d resources of type %s went in, %d came back", want, typ, found)
		}
	}
}

func (b *bench) compareResource(t *testing.T, key string, text []byte) {
	want := b.world.Get(key)
	got, err := naive.Decode(text)
	if err != nil || want == nil {
		t.Errorf("%s came back: %v, %.200s", key, err, text)
		return
	}
	meta, _ := got["meta"].(naive.Object)
	want.Updated, _ = meta["lastUpdated"].(string)
	delete(meta, "lastUpdated")
	delete(meta, "versionId")
	if len(meta) == 0 {
		delete(got, "meta")
	}
	if !reflect.DeepEqual(got, normal(t, want.JSON)) {
		t.Errorf("%s came back changed:\n\tin  %v\n\tout %v", key, want.JSON, got)
	}
}

// normal gives what was made in Go the types that the decoder gives.
func normal(t *testing.T, body naive.Object) naive.Object {
	t.Helper()
	decoded, err := naive.Decode(encode(t, body))
	if err != nil {
		t.Fatal(err)
	}
	return decoded
}

// search runs the generated searches, each without scopes and under some.
func (s suite) search(t *testing.T, b *bench) []*trial {
	generator := naive.NewGenerator(b.world, s.seed)
	rng := rand.New(rand.NewPCG(s.seed, 2))
	var trials []*trial
	f := figures{}
	for range s.searches {
		q := generator.Query()
		whole := b.try(t, q, &naive.Caller{Unrestricted: true}, rng)
		scoped := b.try(t, q, generator.Caller(q, whole.expected), rng)
		trials = append(trials, whole, scoped)
		f.count(whole, scoped)
	}
	for _, q := range generator.Telling() {
		trials = append(trials, b.try(t, q, &naive.Caller{Unrestricted: true}, rng))
	}
	t.Log(f)
	if f.searches < 200 || f.nonEmpty < s.nonEmpty || f.differ < s.differ {
		t.Errorf("too little was tried: want 200 searches, %d non-empty, %d that differ under scopes", s.nonEmpty, s.differ)
	}
	return trials
}

// try asks the server and compares its answer with the oracle's.
func (b *bench) try(t *testing.T, q naive.Query, caller *naive.Caller, rng *rand.Rand) *trial {
	t.Helper()
	oracle := naive.NewOracle(b.world, caller, b.now, naive.NoBug)
	expected, err := oracle.Ask(q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	tr := request(q, caller).paged(len(expected.Matches), rng)
	who := b.anybody()
	if !caller.Unrestricted {
		who = b.holder(caller, spelled(caller))
	}
	query, body := tr.params, url.Values(nil)
	if rng.IntN(4) == 0 && !strings.HasSuffix(tr.path, "/*") {
		query, body = split(tr.params, rng)
	}
	tr.expected = expected.Matches
	tr.answer = b.ask(who, tr.path, query, body)
	text, err := tr.difference(oracle, b.world)
	if err != nil {
		t.Fatalf("%v: %v", tr, err)
	}
	if text != "" {
		t.Errorf("%v\n\t%s", tr, text)
	}
	return tr
}

// figures say how much the searches tried.
type figures struct {
	searches, nonEmpty, several       int // several: of more than one page
	differ, differNonEmpty, forbidden int // under scopes
	sorted, included, hops, modified  int
}

func (f *figures) count(whole, scoped *trial) {
	all, some := whole.answer.matches(), scoped.answer.matches()
	f.searches++
	f.nonEmpty += one(len(all) > 0)
	f.several += one(len(whole.answer.pages) > 1)
	f.differ += one(len(all) != len(some))
	f.differNonEmpty += one(len(all) != len(some) && len(some) > 0)
	f.forbidden += one(scoped.answer.status == 403)
	f.sorted += one(len(whole.query.Sort) > 0 && len(all) > 1)
	f.included += one(len(whole.query.Includes) > 0 && len(all) > 0)
	hop, modifier := false, false
	for _, c := range whole.query.Criteria {
		hop = hop || strings.Contains(c.Name, ".") || strings.HasPrefix(c.Name, "_has")
		modifier = modifier || strings.Contains(c.Name, ":")
	}
	f.hops += one(hop && len(all) > 0)
	f.modified += one(modifier && len(all) > 0)
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (f figures) String() string {
	return fmt.Sprintf("%d searches, each unscoped and scoped: %d non-empty, %d of several pages, %d sorted, %d with includes, %d non-empty with hops, %d with modifiers; "+
		"%d differ under scopes, of which %d find something, %d are forbidden",
		f.searches, f.nonEmpty, f.several, f.sorted, f.included, f.hops, f.modified, f.differ, f.differNonEmpty, f.forbidden)
}

// findBugs shows that the comparison would notice a server with a bug: with the
// same bug in the oracle the answers of the server differ from its.
func findBugs(t *testing.T, b *bench, trials []*trial) {
	for _, bug := range []naive.Bug{naive.DropConjunct, naive.OrForAnd, naive.AndForOr, naive.ContainsForStarts, naive.GreaterForGreaterEqual,
		naive.HopsUnseen, naive.IgnoreLetters, naive.IgnoreScopeParams, naive.IgnoreContext, naive.AndForUnion, naive.IgnoreIncludePolicy} {
		found := 0
		for _, tr := range trials {
			text, err := tr.difference(naive.NewOracle(b.world, tr.caller, b.now, bug), b.world)
			if err != nil {
				t.Fatal(err)
			}
			if found += one(text != ""); found > 0 {
				break
			}
		}
		if found == 0 {
			t.Errorf("none of %d searches notices that %s", len(trials), bug)
		}
	}
}
