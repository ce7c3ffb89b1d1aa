package bench

import (
	"context"
	"fmt"
	"time"
)

// Driver measures rows.
type Driver struct {
	Server   Server
	Floor    Server
	Open     Server            // wants no token
	Tokens   map[string]string // by scopes
	Clients  int
	Duration time.Duration // of each row
	// Say, which may be nil, is told what is done.
	Say func(format string, args ...any)
}

// Result is what became of a row.
type Result struct {
	Row
	Measured
	Of      int     // resources in the store, when there is more than one size
	Matches float64 // in a page, on average
	Refused string  // why it was not measured
}

// entrant is a row that is ready to be measured.
type entrant struct {
	result Result
	load   load
}

// Measure measures the rows, those of one group in turns. An error means that
// measuring was given up; what is wrong with a row is told in its Result.
func (d Driver) Measure(ctx context.Context, rows []Row) ([]Result, error) {
	var results []Result
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].Group == rows[0].Group {
			n++
		}
		group, err := d.group(ctx, rows[:n])
		if err != nil {
			return results, err
		}
		results, rows = append(results, group...), rows[n:]
	}
	return results, nil
}

func (d Driver) group(ctx context.Context, rows []Row) ([]Result, error) {
	d.say("%s", rows[0].Group)
	entrants, err := d.entrants(ctx, rows)
	if err != nil {
		return nil, err
	}
	rounds := d.rounds()
	for round := range rounds + 1 {
		for _, e := range entrants {
			if e.result.Refused != "" {
				continue
			}
			e.load.duration, e.load.round = d.Duration/time.Duration(rounds), uint64(round)
			if slice := e.load.run(ctx); round > 0 { // the first is to warm up
				e.result.add(slice)
			}
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
	}
	results := make([]Result, len(entrants))
	for i, e := range entrants {
		results[i] = e.result
	}
	return results, nil
}

// rounds is in how many slices a row's time is cut: neighbours on the machine
// then disturb all rows of a group alike.
func (d Driver) rounds() int {
	return int(min(5, max(1, d.Duration/(100*time.Millisecond))))
}

// entrants checks the rows and adds their floors.
func (d Driver) entrants(ctx context.Context, rows []Row) ([]*entrant, error) {
	var entrants []*entrant
	before := make(map[string]*checked)
	for i := range rows {
		row := &rows[i]
		server, token := d.Server, d.Tokens[row.Scope]
		if row.Open {
			server, token = d.Open, ""
		}
		seen, err := row.check(ctx, server, token)
		if err == nil && row.SameAs != "" {
			err = seen.sameAs(before[row.SameAs])
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		e := d.entrant(*row, server, token)
		entrants = append(entrants, e)
		if err != nil {
			e.result.Refused = err.Error()
			continue
		}
		before[row.Name] = &seen
		if n := len(seen.found); n > 0 {
			e.result.Matches = float64(seen.matches) / float64(n)
		}
		if !row.Floor {
			continue
		}
		floor, err := row.floor(ctx, d.Floor, i, seen.bodies)
		if err != nil {
			return nil, fmt.Errorf("row %s: %w", row.Name, err)
		}
		entrants = append(entrants, d.entrant(floor, d.Floor, token))
	}
	return entrants, nil
}

func (d Driver) entrant(row Row, server Server, token string) *entrant {
	clients := row.Clients
	if clients == 0 {
		clients = d.Clients
	}
	row.Clients = clients
	return &entrant{
		result: Result{Row: row},
		load:   load{server: server, token: token, clients: clients, source: row.keptSources(clients)},
	}
}

// keptSources are the Sources of each client, the same in all rounds.
func (r *Row) keptSources(clients int) func(int) Source {
	kept, source := make([]Source, clients), r.sources()
	for i := range kept {
		kept[i] = source(i)
	}
	return func(i int) Source { return kept[i] }
}

func (d Driver) say(format string, args ...any) {
	if d.Say != nil {
		d.Say(format, args...)
	}
}
