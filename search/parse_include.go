package search

import (
	"slices"
	"strings"
)

// takeInclude parses an `_include` or `_revinclude` (search.html#revinclude):
// `Type:param`, `Type:param:Target`, `Type:*` or `*`, with `:iterate` on the name
// to repeat it on what was brought along.
func (req *request) takeInclude(name, modifier string, modified bool, value string) error {
	if modified && modifier != "iterate" {
		return fault("", "has the modifier :%s; the only one is :iterate", modifier)
	}
	switch {
	case value == "":
		return emptyValue("")
	case len(req.query.Includes) == MaxIncludes:
		return fault(value, "is one too many: a search may have up to %d includes", MaxIncludes)
	}
	include := Include{Reverse: name == "_revinclude", Iterate: modified}
	var err error
	if include.Params, include.Target, err = req.include(include, value); err != nil {
		return err
	}
	req.query.Includes = append(req.query.Includes, include)
	return nil
}

func (req *request) include(include Include, value string) (params []*Param, target string, err error) {
	if value == "*" {
		return req.wildcard(include, req.sourceTypes(include)), "", nil
	}
	split := strings.Split(value, ":")
	if len(split) < 2 || len(split) > 3 {
		return nil, "", fault(value, "is no include; write Type:param, Type:param:Target, Type:* or *")
	}
	source := split[0]
	if !req.registry.HasType(source) {
		return nil, "", fault(value, "%q is no resource type%s", source, didYouMean(source, req.registry.Types()))
	}
	if len(split) == 3 {
		if target = split[2]; !req.registry.HasType(target) {
			return nil, "", fault(value, "%q is no resource type%s", target, didYouMean(target, req.registry.Types()))
		}
	}
	if params, err = req.includeParams(include, value, source, split[1], target); err != nil {
		return nil, "", err
	}
	return params, target, req.reachable(include, value, source, target, params)
}

func (req *request) includeParams(include Include, value, source, code, target string) ([]*Param, error) {
	if code == "*" {
		return req.wildcard(include, []string{source}), nil
	}
	param, ok := req.registry.Param(source, code)
	switch {
	case !ok:
		return nil, fault(value, "%s has no search parameter %q%s", source, code, didYouMean(code, req.referenceCodes(source)))
	case param.Kind != KindReference:
		return nil, fault(value, "%s is a %s parameter; only a reference can be followed%s", param.Name(), param.Kind, rightReferences(req.referenceCodes(source)))
	case target != "" && !canTarget(param, target):
		return nil, fault(value, "%s does not refer to %s; right are %s", param.Name(), target, either(param.Targets))
	}
	return []*Param{param}, nil
}

// reachable refuses an include that can bring nothing: what it starts from or
// leads to is not searched. With :iterate it may start from what another include
// brought.
func (req *request) reachable(include Include, value, source, target string, params []*Param) error {
	switch {
	case include.Iterate:
		return nil
	case !include.Reverse && !slices.Contains(req.types, source):
		return fault(value, "starts from %s, which is not searched; to start from what another include brings along, add :iterate", source)
	case include.Reverse && target != "" && !slices.Contains(req.types, target):
		return fault(value, "leads to %s, which is not searched; to lead to what another include brings along, add :iterate", target)
	case include.Reverse && !slices.ContainsFunc(params, req.leadsToSearched):
		return fault(value, "never refers to %s, which is searched; to lead to what another include brings along, add :iterate", req.typesInWords())
	}
	return nil
}

// sourceTypes are the types whose references `*` follows.
func (req *request) sourceTypes(include Include) []string {
	if include.Reverse || include.Iterate {
		return req.registry.Types()
	}
	return req.types
}

// wildcard are all reference parameters of the types; of those of a `_revinclude`
// the ones that can lead to what is searched.
func (req *request) wildcard(include Include, types []string) []*Param {
	var params []*Param
	for _, typ := range types {
		for _, param := range req.registry.References(typ) {
			if !include.Reverse || include.Iterate || req.leadsToSearched(param) {
				params = append(params, param)
			}
		}
	}
	return params
}

func (req *request) leadsToSearched(param *Param) bool {
	return slices.ContainsFunc(req.types, func(typ string) bool { return canTarget(param, typ) })
}

func (p *parser) referenceCodes(typ string) []string {
	var codes []string
	for _, param := range p.registry.References(typ) {
		codes = append(codes, param.Code)
	}
	return codes
}

func rightReferences(codes []string) string {
	if len(codes) == 0 {
		return ""
	}
	return ", which are " + either(codes)
}
