package main

// mutant is one way to break enforcement.
type mutant struct {
	name     string // what is broken
	file     string // from the root of the repository
	old, new string // a text that the file has once, and what it becomes
	in, test string // the package and the name of the test that must fail, "TestA/b" of a subtest
}

var mutants = []mutant{
	// What a scope means.
	{"a scope's context is dropped", "auth/scope/rules.go",
		`search.And{context, named})`, `search.And{named})`, "./api", "TestLeak27PatientInEachRole"},
	{"a scope's parameters are dropped", "auth/scope/rules.go",
		`search.And{context, named})`, `search.And{context})`, "./api", "TestLeak39OrOfAnds"},
	{"context or parameters, instead of both", "auth/scope/rules.go",
		`search.And{context, named})`, `search.Or{context, named})`, "./api", "TestLeak39OrOfAnds"},
	{"all scopes must hold, instead of one", "auth/scope/rules.go",
		`search.And{context, named})`, `search.And{context, search.And(named)})`, "./api", "TestLeak39OrOfAnds"},
	{"all levels must hold, instead of one", "auth/scope/rules.go",
		`done[rule] = either`, `done[rule] = search.And(either)`, "./api", "TestLeak45Levels"},
	{"v1 read grants writing", "auth/scope/parse.go",
		`		return "rs", nil`, `		return "cruds", nil`, "./api", "TestLeak44Versions"},
	{"the letter of a rule is ignored", "store/policy.go",
		`p.rules[Rule{letter, typ}]; ok`, `p.rules[Rule{Read, typ}]; ok`, "./api", "TestLeak02AllLetterSubsets"},
	{"a parameter that does not compile is ignored", "auth/scope/term.go",
		`			reason = moreTelling(reason, err)
			continue`, `			expr = search.True`, "./api", "TestLeak37RandomNamesNeverWiden"},
	{"a patient scope needs no patient of the user", "auth/scope/rules.go",
		`search.And{reach.guard, reach.chart})`, `reach.chart)`, "./api", "TestLeak47UserAndPatient"},
	{"a CareTeam can be written about anybody", "auth/scope/rules.go",
		`search.And{reach.guard, reach.chart, r.ownTeam(reach)})`, `search.And{reach.guard, reach.chart})`, "./api", "TestLeak32SelfGrant"},

	// The verdicts.
	{"a Group is whole", "compartments/verdict.go",
		`{Never, "in the compartment, but it tells of other people"`, `{ReadOnly, "in the compartment, but it tells of other people"`, "./api", "TestLeak29AllTypes"},
	{"Patient.link makes a member", "compartments/verdict.go",
		`map[string]string{"Patient": "link"}`, `map[string]string{}`, "./api", "TestLeak28LinkedPatients"},
	{"references to other servers make a member", "compartments/charts.go",
		`strings.CutPrefix(term.Code, "Patient/")`, `strings.CutPrefix(term.Code[max(0, strings.LastIndex(term.Code, "Patient/")):], "Patient/")`, "./api", "TestLeak50OnlyLocalLiterals"},
	{"a Binary can be searched for", "auth/scope/term.go",
		`shown && typ != "Binary"`, `shown`, "./api", "TestLeak35NotSearched"},
	{"an attachment overrules securityContext", "auth/scope/link.go",
		`, search.Missing{Param: r.links.security}}`, `}`, "./api", "TestLeak35AttachesSecured"},
	{"what is linked from is not what is readable", "auth/scope/rules.go",
		`search.Simplify(search.And{context, readable})`, `search.Simplify(context)`, "./api", "TestLeak34MixedTargets"},
	{"one visible target of a Provenance suffices", "store/sqlite/hop.go",
		`sql("NOT EXISTS("), s.targets`, `sql("1 OR EXISTS("), s.targets`, "./api", "TestLeak34MixedTargets"},

	// Queries.
	{"a search is not narrowed", "store/search.go",
		`b.narrow(ctx, sel.Type, sel.Where)`, `b.bind(ctx, sel.Where)`, "./api", "TestLeak03SearchByID"},
	{"a chain of a query is not narrowed", "store/bind.go",
		`where, err := b.narrow(ctx, e.Type, e.Where)`, `where, err := b.bind(ctx, e.Where)`, "./api", "TestLeak07Hops"},
	{"a _has of a query is not narrowed", "store/bind.go",
		`where, err := b.narrow(ctx, e.Param.Type, e.Where)`, `where, err := b.bind(ctx, e.Where)`, "./api", "TestLeak07Hops"},
	{"what is asked or what is granted, instead of both", "store/bind.go",
		`return search.Both(search.Simplify(asked), granted), nil`, `return search.Simplify(search.Or{asked, granted}), nil`, "./api", "TestLeak07Hops"},
	{"an include shows what is hidden", "store/include.go",
		`found, err := r.snapshot.Forward(ctx, of, include.Params, include.Target, where, limit)`,
		`_ = where
	found, err := r.snapshot.Forward(ctx, of, include.Params, include.Target, func(string) search.Expr { return search.True }, limit)`, "./api", "TestLeak05Includes"},
	{"what is included stands as it was found", "store/include.go",
		`return cmp.Or(`, `return 0 * cmp.Or(`, "./api", "TestLeak05OrderOfIncludes"},
	{"a reverse include shows what is hidden", "store/include.go",
		`found, err := r.snapshot.Reverse(ctx, ofType(of, include.Target), include.Params, where, limit)`,
		`_ = where
		found, err := r.snapshot.Reverse(ctx, ofType(of, include.Target), include.Params, func(string) search.Expr { return search.True }, limit)`, "./api", "TestLeak05Includes"},
	{"an include needs the letter of a search", "store/include.go",
		`r.predicates(ctx, Read, r.targetTypes(include))`, `r.predicates(ctx, Search, r.targetTypes(include))`, "./api", "TestLeak05Includes"},
	{"a total counts what is hidden", "store/search.go",
		`r.snapshot.Count(ctx, of.selects, limit)`, `r.snapshot.Count(ctx, q.Selects, limit)`, "./api", "TestLeak09TotalsOfSearches"},
	{"whether there is a total tells of what is hidden", "store/search.go",
		`limit := cheap(of.narrowed)`, `limit := cheap(false)`, "./api", "TestLeak09GivingUp"},
	{"a page link is anybody's", "store/search.go",
		`	b.WriteString(r.view.policy.fingerprint)
`, ``, "./api", "TestLeak10PageLinksOfSearches"},
	{"a page link of a history is anybody's", "store/history_of.go",
		`r.view.policy.fingerprint, strings.Join`, `"", strings.Join`, "./api", "TestLeak10PageLinksOfHistories"},
	{"a type without a rule is searched", "store/search.go",
		`		if !r.Allows(Search, sel.Type) {
			continue
		}
`, ``, "./api", "TestLeak04RandomTypes"},

	// Reading one.
	{"a read is not narrowed", "store/read.go",
		`r.snapshot.Current(ctx, key, where)`, `r.snapshot.Current(ctx, key, Unrestricted("a mutant").Expr(map[bool]Letter{where != nil: Read}[true], key.Type))`, "./api", "TestLeak11HiddenEqualsAbsent"},
	{"a version is not narrowed", "store/read.go",
		`r.snapshot.Version(ctx, key, version, where)`, `r.snapshot.Version(ctx, key, version, Unrestricted("a mutant").Expr(map[bool]Letter{where != nil: Read}[true], key.Type))`, "./api", "TestLeak01VersionsOfOne"},
	{"that something was deleted is told to all", "store/history_of.go",
		`	if search.IsConst(of.Where, search.True) {`, `	if true {`, "./api", "TestLeak12DeletionsInHistories"},

	// Writing.
	{"what a write leaves behind is not asked", "store/tx.go",
		`	for _, w := range tx.written {
		if err := tx.admit`, `	for _, w := range tx.written[:0] {
		if err := tx.admit`, "./api", "TestLeak15InAndOut"},
	{"what is updated is not asked", "store/update.go",
		`tx.snapshot.Current(ctx, key, where)`, `tx.snapshot.Current(ctx, key, Unrestricted("a mutant").Expr(map[bool]Letter{where != nil: Update}[true], key.Type))`, "./api", "TestLeak15InAndOut"},
	{"what is deleted is not asked", "store/delete.go",
		`tx.snapshot.Current(ctx, key, where)`, `tx.snapshot.Current(ctx, key, Unrestricted("a mutant").Expr(map[bool]Letter{where != nil: Delete}[true], key.Type))`, "./api", "TestLeak19Deletes"},
	{"what is patched need not be readable", "store/patch.go",
		`search.Both(updatable, readable)`, `search.Both(updatable, search.Simplify(search.Or{readable, search.True}))`, "./api", "TestLeak15TheBodyNeedsR"},
	{"an update creates within a bound", "store/update.go",
		`.Unbounded(Update, key.Type) {`, `.Allows(Update, key.Type) {`, "./api", "TestLeak17UpdateAsCreate"},
	{"all are told that an update changes nothing", "store/update.go",
		`err != nil || readable {`, `err != nil || readable || same {`, "./api", "TestLeak57SameContentAgain"},
	{"the body of a write is shown to all", "store/tx.go",
		`if tx.view.on(Read, key.Type).Unbounded(Read, key.Type) {`, `if true {`, "./api", "TestLeak57Prefer"},
	{"criteria match what is hidden", "store/match.go",
		`b.narrow(ctx, typ, where)`, `b.bind(ctx, where)`, "./api", "TestLeak13Conditional"},
	{"a relationship that is over counts", "store/sqlite/chart.go",
		`".stop > ?"`, `".stop > 0 * ?"`, "./api", "TestLeak33ClockJumpsPastThePeriod"},

	// Operations.
	{"a scope on an operation counts outside it", "store/policy.go",
		`	p.operations = operations
	return p`, `	p.operations = operations
	for _, q := range operations {
		p.rules = q.rules
	}
	return p`, "./api", "TestLeak25OperationScopeAloneOpensNothingElse"},
	{"a scope on one operation opens all", "store/policy.go",
		`	inside.operations = p.operations`, `	entitled = len(p.operations) > 0
	inside.operations = p.operations`, "./api", "TestLeak25ServedOperationsByTheirScopes"},
	{"an operation shows what its caller does not see", "store/policy.go",
		`		inside = p
`, `		inside = Unrestricted("a mutant")
`, "./api", "TestLeak22EverythingIsItsSearches"},
	{"a page link of an operation is good outside it", "store/policy.go",
		`	inside.fingerprint += " in " + operation.Name + " on " + operation.Type
`, ``, "./store/sqlite", "TestBackend/views/PageLinksAreBound"},

	// Who chooses scopes, and what failures tell.
	{"a client that asks alone chooses what a scope leads to", "auth/scope/unattended.go",
		`return !slices.ContainsFunc(added, leads) && (`, `return (`, "./auth/smart", "TestLeak53RefreshAsksNothing"},
	{"a client that asks alone narrows what it may change and does not see", "auth/scope/unattended.go",
		` || !changes || b.shows(asked, bound))`, ` || !changes || true)`, "./auth/smart", "TestLeak53RefreshOfWriting"},
	{"a backend service chooses what a scope leads to", "auth/smart/grant_client_credentials.go",
		`bounds.Unattended().Limit(`, `bounds.Limit(`, "./auth/smart", "TestAuth37BackendsAskNothing"},
	{"a refresh gives what its app may not have any more", "auth/smart/still_there.go",
		`!bounds.Covers(one) || `, `false && !bounds.Covers(one) || `, "./auth/smart", "TestAuth34ZombieGrants"},
	{"a refresh gives what users of the role may not grant any more", "auth/smart/still_there.go",
		`limited && !ofRole.Covers(one)`, `limited && false && !ofRole.Covers(one)`, "./auth/smart", "TestAuth34RolesThatMayLess"},
	{"a transaction tells what a write too complex to admit has shown", "store/tx.go",
		`errors.Is(err, ErrTooComplex) {`, `false {`, "./api", "TestLeak20TooComplexTellsNothing"},
	{"a transaction tells what a write has shown while a package is indexed", "store/tx.go",
		`errors.As(err, &notIndexed) ||`, `notIndexed != nil ||`, "./api", "TestLeak51TransactionsWhileIndexing"},
	{"what is refused while a package is indexed depends on what is hidden", "store/guarded.go",
		`return g.exprs(ctx, exprs...)`, `return g.exprs(ctx, exprs[:0]...)`, "./api", "TestLeak51IncludesWhileIndexing"},
}
