package synthetic

import (
	"strconv"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// provenance answers for what was written since the last one: who wrote it, and for
// which organization. Of what came from elsewhere it says who sent it too.
func (c *chart) provenance(v *visit) {
	if len(c.made) == 0 {
		return
	}
	author := r4.Agent{Type: concept("participant", "author"), Who: c.doctor, OnBehalfOf: c.clinic.organization}
	recorded := instant(c.last(), 6*60, c.home.hours)
	c.roll("provenance " + strconv.Itoa(c.counts["provenance"]))
	if v != nil {
		author.Who, recorded = v.doctor, c.at(v, v.kind.minutes+5)
	}
	p := &r4.Provenance{
		Target: c.made, Recorded: recorded, Activity: concept("v3-DataOperation", "CREATE"), Agent: []r4.Agent{author},
	}
	if v == nil || c.dice.permille(100) {
		p.Agent = append(p.Agent, r4.Agent{Type: concept("transmitter", "transmitter"), Who: c.clinic.organization})
	}
	c.made = nil
	c.put("provenance", p, "us-core-provenance")
}
