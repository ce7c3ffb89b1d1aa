package synthetic

import (
	"fmt"
	"time"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// implants of the old: a hip, or a pacemaker. A persona has both.
type implants struct {
	plain
	hip, heart *visit
}

func (m *implants) plan(c *chart) bool {
	if c.years() < 66 {
		return false
	}
	if c.chance(140) {
		m.hip = c.planVisit("hip", c.dice.between(200, 700), stay, c.clinic.people["orthopedics"], snomed("239872002"))
	}
	if c.chance(90) {
		m.heart = c.planVisit("heart", c.dice.between(750, 1000), stay, c.clinic.people["cardiology"], snomed("48867003"))
	}
	return m.hip != nil || m.heart != nil
}

func (m *implants) visit(c *chart, v *visit) {
	switch v {
	case m.hip:
		reason := c.problem("hip", diagnosis{snomed: "239872002", icd10: "M16.11", onset: v.on.AddDate(-3, 0, 0)})
		c.implant(v, "52734007", "304120007", "Alloclassic hip", reason, 10)
		c.document(v, note{code: "18842-5", title: "Discharge summary", text: "Total replacement of the right hip. Walks with a stick. Physiotherapy twice a week.", html: true})
	case m.heart:
		reason := c.problem("heart", diagnosis{snomed: "48867003", icd10: "R00.1", onset: v.on.AddDate(0, -2, 0)})
		c.implant(v, "307280005", "14106009", "Cadence DR pacemaker", reason, 8)
		c.electrocardiogram(v)
	}
}

// implant writes the device and the operation. The barcode is GS1's, as the FDA has it:
// device identifier, manufacturing and expiration date, lot, serial number.
func (c *chart) implant(v *visit, procedure, device, name string, reason *r4.Reference, years int) {
	identifier := gtin(fmt.Sprintf("0%012d", c.dice.below(100_000_000)))
	lot, serial := fmt.Sprintf("L%05d", c.dice.below(100_000)), fmt.Sprintf("SN%07d", c.dice.below(10_000_000))
	made, expires := v.on.AddDate(0, -8, 0), v.on.AddDate(years, 0, 0)
	short := func(t time.Time) string { return t.Format("060102") }
	c.put("device", &r4.Device{
		UDICarrier: []r4.UDICarrier{{
			DeviceIdentifier: identifier, Issuer: "http://hl7.org/fhir/NamingSystem/gs1-di",
			CarrierHRF: fmt.Sprintf("(01)%s(11)%s(17)%s(10)%s(21)%s", identifier, short(made), short(expires), lot, serial),
		}},
		Status: "active", DistinctIdentifier: "D" + serial, Manufacturer: "Implantworks", ManufactureDate: date(made), ExpirationDate: date(expires),
		LotNumber: lot, SerialNumber: serial, DeviceName: []r4.DeviceName{{Name: name, Type: "user-friendly-name"}}, Type: snomed(device), Patient: c.patient,
	}, "us-core-implantable-device")
	start := 24*60 + c.dice.below(120)
	c.put("procedure", &r4.Procedure{
		Status: "completed", Category: snomed("387713003"), Code: snomed(procedure), Subject: c.patient, Encounter: v.encounter,
		PerformedPeriod: &r4.Period{Start: c.at(v, start), End: c.at(v, start+95)}, Performer: []r4.Performer{{Actor: v.doctor}},
		ReasonReference: refs(reason),
		FocalDevice:     []r4.FocalDevice{{Action: snomed("257867005"), Manipulated: ref("Device/" + c.id + "-device-" + fmt.Sprint(c.counts["device"]))}},
	}, "us-core-procedure")
}

// gtin is a number of GS1 with the digit that checks the others: from the right, every
// other digit counts three times.
func gtin(digits string) string {
	sum := 0
	for i, c := range digits {
		weight := 1
		if (len(digits)-i)%2 == 1 {
			weight = 3
		}
		sum += weight * int(c-'0')
	}
	return digits + string(rune('0'+(10-sum%10)%10))
}
