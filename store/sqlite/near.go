package sqlite

import (
	"fmt"
	"math"

	"github.com/granary-fhir/granary/search"
)

// earthRadius is the mean radius in kilometres.
const earthRadius = 6371.0088

// near is true where a position of the row, a pair of latitude and longitude
// entries of one group, lies within the distance along the great circle. The
// band of latitudes is tested first.
func (c *compiler) near(s subject, e search.Near) (fragment, error) {
	if len(e.Param.Components) != 2 {
		return never, fmt.Errorf("%s does not consist of latitude and longitude", e.Param.Name())
	}
	latitude, ok, err := c.param(e.Param.Components[0])
	if err != nil || !ok {
		return never, err
	}
	longitude, ok, err := c.param(e.Param.Components[1])
	if err != nil || !ok {
		return never, err
	}
	lat, lon := c.aliases.next("n"), c.aliases.next("n")
	return concat(sql("EXISTS(SELECT 1 FROM "+s.prefix+"qty "+lat+" CROSS JOIN "+s.prefix+"qty "+lon), where(
		sql(lat+".owner = "+s.owner+" AND "+lat+".param = ?", num(latitude)),
		entryTest{test: inBand(e)}.on(lat),
		sql(lon+".owner = "+s.owner+" AND "+lon+".param = ?", num(longitude)),
		sql(lon+".grp = "+lat+".grp"),
		haversine(lat, lon, e),
	), sql(")")), nil
}

// inBand tests a latitude. An entry is as wide as its number is imprecise, which
// may be a degree.
func inBand(e search.Near) fragment {
	band := e.Distance/earthRadius*180/math.Pi + 0.5
	return sql("{}.lo BETWEEN ? AND ?", float(e.Latitude-band-0.5), float(e.Latitude+band))
}

// haversine compares the half chord, which is exact for small distances too.
func haversine(lat, lon string, e search.Near) fragment {
	limit := 2.0 // everywhere
	if angle := e.Distance / earthRadius / 2; angle < math.Pi/2 {
		limit = math.Pow(math.Sin(angle), 2)
	}
	phi := "radians((" + lat + ".lo + " + lat + ".hi) / 2)"
	lambda := "radians((" + lon + ".lo + " + lon + ".hi) / 2)"
	return sql("pow(sin(("+phi+" - ?) / 2), 2) + cos("+phi+") * ? * pow(sin(("+lambda+" - ?) / 2), 2) <= ?",
		float(radians(e.Latitude)), float(math.Cos(radians(e.Latitude))), float(radians(e.Longitude)), float(limit))
}

func radians(degrees float64) float64 { return degrees * math.Pi / 180 }
