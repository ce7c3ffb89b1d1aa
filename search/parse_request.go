package search

import (
	"errors"
	"strings"
)

// request gathers a Query from its parameters, and everything wrong with them.
type request struct {
	*parser
	opts  Options
	query Query
	types []string        // searched
	where map[string]And  // by type
	sort  []sortCode      // of `_sort`
	seen  map[string]bool // result parameters, which stand once
	errs  []error
}

func newRequest(r *Registry, types []string, opts Options) *request {
	if types == nil {
		types = r.Types()
	}
	return &request{
		parser: newParser(r, opts),
		opts:   opts,
		query:  Query{Total: TotalEstimate},
		types:  once(types),
		where:  make(map[string]And),
		seen:   make(map[string]bool),
	}
}

// once is the list with each of its texts only where it comes first.
func once(list []string) []string {
	seen := make(map[string]bool, len(list))
	var unique []string
	for _, text := range list {
		if !seen[text] {
			seen[text] = true
			unique = append(unique, text)
		}
	}
	return unique
}

// apply takes one parameter into the query.
func (req *request) apply(pair Pair) {
	shown := pair
	if err := req.take(&shown); err != nil {
		req.fail(req.named(pair.Name, err))
		return
	}
	if shown.Name != "" {
		req.query.Applied = append(req.query.Applied, shown)
	}
}

// fail keeps what is wrong with a parameter, or leaves the parameter out where
// handling is lenient and the parameter unknown.
func (req *request) fail(err *ParamError) {
	if err.ignorable && req.opts.Lenient {
		req.query.Ignored = append(req.query.Ignored, Ignored{err.Param, err.Reason})
		return
	}
	req.errs = append(req.errs, err)
}

// take parses one parameter. It may change the pair to what took effect, and
// empties its name where it is not to be shown.
func (req *request) take(pair *Pair) error {
	name, modifier, modified := strings.Cut(pair.Name, ":")
	if !isResultParam(name) {
		return req.takeFilter(*pair)
	}
	if name == "_include" || name == "_revinclude" {
		return req.takeInclude(name, modifier, modified, pair.Value)
	}
	if modified {
		return fault("", "has no modifiers; write %s", name)
	}
	if req.seen[name] {
		return fault("", "stands more than once; give it once, with all of its values")
	}
	req.seen[name] = true
	return req.takeResult(pair)
}

// takeFilter parses a filter for each searched type. A `_has` or chain that
// cannot lead to some of several types is false for those, as long as it can
// lead to one.
func (req *request) takeFilter(pair Pair) error {
	exprs := make([]Expr, len(req.types))
	var elsewhere error
	fits := 0
	for i, typ := range req.types {
		expr, err := req.filter(typ, pair.Name, pair.Value, 0)
		switch {
		case errors.Is(err, errElsewhere):
			expr, elsewhere = False, err
		case err != nil:
			return err
		default:
			fits++
		}
		exprs[i] = expr
	}
	if fits == 0 && elsewhere != nil {
		return elsewhere
	}
	for i, typ := range req.types {
		req.where[typ] = append(req.where[typ], exprs[i])
	}
	return nil
}

// finish is the Query, or everything that is wrong.
func (req *request) finish() (*Query, error) {
	q := &req.query
	if !req.seen["_count"] {
		q.Count = req.defaultCount()
	}
	keys := req.sortKeys()
	if err := req.conflicts(); err != nil {
		req.errs = append(req.errs, err)
	}
	if err := joined(req.errs); err != nil {
		return nil, err
	}
	for _, typ := range req.types {
		q.Selects = append(q.Selects, Select{typ, Simplify(req.where[typ]), keys[typ]})
	}
	return q, nil
}
