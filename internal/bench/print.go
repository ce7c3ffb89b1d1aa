package bench

import (
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"
)

// Print writes the report as tables.
func (r *Report) Print(w io.Writer) error {
	fmt.Fprintf(w, "Store: %s.\n", r.Store)
	fmt.Fprintf(w, "%d resources (%d in the small set), %d bytes of JSON and %.1f index entries each.\n",
		r.Resources, r.Small, r.JSONBytes/int64(max(r.Resources, 1)), r.Entries)
	fmt.Fprintf(w, "%d clients where the row does not say otherwise, %v a row.\n\n", r.Clients, r.Duration)
	if err := r.printRows(w); err != nil {
		return err
	}
	fmt.Fprintln(w)
	if err := r.printStore(w); err != nil {
		return err
	}
	fmt.Fprintln(w)
	if err := r.printTargets(w); err != nil {
		return err
	}
	for _, row := range r.Results {
		switch {
		case row.Refused != "":
			fmt.Fprintf(w, "\n%s was not measured: %s", row.Name, row.Refused)
		case row.Errors > 0:
			fmt.Fprintf(w, "\n%s had %d errors, the first: %s", row.Name, row.Errors, row.Fault)
		}
	}
	_, err := fmt.Fprintln(w)
	return err
}

func table(w io.Writer) *tabwriter.Writer { return tabwriter.NewWriter(w, 0, 0, 2, ' ', 0) }

func (r *Report) printRows(w io.Writer) error {
	t := table(w)
	fmt.Fprintln(t, "row\tclients\tops/s\tp50 ms\tp95 ms\tp99 ms\tserver CPU us/op\tbytes/op\terrors")
	for _, row := range r.Results {
		p := row.Percentiles(50, 95, 99)
		errors := strconv.Itoa(row.Errors)
		if row.Refused != "" {
			errors = "refused"
		}
		fmt.Fprintf(t, "%s\t%d\t%.0f\t%s\t%s\t%s\t%s\t%d\t%s\n", r.title(row), row.Clients, row.Rate(),
			inMilliseconds(p[0]), inMilliseconds(p[1]), inMilliseconds(p[2]), known(float64(row.CPUEach().Nanoseconds())/1e3, "%.0f"), row.BytesEach(), errors)
	}
	return t.Flush()
}

// title is a row's name, with the size of the data where there are two.
func (r *Report) title(row Result) string {
	if row.Small {
		return fmt.Sprintf("%s, of %d", row.Name, row.Of)
	}
	return row.Name
}

func inMilliseconds(d time.Duration) string { return known(milliseconds(d), "%.2f") }

// known writes a figure, "-" if there is none.
func known(figure float64, format string) string {
	if figure == 0 {
		return "-"
	}
	return fmt.Sprintf(format, figure)
}

func (r *Report) printStore(w io.Writer) error {
	t := table(w)
	fmt.Fprintf(t, "bulk load\t%.0f resources/s\t%v in all\n", r.Loaded().Rate(), r.Loaded().Elapsed.Round(time.Millisecond))
	if n := len(r.Loads); n > 1 {
		fmt.Fprintf(t, "\t%.0f resources/s\tthe first %d\n", r.Loads[0].Rate(), r.Loads[0].Resources)
		fmt.Fprintf(t, "\t%.0f resources/s\tthe last %d\n", r.Loads[n-1].Rate(), r.Loads[n-1].Resources)
	}
	fmt.Fprintf(t, "ready\t%s ms\tfrom the start of the process to the first resource read\n", inMilliseconds(r.Ready))
	fmt.Fprintf(t, "memory\t%s MB\tanonymous, at most, in all rows\n", known(float64(r.Peak())/1e6, "%.0f"))
	perResource := float64(r.DiskBytes) / float64(max(r.Resources, 1))
	fmt.Fprintf(t, "disk\t%.0f bytes/resource\t%.2f times the JSON\n", perResource, ratio(r.DiskBytes, r.JSONBytes))
	return t.Flush()
}

func (r *Report) printTargets(w io.Writer) error {
	t := table(w)
	fmt.Fprintln(t, "target\tmeasured\tmust\tstretch\treached")
	for _, target := range r.Targets() {
		verdict := target.Verdict()
		if target.Measured == 0 {
			verdict = "not measured"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", target.What, target.figure(target.Measured), target.figure(target.Must), target.figure(target.Stretch), verdict)
	}
	return t.Flush()
}

func (t Target) figure(f float64) string {
	format := "%.2f "
	if t.Unit == "/s" || t.Unit == "MB" || f >= 100 {
		format = "%.0f "
	}
	if f == 0 {
		return "-"
	}
	return fmt.Sprintf(format, f) + t.Unit
}
