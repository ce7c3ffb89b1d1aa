package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/granary-fhir/granary/store/sqlite"
)

type backupCmd struct {
	dataFlags
	Force bool   `help:"Replace FILE if it is there."`
	File  string `arg:"" placeholder:"FILE" help:"Where to write the copy."`
}

// Help is shown by granary backup --help.
func (backupCmd) Help() string {
	return `The copy is the store at the instant at which the command begins, whatever is written
meanwhile, and a single file. It gets its name only when it is complete, checked and safely
on the disk; until then it is a hidden file beside it. It holds all that the store holds,
access tokens among it: keep it as safe as the store, and on another disk.

Examples:

  granary backup --data /var/lib/granary /mnt/backup/granary-$(date +%F).db
  granary backup --force /mnt/backup/granary.db`
}

// Run makes the copy.
func (cmd *backupCmd) Run(ctx context.Context, c console) error {
	folder, err := cmd.folder("backup", "make copies of it with mongodump, see docs/mongodb.md")
	if err != nil {
		return err
	}
	start := time.Now()
	bar := newProgress(c, "copying", 1, progressbar.OptionShowBytes(true))
	err = sqlite.Backup(ctx, folder, cmd.File, cmd.Force, bar.of)
	bar.clear()
	if err != nil {
		return err
	}
	info, err := os.Stat(cmd.File)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "%s: %.1f MB, checked, after %v\n", cmd.File, float64(info.Size())/1e6, time.Since(start).Round(time.Millisecond))
	return err
}
