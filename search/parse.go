package search

import (
	"slices"
	"strings"
	"time"
)

// Limits of one request. They keep what a short query string can cost within
// reason, and are far above what clients ask.
const (
	MaxParams   = 1_000  // parameters
	MaxValues   = 1_000  // values of one parameter, separated by commas
	MaxHops     = 8      // hops of a chain or `_has`, counted together
	MaxTests    = 20_000 // tests that a request expands to, over all types
	MaxSortKeys = 10     // keys of `_sort`
	MaxIncludes = 100    // `_include` and `_revinclude` together
)

// Sizes of a page where Options does not say.
const (
	StandardCount    = 50
	StandardMaxCount = 1_000
)

// Options are what parsing needs to know of the server and the request.
type Options struct {
	Lenient      bool      // leave out unknown and unsupported parameters (`Prefer: handling=lenient`)
	Base         string    // the server's own FHIR base URL; references below it are local
	Now          time.Time // what `ap` of a date is measured from; zero for the clock
	MaxCount     int       // the largest page; 0 for StandardMaxCount
	DefaultCount int       // the page without `_count`; 0 for StandardCount
}

// ParseSearch parses a search of the given types, of which `_type` may choose
// some; nil means every type. Each filter must be known for all chosen types.
//
// The pairs are the decoded ones of query string and form together; their order
// makes no difference. `_format` and `_pretty` are accepted and left to whoever
// writes the answer, `_cursor` goes to Query.Cursor.
//
// The error names everything that is wrong: a *ParamError, or several joined.
// With Options.Lenient parameters that are unknown or not supported go to
// Query.Ignored instead; values and modifiers that are wrong stay errors
// (search.html#errors, search.html#modifiers).
func (r *Registry) ParseSearch(types []string, pairs []Pair, opts Options) (*Query, error) {
	if len(pairs) > MaxParams {
		return nil, tooManyParams(pairs)
	}
	req := newRequest(r, types, opts)
	sorted := canonical(pairs)
	req.chooseTypes(sorted)
	for _, pair := range sorted {
		req.apply(pair)
	}
	return req.finish()
}

// ParseWhere parses filters alone, for what is no search of its own: the query of
// a scope, a conditional create, update or delete. Result parameters are refused.
// It is always strict, since a filter left out would admit more than was meant.
// No pairs at all give True.
func (r *Registry) ParseWhere(typ string, pairs []Pair, opts Options) (Expr, error) {
	if len(pairs) > MaxParams {
		return nil, tooManyParams(pairs)
	}
	if !r.HasType(typ) {
		return nil, &ParamError{Param: "resource type", Value: typ, Reason: "is no resource type of R4"}
	}
	p := newParser(r, opts)
	var where And
	var errs []error
	for _, pair := range canonical(pairs) {
		expr, err := p.filterOnly(typ, pair)
		if err != nil {
			errs = append(errs, p.named(pair.Name, err))
		}
		where = append(where, expr)
	}
	if err := joined(errs); err != nil {
		return nil, err
	}
	return Simplify(where), nil
}

func (p *parser) filterOnly(typ string, pair Pair) (Expr, error) {
	if name, _, _ := strings.Cut(pair.Name, ":"); isResultParam(name) {
		return nil, fault("", "shapes the result of a search; here only filters may stand")
	}
	return p.filter(typ, pair.Name, pair.Value, 0)
}

func tooManyParams(pairs []Pair) error {
	return named(pairs[MaxParams].Name, fault("", "is one too many: a request may have up to %d parameters", MaxParams))
}

// canonical is the order in which parameters are parsed and shown: by name and
// value, each once, since neither order nor repetition changes what is found.
func canonical(pairs []Pair) []Pair {
	sorted := slices.Clone(pairs)
	slices.SortFunc(sorted, func(a, b Pair) int {
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return strings.Compare(a.Value, b.Value)
	})
	return slices.Compact(sorted)
}

// parser is one request's parsing.
type parser struct {
	registry *Registry
	base     string // without a slash at the end, "" if unknown
	now      time.Time
	tests    int // made so far
}

func newParser(r *Registry, opts Options) *parser {
	now := opts.Now
	if now.IsZero() {
		now = time.Now()
	}
	return &parser{registry: r, base: strings.TrimSuffix(opts.Base, "/"), now: now}
}

// spend counts tests and refuses a request that expands to too many.
func (p *parser) spend(tests int) error {
	if p.tests += tests; p.tests > MaxTests {
		return fault("", "makes the search too broad: it expands to more than %d tests; name the type of each chained reference, or give fewer values", MaxTests)
	}
	return nil
}
