package mongo

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/search"
)

// relationships is the collection of care relationships: documents with party, with
// ("Patient/1" or "Organization/1"), from and to in microseconds, and source.
const relationships = "care"

// current selects the relationships that count now.
func (c *compiler) current() bson.D {
	return bson.D{where("from", lte(c.now)), where("to", gt(c.now))}
}

// panel is true where one of the patients of the document has a relationship with the
// party now, or with an organization of which the party is a member now.
func (c *compiler) panel(e search.Panel) (bson.D, error) {
	patients := c.add(bson.D{{Key: "$map", Value: bson.D{
		{Key: "input", Value: bson.D{{Key: "$ifNull", Value: bson.A{"$c", bson.A{}}}}},
		{Key: "as", Value: "e"},
		{Key: "in", Value: bson.D{{Key: "$concat", Value: bson.A{"Patient/", "$$e"}}}},
	}}})
	return c.relatedTo(patients, e.Party, e.Organizations), nil
}

// related is true where the patient is in the panel.
func (c *compiler) related(e search.Related) (bson.D, error) {
	patient := c.add(literal("Patient/" + e.Patient))
	return c.relatedTo(patient, e.Party, e.Organizations), nil
}

func (c *compiler) relatedTo(patients, party string, organizations bool) bson.D {
	direct := found(c.lookup(relationships, patients, "with",
		matchStage(allOf(is("party", party), c.current())), limitStage(1)))
	if !organizations {
		return direct
	}
	// The party of the patient's relationship is an organization, with which this
	// party has one.
	membership := c.within()
	of := membership.lookup(relationships, "party", "with",
		matchStage(allOf(is("party", party), c.current())), limitStage(1))
	stages := append([]bson.D{matchStage(allOf(hasPrefix("party", "Organization/"), c.current()))}, membership.stages...)
	stages = append(stages, matchStage(found(of)), limitStage(1))
	return anyOf(direct, found(c.lookup(relationships, patients, "with", stages...)))
}
