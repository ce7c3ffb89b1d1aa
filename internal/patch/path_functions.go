package patch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/fhirpath"
	"github.com/granary-fhir/granary/internal/fhirpath/syntax"
)

// function is a function of FHIRPath: what is known of its result before there is
// a resource, and its result.
type function struct {
	args  int
	check func(args []syntax.Expr, focus selection) (selection, error)
	eval  func(d *document, args []syntax.Expr, focus []*place) []*place
}

// functionOf is the function of a name, if a path of a patch may have it.
func functionOf(name string) (f function, ok bool) {
	switch name {
	case "where":
		return function{1, checkWhere, evalWhere}, true
	case "first":
		return function{0, checkPart, evalFirst}, true
	case "last":
		return function{0, checkPart, evalLast}, true
	case "extension":
		return function{1, checkExtension, evalExtension}, true
	case "ofType", "as":
		return function{1, checkOfType, evalOfType}, true
	case "exists":
		return function{0, checkBoolean, evalExists}, true
	case "empty":
		return function{0, checkBoolean, evalEmpty}, true
	case "not":
		return function{0, checkNot, evalNot}, true
	}
	return function{}, false
}

// checkCall is a function.
func checkCall(x syntax.Call, focus selection) (selection, error) {
	f, ok := functionOf(x.Name)
	switch {
	case !ok:
		return selection{}, fmt.Errorf("the function %s() is not supported in a patch; %s", x.Name, supported)
	case len(x.Args) != f.args:
		return selection{}, fmt.Errorf("the function %s() takes %d arguments", x.Name, f.args)
	}
	return f.check(x.Args, focus)
}

func checkWhere(args []syntax.Expr, focus selection) (selection, error) {
	criterion, err := check(args[0], part(focus))
	if err == nil && !slices.Equal(criterion.types, boolean.types) {
		err = fmt.Errorf("the criterion of where() is not a boolean")
	}
	return part(focus), err
}

func checkPart(_ []syntax.Expr, focus selection) (selection, error) { return part(focus), nil }

func checkBoolean(_ []syntax.Expr, _ selection) (selection, error) { return boolean, nil }

func checkNot(_ []syntax.Expr, focus selection) (selection, error) {
	if !slices.Equal(focus.types, boolean.types) {
		return selection{}, fmt.Errorf("not() of what is no boolean")
	}
	return boolean, nil
}

func checkExtension(args []syntax.Expr, focus selection) (selection, error) {
	if url, ok := args[0].(syntax.Literal); !ok || url.Kind != syntax.String {
		return selection{}, fmt.Errorf("the argument of extension() is a URL in quotes")
	}
	s, err := checkChild("extension", focus)
	return part(s), err
}

func checkOfType(args []syntax.Expr, focus selection) (selection, error) {
	name, ok := args[0].(syntax.Name)
	if !ok {
		return selection{}, fmt.Errorf("the argument of ofType() is the name of a type")
	}
	return narrow(name.Name, focus)
}

// narrow keeps what is of a type.
func narrow(name string, focus selection) (selection, error) {
	typ, err := fhirpath.TypeName(name)
	if err != nil {
		return selection{}, err
	}
	known := slices.Contains(focus.types, typ)
	if !known && (!slices.Contains(focus.types, "Resource") || !fhirpath.IsA(typ, "Resource")) {
		return selection{}, fmt.Errorf("%s can never be a %s", strings.Join(focus.types, ", "), typ)
	}
	focus.types = []string{typ}
	return part(focus), nil
}

func checkTypeTest(x syntax.TypeTest, focus selection) (selection, error) {
	if x.Op != "as" {
		return selection{}, fmt.Errorf("`%s` is not supported in a patch; %s", x.Op, supported)
	}
	of, err := check(x.Of, focus)
	if err != nil {
		return selection{}, err
	}
	return narrow(x.Type, of)
}

func evalWhere(d *document, args []syntax.Expr, focus []*place) []*place {
	return filter(focus, func(p *place) bool {
		truth, known := truth(d.eval(args[0], []*place{p}))
		return truth && known
	})
}

func filter(list []*place, keep func(*place) bool) []*place {
	var kept []*place
	for _, p := range list {
		if keep(p) {
			kept = append(kept, p)
		}
	}
	return kept
}

func evalFirst(_ *document, _ []syntax.Expr, focus []*place) []*place {
	return focus[:min(1, len(focus))]
}

func evalLast(_ *document, _ []syntax.Expr, focus []*place) []*place {
	return focus[max(0, len(focus)-1):]
}

func evalExists(d *document, _ []syntax.Expr, focus []*place) []*place {
	return d.boolean(len(focus) > 0)
}

func evalEmpty(d *document, _ []syntax.Expr, focus []*place) []*place {
	return d.boolean(len(focus) == 0)
}

func evalNot(d *document, _ []syntax.Expr, focus []*place) []*place {
	truth, known := truth(focus)
	if !known {
		return nil
	}
	return d.boolean(!truth)
}

func evalExtension(d *document, args []syntax.Expr, focus []*place) []*place {
	url, _ := args[0].(syntax.Literal)
	return filter(d.child("extension", focus), func(p *place) bool {
		return p.value.get("url").text() == url.Text
	})
}

func evalOfType(_ *document, args []syntax.Expr, focus []*place) []*place {
	name, _ := args[0].(syntax.Name)
	return ofType(focus, name.Name)
}

// ofType keeps what is of exactly a type, or a resource of a base type.
func ofType(list []*place, name string) []*place {
	typ, err := fhirpath.TypeName(name)
	return filter(list, func(p *place) bool {
		return err == nil && (p.typ == typ || fhirpath.IsA(p.typ, "Resource") && fhirpath.IsA(p.typ, typ))
	})
}
