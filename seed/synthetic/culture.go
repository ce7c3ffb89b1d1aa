package synthetic

import "strings"

// culture is where a family's names come from, and what goes with them.
type culture struct {
	name                        string
	weight                      int
	race, detailedRace          string // CDC Race and Ethnicity
	ethnicity, detailedEthnicty string
	language                    string // BCP 47
	family, female, male        []string
}

// given are the first names of a gender.
func (c *culture) given(gender string) []string {
	if gender == "female" {
		return c.female
	}
	return c.male
}

// readCultures reads cultures.tsv and names.tsv.
func readCultures() []*culture {
	var all []*culture
	byName := make(map[string]*culture)
	for _, row := range rows("cultures") {
		c := &culture{row[0], number(row[1]), row[2], row[3], row[4], row[5], row[6], nil, nil, nil}
		all, byName[c.name] = append(all, c), c
	}
	for _, row := range rows("names") {
		c, names := byName[row[0]], strings.Split(row[2], ",")
		switch row[1] {
		case "family":
			c.family = names
		case "female":
			c.female = names
		case "male":
			c.male = names
		}
	}
	return all
}

// drawCulture is one of the cultures, by how many have it.
func drawCulture(d dice) *culture {
	weights := make([]int, len(cultures()))
	for i, c := range cultures() {
		weights[i] = c.weight
	}
	return cultures()[d.weighted(weights)]
}
