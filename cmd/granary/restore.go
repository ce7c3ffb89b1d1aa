package main

import (
	"context"
	"fmt"
	"os"

	"github.com/schollz/progressbar/v3"

	"github.com/granary-fhir/granary/store/sqlite"
)

type restoreCmd struct {
	dataFlags
	Force bool   `help:"Move a store that is there aside."`
	File  string `arg:"" placeholder:"FILE" help:"A backup."`
}

// Help is shown by granary restore --help.
func (restoreCmd) Help() string {
	return `The backup is copied and checked before anything changes. It is refused if it is damaged,
not Granary's, or of a newer Granary; one of an older Granary is brought up to date when the
store is opened next. No server and no other command may have the store open meanwhile. With
--force a store that is there is kept in a folder before-restore-… below the data folder, which
--data can name.

Examples:

  granary restore --data /var/lib/granary /mnt/backup/granary-2026-11-29.db
  granary restore --force /mnt/backup/granary.db`
}

// Run brings the backup back.
func (cmd *restoreCmd) Run(ctx context.Context, c console) error {
	folder, err := cmd.folder("restore", "bring back what mongodump has written with mongorestore, see docs/mongodb.md")
	if err != nil {
		return err
	}
	if _, err := os.Stat(cmd.File); err != nil {
		return err
	}
	bar := newProgress(c, "copying", 1, progressbar.OptionShowBytes(true))
	aside, err := sqlite.Restore(ctx, folder, cmd.File, cmd.Force, bar.of)
	bar.clear()
	if err != nil {
		return err
	}
	if aside != "" {
		fmt.Fprintf(c.out, "The store that was there is now in %s\n", aside)
	}
	_, err = fmt.Fprintf(c.out, "%s: restored to %s\n", cmd.File, folder)
	return err
}
