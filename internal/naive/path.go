package naive

import "strings"

// at are the values at a path: member names with dots between them, through
// arrays. `telecom[system=phone].value` takes only the objects whose member has
// that value. The empty path is the value itself.
func at(v any, path string) []any {
	if list, ok := v.([]any); ok {
		var all []any
		for _, item := range list {
			all = append(all, at(item, path)...)
		}
		return all
	}
	if v == nil {
		return nil
	}
	if path == "" {
		return []any{v}
	}
	object, ok := v.(Object)
	if !ok {
		return nil
	}
	name, condition, rest := step(path)
	var all []any
	for _, found := range at(object[name], "") {
		if condition == "" || satisfies(found, condition) {
			all = append(all, at(found, rest)...)
		}
	}
	return all
}

// step splits `name[condition].rest`.
func step(path string) (name, condition, rest string) {
	end := strings.IndexAny(path, ".[")
	if end < 0 {
		return path, "", ""
	}
	name, path = path[:end], path[end:]
	if path[0] == '[' {
		closing := strings.IndexByte(path, ']')
		condition, path = path[1:closing], path[closing+1:]
	}
	return name, condition, strings.TrimPrefix(path, ".")
}

func satisfies(v any, condition string) bool {
	name, want, _ := strings.Cut(condition, "=")
	return str(v, name) == want
}

// str is a string member of an object, "" if there is none.
func str(v any, name string) string {
	object, _ := v.(Object)
	text, _ := object[name].(string)
	return text
}
