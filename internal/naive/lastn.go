package naive

import (
	"slices"
	"time"
)

// ranked is an Observation among those of its code.
type ranked struct {
	*Resource
	group int
	begin *time.Time // nil without effective[x]
}

// later is negative where a began after b; those without a time come last.
func later(a, b *time.Time) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return b.Compare(*a)
}

// Lastn are the newest Observations of each code among some: so many of each, and those
// that began when the last of them did. Those without a time tie with none
// (observation-operation-lastn.html): of them there are as many as are left, and which
// ones is as shown says.
func (o *Oracle) Lastn(found map[string]*Resource, most int, shown map[string]bool) map[string]*Resource {
	newest := map[string]*Resource{}
	for _, group := range o.ranks(found) {
		slices.SortStableFunc(group, func(a, b ranked) int {
			if a.begin == nil && b.begin == nil && shown[a.Key()] != shown[b.Key()] {
				return btoi(shown[b.Key()]) - btoi(shown[a.Key()])
			}
			return later(a.begin, b.begin)
		})
		for i, r := range group {
			if i < most || r.begin != nil && later(r.begin, group[most-1].begin) == 0 {
				newest[r.Key()] = r.Resource
			}
		}
	}
	return newest
}

// ranks are the groups, each newest first: of what shares a coding, or its whole text.
func (o *Oracle) ranks(found map[string]*Resource) [][]ranked {
	var groups [][]ranked
	var codes []map[string]bool
	for _, r := range found {
		group, mine := []ranked{{Resource: r, begin: o.began(r)}}, codesOf(r)
		for i := len(groups) - 1; i >= 0; i-- {
			if !share(codes[i], mine) {
				continue
			}
			group = append(group, groups[i]...)
			for code := range codes[i] {
				mine[code] = true
			}
			groups, codes = slices.Delete(groups, i, i+1), slices.Delete(codes, i, i+1)
		}
		groups, codes = append(groups, group), append(codes, mine)
	}
	for _, group := range groups {
		slices.SortFunc(group, func(a, b ranked) int { return later(a.begin, b.begin) })
	}
	return groups
}

func share(a, b map[string]bool) bool {
	for code := range a {
		if b[code] {
			return true
		}
	}
	return false
}

func codesOf(r *Resource) map[string]bool {
	codes := map[string]bool{}
	for _, c := range at(r.JSON, "code.coding") {
		codes["coding "+str(c, "system")+" "+str(c, "code")] = true
	}
	if len(codes) == 0 {
		codes["text "+str(r.JSON["code"], "text")] = true
	}
	return codes
}

// began is the beginning of effective[x].
func (o *Oracle) began(r *Resource) *time.Time {
	dates := o.world.find(r, params["Observation"]["date"])
	if len(dates) == 0 {
		return nil
	}
	if dates[0].date.low == nil {
		return &time.Time{} // before any other
	}
	return dates[0].date.low
}

// CheckRanks says what is wrong with the order of a $lastn: group by group, newest first
// in each and of each.
func (o *Oracle) CheckRanks(shown []*Resource) string {
	all := map[string]*Resource{}
	for _, r := range shown {
		all[r.Key()] = r
	}
	of := map[string]ranked{}
	for i, group := range o.ranks(all) {
		for _, r := range group {
			r.group = i
			of[r.Key()] = r
		}
	}
	var head ranked
	seen := map[int]bool{}
	for i, r := range shown {
		mine := of[r.Key()]
		if i > 0 && mine.group == of[shown[i-1].Key()].group {
			if later(of[shown[i-1].Key()].begin, mine.begin) > 0 {
				return r.Key() + " is newer than what stands before it"
			}
			continue
		}
		if seen[mine.group] || i > 0 && later(head.begin, mine.begin) > 0 {
			return r.Key() + " begins its group too late"
		}
		head, seen[mine.group] = mine, true
	}
	return ""
}
