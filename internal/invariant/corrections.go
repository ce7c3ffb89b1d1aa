package invariant

// correction is an expression as it is published, and one that says what the
// invariant's description demands.
type correction struct{ published, corrected, why string }

// corrections are by the text of the expression, since one key names different
// expressions in different versions.
var corrections = []correction{
	{
		published: "($this as dateTime).toString().length() >= 8",
		corrected: "$this is dateTime implies $this.toString().length() >= 8",
		why:       "vs-1 demands it \"if Observation.effective[x] is dateTime\"; a Period makes the expression empty, and so never true.",
	},
	{
		published: "$this is DateTime implies $this.toString().length() >= 10",
		corrected: "$this is dateTime implies $this.toString().length() >= 10",
		why:       "us-core-1: no element is of the type DateTime of FHIRPath, only of FHIR's dateTime, so that the expression is always true. US Core 7.0.0 has the corrected one.",
	},
	{
		published: "telecom or endpoint",
		corrected: "telecom.exists() or endpoint.exists()",
		why:       "pd-1: two of either are no Boolean, which is an error. US Core 7.0.0 has the corrected one.",
	},
	{
		published: "practitioner or organization or healthcareService or location",
		corrected: "practitioner.exists() or organization.exists() or healthcareService.exists() or location.exists()",
		why:       "us-core-13: two of either are no Boolean, which is an error. US Core 7.0.0 has the corrected one.",
	},
}
