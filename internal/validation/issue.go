// Package validation checks resources against the structures of R4.
package validation

// Issue is one thing to say about a resource: what an OperationOutcome's issue
// says (operationoutcome.html).
type Issue struct {
	Severity Severity
	// Code is a code of the value set issue-type: structure, required, value,
	// invariant, code-invalid and their like.
	Code string
	// Expression is the FHIRPath of the element, as in
	// "Patient.name[0].given[1]".
	Expression string
	// Text says what is wrong and what would be right. It quotes the resource
	// only as far as its reader wrote it.
	Text string
}

// Error is the issue in one line.
func (i Issue) Error() string { return i.Expression + ": " + i.Text }

// Severity is a code of the value set issue-severity.
type Severity string

// The severities that validation uses. Only an Error keeps a resource from being
// stored.
const (
	Error       Severity = "error"
	Warning     Severity = "warning"
	Information Severity = "information"
)
