package naive

import (
	"sort"
	"strings"
	"time"
)

// Telling are searches whose answers differ between a server that compares
// strings from their beginning and one that does so anywhere, and between ge and
// gt, whatever else is drawn.
func (g *Generator) Telling() []Query {
	var queries []Query
	ask := func(typ, code, value string) {
		queries = append(queries, Query{Types: []string{typ}, Criteria: []Pair{{code, value}}})
	}
	for _, r := range g.w.Of("Patient") {
		for _, name := range at(r.JSON, "name.family") {
			family := []rune(name.(string))
			ask("Patient", "family", escaper.Replace(string(family[len(family)/2:])))
		}
	}
	for _, r := range g.w.Of("Observation") {
		if date := str(r.JSON, "effectiveDateTime"); date != "" && len(queries) < 40 {
			ask("Observation", "date", "ge"+date)
		}
	}
	return queries
}

// Criterion makes a filter that most likely holds for the resource.
func (g *Generator) Criterion(r *Resource) (Pair, bool) {
	switch n := g.rng.IntN(100); {
	case n < 8:
		return g.missingOf(r)
	case n < 20:
		return g.chainOf(r)
	case n < 28:
		return g.hasOf(r)
	case n < 31:
		return g.wordOf(r)
	case n < 36:
		return g.of(r, pick(g, []string{"_id", "_lastUpdated", "_tag", "_profile", "_security"}))
	}
	codes := g.used(r.Type, "")
	if len(codes) == 0 {
		return Pair{}, false
	}
	for range 10 {
		if c, ok := g.of(r, pick(g, codes)); ok {
			return c, true
		}
	}
	return Pair{}, false
}

func (g *Generator) missingOf(r *Resource) (Pair, bool) {
	codes := Params(r.Type, pick(g, []string{"token", "date", "string", "reference", "quantity"}))
	if len(codes) == 0 {
		return Pair{}, false
	}
	code := pick(g, codes)
	return Pair{code + ":missing", pick(g, []string{"true", "false"})}, true
}

func (g *Generator) chainOf(r *Resource) (Pair, bool) {
	codes := g.used(r.Type, "reference")
	if len(codes) == 0 {
		return Pair{}, false
	}
	code := pick(g, codes)
	for _, v := range g.w.find(r, params[r.Type][code]) {
		to := g.w.Get(v.ref.typ + "/" + v.ref.id)
		if to == nil {
			continue
		}
		c, ok := g.Criterion(to)
		head := code + ":" + to.Type
		if code == "patient" && g.chance(50) {
			head = code
		}
		return Pair{head + "." + c.Name, c.Value}, ok && depth(c.Name) < 2
	}
	return Pair{}, false
}

func (g *Generator) hasOf(r *Resource) (Pair, bool) {
	source, code, ok := g.referring(r.Type)
	if !ok {
		return Pair{}, false
	}
	from := pick(g, g.w.Of(source))
	for range 30 {
		candidate := pick(g, g.w.Of(source))
		if g.w.refersTo(candidate, code, r.Type, r.ID) {
			from = candidate
			break
		}
	}
	c, ok := g.Criterion(from)
	return Pair{"_has:" + source + ":" + code + ":" + c.Name, c.Value}, ok && depth(c.Name) < 2
}

func depth(name string) int { return strings.Count(name, ".") + strings.Count(name, "_has:") }

func (g *Generator) wordOf(r *Resource) (Pair, bool) {
	all := allWords(r.JSON)
	if len(all) == 0 || r.Type == "Binary" {
		return Pair{}, false
	}
	sort.Strings(all) // members of an object come in any order
	word := pick(g, all)
	digit := strings.ContainsFunc(word, func(r rune) bool { return r >= '0' && r <= '9' }) // they stand in phone numbers too
	if word == "and" || word == "or" || digit {
		return Pair{}, false
	}
	return Pair{pick(g, []string{"_content", "_content", "_text"}), word}, true
}

// of makes a filter by one parameter from the values of the resource, now and
// then with a value of another resource beside or instead of it.
func (g *Generator) of(r *Resource, code string) (Pair, bool) {
	p, err := lookup(r.Type, code)
	if err != nil {
		return Pair{}, false
	}
	modifier := g.modifier(r, p)
	text := g.valueOf(r, p, modifier)
	if g.chance(25) {
		other := g.valueOf(pick(g, g.w.Of(r.Type)), p, modifier)
		switch {
		case other == "":
		case text == "":
			text = other
		default:
			text += "," + other
		}
	}
	if modifier != "" {
		code += ":" + modifier
	}
	return Pair{code, text}, text != ""
}

func (g *Generator) modifier(r *Resource, p *param) string {
	var modifiers []string
	switch p.kind {
	case "string":
		modifiers = []string{"", "", "exact", "contains"}
	case "token":
		modifiers = []string{"", "", "", "not"}
		if hasTexts(g.w.find(r, p)) {
			modifiers = append(modifiers, "text")
		}
		if p.sources[0].datatype == "Identifier" {
			modifiers = append(modifiers, "of-type")
		}
	case "reference":
		modifiers = []string{""}
		if p.sources[0].datatype == "canonical" {
			break
		}
		for _, v := range g.w.find(r, p) {
			if v.ref.typ != "" {
				modifiers = append(modifiers, v.ref.typ)
			}
			if v.ref.identifier != nil {
				modifiers = append(modifiers, "identifier")
			}
		}
	case "uri":
		modifiers = []string{"", "below", "above"}
	default:
		return ""
	}
	if p.code == "_id" {
		return ""
	}
	return pick(g, modifiers)
}

func hasTexts(values []value) bool {
	for _, v := range values {
		if len(v.texts) > 0 && v.ref == (reference{}) {
			return true
		}
	}
	return false
}

// valueOf writes a search value from a value in the resource, "" if there is none.
func (g *Generator) valueOf(r *Resource, p *param, modifier string) string {
	if p.kind == "composite" {
		return g.compositeIn(r, p)
	}
	found := g.w.find(r, p)
	if len(found) == 0 {
		return ""
	}
	v := pick(g, found)
	switch p.kind {
	case "string":
		return g.stringText(v.text, modifier)
	case "token":
		return g.tokenText(v, p, modifier)
	case "reference":
		return g.referenceText(v, modifier)
	case "uri":
		return g.uriText(v.text, modifier)
	case "date":
		return g.dateText(v.date)
	case "number":
		return g.numberText(v)
	case "quantity":
		return g.quantityText(v)
	}
	return ""
}

var escaper = strings.NewReplacer(`\`, `\\`, ",", `\,`, "|", `\|`, "$", `\$`)

func (g *Generator) stringText(text, modifier string) string {
	runes := []rune(text)
	switch modifier {
	case "exact":
		return escaper.Replace(text)
	case "contains":
		from := g.rng.IntN(len(runes))
		runes = runes[from:min(len(runes), from+2+g.rng.IntN(6))]
	default:
		longest := len(runes)
		if g.chance(60) {
			longest = min(longest, 3)
		}
		runes = runes[:1+g.rng.IntN(longest)]
	}
	text = strings.TrimSpace(string(runes))
	switch g.rng.IntN(3) {
	case 0:
		text = strings.ToUpper(text)
	case 1:
		text = fold(text)
	}
	if fold(text) == "" { // there is nothing to compare, which a server refuses
		return ""
	}
	return escaper.Replace(text)
}

func (g *Generator) tokenText(v value, p *param, modifier string) string {
	switch modifier {
	case "text":
		if len(v.texts) == 0 {
			return ""
		}
		return g.stringText(pick(g, v.texts), "")
	case "of-type":
		if len(v.typeCodes) == 0 {
			return ""
		}
		t := pick(g, v.typeCodes)
		return escaper.Replace(t.system) + "|" + escaper.Replace(t.code) + "|" + escaper.Replace(v.code)
	}
	if v.code == "" {
		return ""
	}
	system, code := escaper.Replace(v.system), escaper.Replace(v.code)
	plain := p.sources[0].datatype == "boolean" || p.sources[0].datatype == "deceased" || p.sources[0].datatype == "ContactPoint"
	switch n := g.rng.IntN(4); {
	case n == 0 || plain || p.code == "_id":
		return code
	case n == 1 && system != "":
		return system + "|"
	}
	return system + "|" + code
}

func (g *Generator) referenceText(v value, modifier string) string {
	switch {
	case modifier == "identifier":
		if v.ref.identifier == nil {
			return ""
		}
		return escaper.Replace(v.ref.identifier.system) + "|" + escaper.Replace(v.ref.identifier.code)
	case modifier != "":
		return v.ref.id
	case v.ref.url != "":
		if v.ref.version != "" && g.chance(50) {
			return escaper.Replace(v.ref.url) + "|" + v.ref.version
		}
		return escaper.Replace(v.ref.url)
	case v.ref.typ == "":
		return ""
	}
	forms := []string{v.ref.id, v.ref.typ + "/" + v.ref.id}
	if g.w.Base != "" {
		forms = append(forms, g.w.Base+"/"+v.ref.typ+"/"+v.ref.id)
	}
	return pick(g, forms)
}

func (g *Generator) uriText(text, modifier string) string {
	switch modifier {
	case "below":
		if at := strings.LastIndexByte(text, '/'); at > len("http://") && g.chance(70) {
			text = text[:at+g.rng.IntN(2)]
		}
	case "above":
		text += pick(g, []string{"", "/more", "/more/still"})
	}
	if modifier != "" && !strings.Contains(text, "://") {
		return ""
	}
	return escaper.Replace(text)
}

var prefixes = []string{"", "", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"}

var layouts = []string{"2006", "2006-01", "2006-01-02", "2006-01-02T15:04Z", "2006-01-02T15:04:05Z", "2006-01-02T15:04:05-07:00"}

func (g *Generator) dateText(s span) string {
	at := s.low
	if at == nil || s.high != nil && g.chance(20) {
		at = s.high
	}
	moment := at.UTC()
	if g.chance(20) {
		moment = moment.AddDate(0, g.rng.IntN(24)-12, 0)
	}
	layout := pick(g, layouts)
	if strings.HasSuffix(layout, "00") {
		moment = moment.In(time.FixedZone("", -5*3600))
	}
	return pick(g, prefixes) + moment.Format(layout)
}

func (g *Generator) numberText(v value) string {
	d := v.low
	if d == nil {
		d = v.high
	}
	text := d.FloatString(g.rng.IntN(5))
	if g.chance(15) { // exactly as it is
		text = strings.TrimRight(strings.TrimRight(d.FloatString(18), "0"), ".")
	}
	return pick(g, prefixes) + text
}

func (g *Generator) quantityText(v value) string {
	text := g.numberText(v)
	switch g.rng.IntN(4) {
	case 0:
		return text
	case 1:
		if v.unit != "" {
			return text + "||" + escaper.Replace(v.unit)
		}
	case 2:
		if v.code != "" {
			return text + "||" + escaper.Replace(v.code)
		}
	}
	if v.system == "" || v.code == "" {
		return text
	}
	if converted := g.converted(v); converted != "" && g.chance(40) {
		return converted
	}
	return text + "|" + escaper.Replace(v.system) + "|" + escaper.Replace(v.code)
}

// converted is the value in another unit of its dimension, rounded.
func (g *Generator) converted(v value) string {
	from, ok := units[v.code]
	if !ok || v.system != ucum || v.low == nil {
		return ""
	}
	for _, code := range unitCodes {
		to := units[code]
		if to.dimension == from.dimension && code != v.code {
			base := new(decimal).Mul(v.low, parseDecimal(from.factor))
			text := base.Quo(base, parseDecimal(to.factor)).FloatString(3)
			return pick(g, []string{"", "gt", "le", "ne"}) + text + "|" + ucum + "|" + code
		}
	}
	return ""
}

// compositeIn is a value for each part of a composite, from one element.
func (g *Generator) compositeIn(r *Resource, p *param) string {
	for _, group := range p.groups {
		for _, element := range at(r.JSON, group.path) {
			var texts []string
			for _, part := range group.parts {
				if text := g.partText(element, part); text != "" {
					texts = append(texts, text)
				}
			}
			if len(texts) == len(group.parts) && g.chance(80) {
				return strings.Join(texts, "$")
			}
		}
	}
	return ""
}

func (g *Generator) partText(element any, part []source) string {
	for _, s := range part {
		for _, v := range g.w.from(element, s) {
			text := ""
			switch kindOf[s.datatype] {
			case "token":
				text = g.tokenText(v, &param{sources: part}, "")
			case "quantity":
				text = g.quantityText(v)
			case "string":
				text = g.stringText(v.text, "")
			case "date":
				text = g.dateText(v.date)
			}
			if text != "" {
				return text
			}
		}
	}
	return ""
}
