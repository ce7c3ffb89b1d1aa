package evaluator

import (
	"fmt"

	"github.com/granary-fhir/granary/internal/fhirpath/syntax"
)

// function is what a name with arguments means.
type function struct {
	min, max int // arguments
	build    func(args []argument) (node, error)
}

// argument is a compiled argument, and its text where it is a string literal.
type argument struct {
	node
	literal string
}

// groups are the functions by what they are for, as the specification has them.
var groups = []map[string]function{
	existence, filtering, subsetting, combining, conversion, stringy, mathematics, trees, utility, fhirs,
}

func lookup(name string) (function, bool) {
	for _, group := range groups {
		if f, ok := group[name]; ok {
			return f, true
		}
	}
	return function{}, false
}

func compileCall(x syntax.Call) (node, error) {
	if typed, ok := typeFunctions[x.Name]; ok {
		return compileTypeCall(x, typed)
	}
	f, ok := lookup(x.Name)
	if !ok {
		return nil, fmt.Errorf("the function %s() is not known", x.Name)
	}
	if len(x.Args) < f.min || len(x.Args) > f.max {
		return nil, fmt.Errorf("the function %s() has %d arguments, and takes %s", x.Name, len(x.Args), f.arity())
	}
	args := make([]argument, len(x.Args))
	for i, arg := range x.Args {
		var err error
		if args[i].node, err = compile(arg); err != nil {
			return nil, err
		}
		if literal, ok := arg.(syntax.Literal); ok && literal.Kind == syntax.String {
			args[i].literal = literal.Text
		}
	}
	return f.build(args)
}

func (f function) arity() string {
	if f.min == f.max {
		return fmt.Sprint(f.min)
	}
	return fmt.Sprintf("%d to %d", f.min, f.max)
}

func compileTypeCall(x syntax.Call, typed func(typeSpecifier) func([]Item) ([]Item, error)) (node, error) {
	if len(x.Args) != 1 {
		return nil, fmt.Errorf("the function %s() has %d arguments, and takes 1", x.Name, len(x.Args))
	}
	name, ok := typeArgument(x.Args[0])
	if !ok {
		return nil, fmt.Errorf("the argument of %s() is a type", x.Name)
	}
	t, err := newTypeSpecifier(name)
	if err != nil {
		return nil, err
	}
	test := typed(t)
	return func(e *env, s *scope) ([]Item, error) {
		if err := e.step(len(s.focus)); err != nil {
			return nil, err
		}
		return test(s.focus)
	}, nil
}

// simple is a function without arguments.
func simple(f func(e *env, focus []Item) ([]Item, error)) function {
	return function{build: func([]argument) (node, error) {
		return func(e *env, s *scope) ([]Item, error) {
			result, err := f(e, s.focus)
			if err != nil {
				return nil, err
			}
			return result, e.step(1 + len(result))
		}, nil
	}}
}

// valued is a function whose arguments are evaluated once, where the path stands.
func valued(least, most int, f func(e *env, focus []Item, args [][]Item) ([]Item, error)) function {
	return function{least, most, func(args []argument) (node, error) {
		return func(e *env, s *scope) ([]Item, error) {
			values := make([][]Item, len(args))
			for i, arg := range args {
				var err error
				if values[i], err = arg.node(e, s.argument()); err != nil {
					return nil, err
				}
			}
			result, err := f(e, s.focus, values)
			if err != nil {
				return nil, err
			}
			return result, e.step(1 + len(result))
		}, nil
	}}
}

// scoped is a function whose arguments are evaluated for each item, as its first
// argument has it, or in other ways of its own.
func scoped(least, most int, f func(e *env, s *scope, args []argument) ([]Item, error)) function {
	return function{least, most, func(args []argument) (node, error) {
		return func(e *env, s *scope) ([]Item, error) {
			if err := e.step(1 + len(s.focus)); err != nil {
				return nil, err
			}
			return f(e, s, args)
		}, nil
	}}
}
