package synthetic

import (
	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// mrnSystem is the system of the medical record numbers of everybody who is generated.
const mrnSystem = "https://granary.example/mrn"

// demographics writes the Patient.
func (c *chart) demographics() {
	p := &r4.Patient{
		Identifier: c.identifiers(), Active: ptr(true), Name: c.names(date(c.ago(900))), Telecom: c.telecom(),
		Gender: c.gender, BirthDate: date(c.birth), Address: c.addresses(),
		GeneralPractitioner: refs(c.doctor), ManagingOrganization: c.clinic.organization,
	}
	p.Extension = c.background()
	if c.marital != "" {
		p.MaritalStatus = concept("v3-MaritalStatus", c.marital)
	}
	if c.death != nil {
		p.DeceasedDateTime = instant(*c.death, 4*60+c.dice.below(1000), c.home.hours)
	}
	if c.twin > 0 {
		p.MultipleBirthInteger = ptr(c.twin)
	}
	p.Communication = []r4.Communication{{Language: concept("bcp47", c.culture.language), Preferred: ptr(true)}}
	if c.culture.language != "en" && !c.interpreterOnly {
		p.Communication = append(p.Communication, r4.Communication{Language: concept("bcp47", "en")})
	}
	for _, kin := range c.kin {
		name := kin.person.name
		p.Contact = append(p.Contact, r4.Contact{Relationship: list(concept("v3-RoleCode", kin.role)), Name: &name, Telecom: kin.person.telecom()})
	}
	if c.tagged {
		p.Meta = tag(nil, "study-7")
	}
	p.ID = c.id
	c.oddity(p)
	c.made = append(c.made, *c.world.put(p, canonical("us-core-patient")))
}

func (c *chart) identifiers() []r4.Identifier {
	all := []r4.Identifier{{Use: "usual", Type: concept("v2-0203", "MR"), System: mrnSystem, Value: c.mrn}}
	if c.years() >= 16 && c.dice.permille(500) {
		licence := r4.Identifier{Use: "official", Type: concept("v2-0203", "DL"), System: "urn:oid:2.16.840.1.113883.4.3." + fips[c.home.state], Value: "S" + c.mrn[len(c.mrn)-6:]}
		all = append(all, licence)
	}
	return all
}

// fips are the numbers of the states, by which driver's licences have their OIDs.
var fips = map[string]string{"MA": "25", "OH": "39", "TX": "48", "NM": "35", "CA": "6", "FL": "12", "MN": "27", "WA": "53"}

func (c *chart) addresses() []r4.Address {
	now := c.address
	if c.moved == nil || c.birth.After(c.ago(1200)) { // of a child born since, it is the parents' move
		return []r4.Address{now}
	}
	moved, before := date(c.ago(1200)), *c.moved
	now.Period, before.Period = &r4.Period{Start: moved}, &r4.Period{End: moved}
	return []r4.Address{now, before}
}

// background are US Core's extensions of a patient.
func (c *chart) background() []r4.Extension {
	race := []r4.Extension{{URL: "ombCategory", ValueCoding: coding("cdcrec", c.culture.race)}}
	if c.culture.detailedRace != "" {
		race = append(race, r4.Extension{URL: "detailed", ValueCoding: coding("cdcrec", c.culture.detailedRace)})
	}
	race = append(race, r4.Extension{URL: "text", ValueString: coding("cdcrec", c.culture.race).Display})
	ethnicity := []r4.Extension{{URL: "ombCategory", ValueCoding: coding("cdcrec", c.culture.ethnicity)}}
	if c.culture.detailedEthnicty != "" {
		ethnicity = append(ethnicity, r4.Extension{URL: "detailed", ValueCoding: coding("cdcrec", c.culture.detailedEthnicty)})
	}
	ethnicity = append(ethnicity, r4.Extension{URL: "text", ValueString: coding("cdcrec", c.culture.ethnicity).Display})
	all := []r4.Extension{
		extension("us-core-race", race...), extension("us-core-ethnicity", ethnicity...),
		{URL: usCore + "us-core-birthsex", ValueCode: c.sexAtBirth},
		{URL: usCore + "us-core-sex", ValueCode: c.sex()},
	}
	if tribe := c.tribeOf(); tribe != "" {
		all = append(all, extension("us-core-tribal-affiliation",
			r4.Extension{URL: "tribalAffiliation", ValueCodeableConcept: concept("tribe", tribe)},
			r4.Extension{URL: "isEnrolled", ValueBoolean: ptr(c.dice.permille(700))}))
	}
	if identity := c.genderIdentity(); identity != nil {
		all = append(all, r4.Extension{URL: usCore + "us-core-genderIdentity", ValueCodeableConcept: identity})
	}
	return all
}

// sex is the patient's sex as 7.0.0 and 6.1.0 have it (SNOMED CT).
func (c *chart) sex() string {
	if c.gender == "female" {
		return "248152002"
	}
	return "248153007"
}

func (c *chart) tribeOf() string {
	if c.tribe == "" && c.culture.name == "navajo" {
		return "170" // Navajo Nation
	}
	return c.tribe
}

// genderIdentity is what the patient says, of those who were asked.
func (c *chart) genderIdentity() *r4.CodeableConcept {
	switch {
	case c.identity != nil:
		return c.identity
	case c.years() < 18 || !c.dice.permille(600):
		return nil
	case c.gender == "female":
		return snomed("446141000124107")
	}
	return snomed("446151000124109")
}
