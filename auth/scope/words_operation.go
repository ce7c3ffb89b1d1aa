package scope

// operationWords are what a scope on an operation allows, in words.
var operationWords = map[Operation]func(Scope, Whose) Words{
	PatientEverything: func(s Scope, whose Whose) Words {
		return Words{Group: GroupEverything, Future: true, Text: "Get everything " + s.whole(whose) + " at once" + andFuture}
	},
	EncounterEverything: func(s Scope, whose Whose) Words {
		return Words{Group: topicOf("Encounter").title, Future: true, Text: "Get everything about a visit " + s.place(whose, "of") + " at once" + andFuture}
	},
	Docref: func(s Scope, whose Whose) Words {
		return Words{Group: topicOf("DocumentReference").title, Text: "Get the list of documents " + s.place(whose, "of")}
	},
	Lastn: func(s Scope, whose Whose) Words {
		return Words{Group: topicOf("Observation").title, Text: "Get the latest observations of each kind " + s.place(whose, "of")}
	},
	Meta: func(s Scope, whose Whose) Words {
		w := Words{Group: GroupOther, Future: s.Type == Any, Text: "See which tags, security labels and profiles are on " + s.labelled(whose)}
		if s.Type == Any {
			w.Text += andFuture
		}
		return w
	},
	Validate: func(s Scope, _ Whose) Words {
		what := "data of any kind"
		if s.Type != Any {
			what = "a draft of the kind “" + topicOf(s.Type).noun(s.Type) + "”"
		}
		return Words{Group: GroupOther, Text: "Have " + what + " checked for mistakes, without seeing or saving any"}
	},
}

// onlyInside is what a scope on an operation does not say by its name.
const onlyInside = "In this one way, and in no other unless something else here allows it."

// operationWords are the words of a scope on operations: those of the first, which says
// the most.
func (s Scope) operationWords(whose Whose) Words {
	first := s.operations()[0]
	w := operationWords[first](s, whose)
	w.Kind = KindData
	if first.Grants != "" {
		w.Detail = onlyInside
	}
	return w
}

// whole is the whole record of whomever a scope is about.
func (s Scope) whole(whose Whose) string {
	switch s.Level {
	case Patient:
		return "in " + string(whose) + " record"
	case User:
		return "in the record of a patient you may see"
	}
	return "in the record of any patient on this server"
}

// labelled is what a scope is about, as something to read.
func (s Scope) labelled(whose Whose) string {
	read := Scope{Level: s.Level, Type: s.Type, Letters: "r"}
	object, _, _ := read.object(whose)
	return object
}
