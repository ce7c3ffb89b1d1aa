package naive

// Bug is a mistake that the oracle makes on purpose, so that a test can show
// that it would notice a server that makes it.
type Bug string

// The bugs.
const (
	NoBug                  Bug = ""
	DropConjunct           Bug = "the last of several parameters is ignored"
	OrForAnd               Bug = "several parameters are ORed"
	AndForOr               Bug = "values between commas are ANDed"
	ContainsForStarts      Bug = "a string matches anywhere"
	GreaterForGreaterEqual Bug = "ge is gt"
	HopsUnseen             Bug = "chains and _has see everything"
	IgnoreLetters          Bug = "any letter of a scope allows everything"
	IgnoreScopeParams      Bug = "the parameters of a scope are ignored"
	IgnoreContext          Bug = "patient/ is system/"
	AndForUnion            Bug = "several scopes are ANDed"
	IgnoreIncludePolicy    Bug = "includes bring what is hidden"
)
