package scope

import "strings"

// Words say in plain words what a scope allows, for whoever is asked to grant it.
// They say no less than the scope does: its filters, its writes, and that a
// wildcard covers types of the future (IG, best-practices.html).
type Words struct {
	Kind   Kind
	Group  string // under which heading it belongs
	Text   string // "Read your vital signs"
	Detail string // what the text alone might hide
	Writes bool   // it lets an app change data
	Future bool   // it covers kinds of data that do not exist yet
}

// Kind is what a scope is about.
type Kind string

// The kinds.
const (
	KindData     Kind = "data"     // resources
	KindContext  Kind = "context"  // which patient, encounter or location is in context
	KindIdentity Kind = "identity" // who the user is
	KindLasting  Kind = "lasting"  // how long the access lasts
)

// Whose says how the words speak of the patient in context.
type Whose string

// The patient is the user who reads the words, or is not.
const (
	Yours      Whose = "your"
	ThePatient Whose = "the patient’s"
)

// Words are the scope in words, to a user who is the patient.
func (s Scope) Words() Words { return s.WordsFor(Yours) }

// WordsFor are the scope in words. Of a scope that carries no access to resources
// and is of no standard the text is its name.
func (s Scope) WordsFor(whose Whose) Words {
	if !s.GrantsData() {
		if w, ok := dataless[s.Asks()]; ok {
			return w
		}
		if s.Custom() {
			return Words{Kind: KindContext, Group: GroupOther, Text: s.description}
		}
		return Words{Kind: KindContext, Group: GroupOther, Text: s.name}
	}
	if s.Operation != "" {
		return s.operationWords(whose)
	}
	w := Words{
		Kind: KindData, Group: GroupEverything,
		Writes: strings.ContainsAny(s.Letters, "cud"), Future: s.Type == Any,
		Detail: detail(s.Letters),
	}
	if s.Type != Any {
		w.Group = topicOf(s.Type).title
	}
	w.Text = capital(s.phrase(whose))
	return w
}

// The groups of scopes that are about no one type.
const (
	GroupEverything = "Everything"
	GroupOther      = "Something else"
	groupContext    = "What the app starts with"
	groupIdentity   = "Who you are"
	groupLasting    = "How long"
)

var dataless = map[string]Words{
	"openid":           {Kind: KindIdentity, Group: groupIdentity, Text: "Know that it is you who has logged in"},
	"fhirUser":         {Kind: KindIdentity, Group: groupIdentity, Text: "Know who you are in the health record"},
	"profile":          {Kind: KindIdentity, Group: groupIdentity, Text: "Know your name and who you are in the health record"},
	"launch":           {Kind: KindContext, Group: groupContext, Text: "Know which patient and visit are open where you start the app"},
	"launch/patient":   {Kind: KindContext, Group: groupContext, Text: "Know which patient it is used for"},
	"launch/encounter": {Kind: KindContext, Group: groupContext, Text: "Know which visit it is used for"},
	"launch/location":  {Kind: KindContext, Group: groupContext, Text: "Know at which place it is used"},
	Introspect:         {Kind: KindContext, Group: GroupOther, Text: "Ask whether other apps’ access is still good"},
	"offline_access":   {Kind: KindLasting, Group: groupLasting, Text: "Keep access when you are not using the app, until you end it"},
	"online_access":    {Kind: KindLasting, Group: groupLasting, Text: "Keep access while you are logged in"},
}

// detail tells what becomes of reading that is less than it sounds.
func detail(letters string) string {
	read, search := strings.Contains(letters, "r"), strings.Contains(letters, "s")
	switch {
	case read && !search:
		return "One at a time, and only if it knows their ids."
	case search && !read:
		return "By searching only."
	}
	return ""
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
