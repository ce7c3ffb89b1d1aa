package compartments

import (
	"regexp"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/search"
)

// bindCharts collects, for each type with a chart, the parameters that confer
// membership.
func (c *Compartments) bindCharts() error {
	for typ, verdict := range c.verdicts {
		if verdict != ByChart {
			continue
		}
		params := map[*search.Param]bool{}
		for _, param := range c.definitions["Patient"][typ] {
			if param.Code != noMember[typ] {
				params[param] = true
			}
		}
		if code, ok := outside[typ]; ok {
			param, err := c.param(typ, code)
			if err != nil {
				return err
			}
			params[param] = true
		}
		c.charts[typ] = params
	}
	return nil
}

// Charts are the logical ids of the patients in whose charts a resource is,
// sorted, each once: those to whom a parameter of the chart refers by a literal
// reference to this server, and a Patient's own. Nothing else is membership:
// neither references to other servers, nor logical ones, nor what a linked
// Patient or another chart leads to.
func (c *Compartments) Charts(typ, id string, e search.Entries) []string {
	params, ok := c.charts[typ]
	if !ok {
		return nil
	}
	var patients []string
	if typ == "Patient" {
		patients = append(patients, id)
	}
	for _, term := range e.Terms {
		if !params[term.Param] {
			continue
		}
		if patient, ok := localPatient(term); ok {
			patients = append(patients, patient)
		}
	}
	slices.Sort(patients)
	return slices.Compact(patients)
}

var logicalID = regexp.MustCompile(`^[A-Za-z0-9\-.]{1,64}$`)

// localPatient is the logical id of the Patient of this server to whom a term
// refers. A reference to another server is an absolute URL, and so never is.
func localPatient(term search.TermEntry) (id string, ok bool) {
	id, ok = strings.CutPrefix(term.Code, "Patient/")
	return id, ok && term.System == "" && logicalID.MatchString(id)
}
