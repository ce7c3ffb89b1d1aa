package store

import (
	"context"
	"slices"

	"github.com/granary-fhir/granary/search"
)

// guarded is a Snapshot that answers nothing by a parameter of an IG package under which
// entries may be missing in this state: the query fails with *NotIndexed, whoever put the
// parameter into it. So a scope by such a parameter shows nothing until its entries are
// made, its negation neither.
type guarded struct {
	Snapshot
	indexing *indexing
	types    func() []string // all resource types
}

// guard is the snapshot itself where there are no such parameters.
func (s *Store) guard(snapshot Snapshot) Snapshot {
	if len(s.indexing.packaged) == 0 {
		return snapshot
	}
	return &guarded{snapshot, s.indexing, s.registry.Types}
}

// params refuses what is asked by one of these parameters.
func (g *guarded) params(ctx context.Context, params ...*search.Param) error {
	params = slices.DeleteFunc(slices.Clone(params), func(p *search.Param) bool { return p.Package == "" })
	if len(params) == 0 {
		return nil
	}
	state := g.indexing.state.Load()
	revision, err := g.revision(ctx)
	if err != nil {
		return err
	}
	if state.revision != revision {
		g.indexing.stale.Store(true)
	}
	for _, p := range params {
		if state.revision != revision || state.pending[p] {
			return &NotIndexed{p, g.indexing.percent()}
		}
	}
	return nil
}

// revision is that of the record of bases in this state.
func (g *guarded) revision(ctx context.Context) (revision int64, err error) {
	err = TraceOf(ctx).Aside(func() error {
		found, err := g.Revisions(ctx, basesName)
		if err == nil {
			revision = found[0]
		}
		return err
	})
	return revision, err
}

// exprs refuses predicates with one of these parameters in it.
func (g *guarded) exprs(ctx context.Context, exprs ...search.Expr) error {
	var asked []*search.Param
	for _, e := range exprs {
		search.Mentioned(e, func(p *search.Param) { asked = append(asked, p) })
	}
	return g.params(ctx, asked...)
}

func (g *guarded) selects(ctx context.Context, selects []search.Select) error {
	for _, sel := range selects {
		if err := g.exprs(ctx, sel.Where); err != nil {
			return err
		}
		for _, key := range sel.Sort {
			if err := g.params(ctx, key.Param); err != nil {
				return err
			}
		}
	}
	return nil
}

func (g *guarded) portions(ctx context.Context, of []Portion) error {
	for _, portion := range of {
		if err := g.exprs(ctx, portion.Where); err != nil {
			return err
		}
	}
	return nil
}

// predicates refuses the predicates of some types before any of them is asked for: which
// ones a query asks for while it runs depends on what there is, hidden resources among it.
func (g *guarded) predicates(ctx context.Context, where Predicates, types []string) error {
	exprs := make([]search.Expr, len(types))
	for i, typ := range types {
		exprs[i] = where(typ)
	}
	return g.exprs(ctx, exprs...)
}

// Current implements Snapshot.
func (g *guarded) Current(ctx context.Context, key Key, where search.Expr) (Resource, error) {
	if err := g.exprs(ctx, where); err != nil {
		return Resource{}, err
	}
	return g.Snapshot.Current(ctx, key, where)
}

// Version implements Snapshot.
func (g *guarded) Version(ctx context.Context, key Key, version int64, where search.Expr) (Resource, error) {
	if err := g.exprs(ctx, where); err != nil {
		return Resource{}, err
	}
	return g.Snapshot.Version(ctx, key, version, where)
}

// Versions implements Snapshot.
func (g *guarded) Versions(ctx context.Context, key Key, where search.Expr, page VersionPage) ([]Resource, error) {
	if err := g.exprs(ctx, where); err != nil {
		return nil, err
	}
	return g.Snapshot.Versions(ctx, key, where, page)
}

// CountVersions implements Snapshot.
func (g *guarded) CountVersions(ctx context.Context, key Key, where search.Expr, page VersionPage) (int, error) {
	if err := g.exprs(ctx, where); err != nil {
		return 0, err
	}
	return g.Snapshot.CountVersions(ctx, key, where, page)
}

// History implements Snapshot.
func (g *guarded) History(ctx context.Context, of []Portion, page HistoryPage) ([]VersionMatch, error) {
	if err := g.portions(ctx, of); err != nil {
		return nil, err
	}
	return g.Snapshot.History(ctx, of, page)
}

// CountHistory implements Snapshot.
func (g *guarded) CountHistory(ctx context.Context, of []Portion, page HistoryPage, limit CountLimit) (int, bool, error) {
	if err := g.portions(ctx, of); err != nil {
		return 0, false, err
	}
	return g.Snapshot.CountHistory(ctx, of, page, limit)
}

// Search implements Snapshot.
func (g *guarded) Search(ctx context.Context, selects []search.Select, after Position, limit int) ([]Match, error) {
	if err := g.selects(ctx, selects); err != nil {
		return nil, err
	}
	return g.Snapshot.Search(ctx, selects, after, limit)
}

// Count implements Snapshot.
func (g *guarded) Count(ctx context.Context, selects []search.Select, limit CountLimit) (int, bool, error) {
	if err := g.selects(ctx, selects); err != nil {
		return 0, false, err
	}
	return g.Snapshot.Count(ctx, selects, limit)
}

// include refuses an include by some parameters to or from some types.
func (g *guarded) include(ctx context.Context, params []*search.Param, where Predicates, types []string) error {
	if err := g.params(ctx, params...); err != nil {
		return err
	}
	return g.predicates(ctx, where, types)
}

// Forward implements Snapshot.
func (g *guarded) Forward(ctx context.Context, from []Key, params []*search.Param, target string, where Predicates, limit int) ([]Resource, error) {
	types := []string{target}
	if target == "" {
		types = g.types()
	}
	if err := g.include(ctx, params, where, types); err != nil {
		return nil, err
	}
	return g.Snapshot.Forward(ctx, from, params, target, where, limit)
}

// Reverse implements Snapshot.
func (g *guarded) Reverse(ctx context.Context, to []Key, params []*search.Param, where Predicates, limit int) ([]Resource, error) {
	if err := g.include(ctx, params, where, sourceTypes(params)); err != nil {
		return nil, err
	}
	return g.Snapshot.Reverse(ctx, to, params, where, limit)
}

// Reread implements Snapshot.
func (g *guarded) Reread(ctx context.Context, found []Resource, where Predicates, settled func(typ string) bool) ([]Resource, error) {
	if err := g.predicates(ctx, where, typesIn(found)); err != nil {
		return nil, err
	}
	return g.Snapshot.Reread(ctx, found, where, settled)
}

// Within implements Snapshot.
func (g *guarded) Within(bytes int) Snapshot {
	return &guarded{g.Snapshot.Within(bytes), g.indexing, g.types}
}
