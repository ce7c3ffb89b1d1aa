package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/granary-fhir/granary/auth/keys"
)

type keysCmd struct {
	List   keysListCmd   `cmd:"" help:"Show the keys that are published, and which one signs."`
	Rotate keysRotateCmd `cmd:"" help:"Make a new key. It is published at once, and signs a day later."`
	Remove keysRemoveCmd `cmd:"" help:"Take a key that signs no longer out of the published ones before its time."`
}

type keysListCmd struct{ dataFlags }

type keysRotateCmd struct {
	dataFlags
	Now bool `help:"Let the new key sign at once: for when others may have the old one."`
}

type keysRemoveCmd struct {
	dataFlags
	KID string `arg:"" name:"kid" help:"The key, as granary keys list names it."`
}

// Help is shown by granary keys rotate --help.
func (keysRotateCmd) Help() string {
	return `The keys sign ID tokens. A server may run meanwhile, and knows of the new key at once.
The old key stays published until the last ID token that it signed has expired, and a
day longer.

If others may have the old key: granary keys rotate --now, and then
granary keys remove KID, after which nothing that it signed is good any longer. A KID
that begins with a dash goes behind two of them: granary keys remove -- -KID.`
}

// Run lists the keys.
func (cmd *keysListCmd) Run(ctx context.Context, c console) error {
	return cmd.withKeys(ctx, func(k *keys.Keys) error {
		listed, err := k.List(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "kid\tstate\tcreated\tsigns from\tpublished until")
		for _, key := range listed {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", key.KID, key.State, minute(key.Created), minute(key.From), minute(key.Until))
		}
		return table.Flush()
	})
}

// Run makes the next key.
func (cmd *keysRotateCmd) Run(ctx context.Context, c console) error {
	return cmd.withKeys(ctx, func(k *keys.Keys) error {
		rotate := k.Rotate
		if cmd.Now {
			rotate = k.RotateNow
		}
		kid, err := rotate(ctx)
		var waiting *keys.Waiting
		if errors.As(err, &waiting) {
			return fmt.Errorf("%w; with --now another one signs at once", err)
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(c.out, kid)
		return err
	})
}

// Run removes a key.
func (cmd *keysRemoveCmd) Run(ctx context.Context) error {
	return cmd.withKeys(ctx, func(k *keys.Keys) error {
		if err := k.Remove(ctx, cmd.KID); err != nil {
			return fmt.Errorf("%s: %w", cmd.KID, err)
		}
		return nil
	})
}

// withKeys runs fn on the keys of a store that is there.
func (f dataFlags) withKeys(ctx context.Context, fn func(*keys.Keys) error) (err error) {
	if err := f.existing(ctx); err != nil {
		return err
	}
	opened, err := f.open(ctx, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	k, err := keys.Open(ctx, opened.Records(), time.Now)
	if err != nil {
		return err
	}
	return fn(k)
}

// minute is a time as tables show it; "-" for none.
func minute(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02T15:04Z")
}
