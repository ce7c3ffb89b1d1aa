package sqlite

import (
	"fmt"
	"math"

	"github.com/granary-fhir/granary/search"
)

// earthRadius is the mean radius in kilometres.
const earthRadius = 6371.0088

// near holds where a position of the row, a pair of latitude and longitude
// entries of one group, lies within the distance along the great circle.
func (c *compiler) near(e search.Near) (test, error) {
	if len(e.Param.Components) != 2 {
		return nil, fmt.Errorf("%s does not consist of latitude and longitude", e.Param.Name())
	}
	latitude, ok, err := c.param(e.Param.Components[0])
	if err != nil || !ok {
		return constant(false), err
	}
	longitude, ok, err := c.param(e.Param.Components[1])
	if err != nil || !ok {
		return constant(false), err
	}
	return &nearTest{latitude, longitude, e}, nil
}

type nearTest struct {
	latitude, longitude int64
	near                search.Near
}

func (t *nearTest) of(e packed) (bool, error) {
	latitudes, err := e.degrees(t.latitude)
	if err != nil || len(latitudes) == 0 {
		return false, err
	}
	longitudes, err := e.degrees(t.longitude)
	for _, lat := range latitudes {
		for _, lon := range longitudes {
			if lat.group == lon.group && t.within(lat.middle, lon.middle) {
				return true, err
			}
		}
	}
	return false, err
}

// degree is the middle of an entry, which is as wide as its number is imprecise.
type degree struct {
	group  int64
	middle float64
}

func (e packed) degrees(param int64) (all []degree, err error) {
	raw, err := e.find(param, quantityTable)
	r := reader{rest: raw}
	for !r.done() {
		x := r.number()
		all = append(all, degree{x.group, (x.lo + x.hi) / 2})
	}
	if err == nil {
		err = r.err()
	}
	return all, err
}

// within compares the half chord, which is exact for small distances too.
func (t *nearTest) within(latitude, longitude float64) bool {
	limit := 2.0 // everywhere
	if angle := t.near.Distance / earthRadius / 2; angle < math.Pi/2 {
		limit = math.Pow(math.Sin(angle), 2)
	}
	phi, lambda := radians(latitude), radians(longitude)
	phi0, lambda0 := radians(t.near.Latitude), radians(t.near.Longitude)
	chord := math.Pow(math.Sin((phi-phi0)/2), 2) + math.Cos(phi)*math.Cos(phi0)*math.Pow(math.Sin((lambda-lambda0)/2), 2)
	return chord <= limit
}

func radians(degrees float64) float64 { return degrees * math.Pi / 180 }

// inBand selects latitudes in the index of quantities. An entry may be as wide as
// a degree.
func inBand(e search.Near) fragment {
	band := e.Distance/earthRadius*180/math.Pi + 0.5
	return sql("lo BETWEEN ? AND ?", float(e.Latitude-band-0.5), float(e.Latitude+band))
}
