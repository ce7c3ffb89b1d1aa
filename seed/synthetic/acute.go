package synthetic

import "strings"

// acute are the illnesses and injuries that come and go.
type acute struct {
	plain
	episodes []episode
}

type episode struct {
	ill   illness
	visit *visit
}

// illness is one of acute.tsv.
type illness struct {
	snomed, icd10 string
	from, to      int // years
	drug          string
}

func readAcute() []illness {
	var all []illness
	for _, row := range rows("acute") {
		all = append(all, illness{row[0], row[1], number(row[2]), number(row[3]), cell(row, 4)})
	}
	return all
}

func (m *acute) plan(c *chart) bool {
	for range c.dice.between(0, 3) {
		ill := pick(c.dice, acuteIlls())
		ago := c.dice.between(3, 900)
		if old := months(c.birth, c.ago(ago)); old < 3 || old < 12*ill.from || old >= 12*(ill.to+1) {
			continue
		}
		kind := []*visitKind{symptom, emergency, remote}[c.dice.weighted([]int{72, 15, 13})]
		if v := c.planVisit("acute", ago, kind, c.doctor, snomed(ill.snomed)); v != nil {
			v.chest = v.chest || ill.snomed == bronchitis
			m.episodes = append(m.episodes, episode{ill, v})
		}
	}
	return len(m.episodes) > 0
}

// bronchitis is acute, and the illness of whose chest an emergency room takes a picture.
const bronchitis = "10509002"

func (m *acute) visit(c *chart, v *visit) {
	for _, e := range m.episodes {
		if e.visit != v {
			continue
		}
		ended := v.on.AddDate(0, 0, c.dice.between(6, 20))
		d := diagnosis{snomed: e.ill.snomed, icd10: e.ill.icd10, onset: later(c.birth, v.on.AddDate(0, 0, -c.dice.between(1, 4))), visit: v}
		if ended.Before(c.last()) {
			d.ended = ended
		}
		reason := c.diagnosed(d)
		if strings.HasPrefix(e.ill.icd10, "J") && v.kind != remote {
			c.antigen(v)
		}
		if drug := c.suitable(e.ill.drug, v); drug != "" {
			status := "completed"
			if d.ended.IsZero() {
				status = "active"
			}
			c.prescribe(v, drug, prescription{status: status, reason: reason, fill: c.dice.permille(700)})
		}
	}
}

// suitable is what the patient takes in place of a drug: children get a suspension of
// amoxicillin and no tablets, who bears no penicillin another antibiotic, and who is
// pregnant no ibuprofen. It is "" where there is nothing to give.
func (c *chart) suitable(drug string, v *visit) string {
	child := age(c.birth, v.on) < 12
	switch {
	case drug == "amoxicillin" && c.intolerant(penicillin):
		if child {
			return ""
		}
		return "azithromycin"
	case drug == "amoxicillin" && child:
		return "amoxicillin-suspension"
	case child:
		return ""
	case drug == "ibuprofen" && c.pregnant:
		return "acetaminophen"
	}
	return drug
}

// antigen is the test for COVID-19 of whoever coughs.
func (c *chart) antigen(v *visit) {
	found := "260415000"
	if c.dice.permille(120) {
		found = "260373001"
	}
	c.answered(v, "95209-3", snomed(found))
}
