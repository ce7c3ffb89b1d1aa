package uscore

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

// count is a cell of a table that is a number.
var count = regexp.MustCompile(`\| \d+ \|`)

// Section compares the part of a document between the comments "<!-- name: … -->" and
// "<!-- end of name -->" with what it should be, or writes it. Numbers that fill a cell
// of a table are not compared: they are of the day on which it was written. The error
// says how to have it written.
func Section(path, name, want string, write bool) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(text), "<!-- "+name+":")
	head, rest, ok2 := strings.Cut(rest, "-->\n")
	got, after, ok3 := strings.Cut(rest, "<!-- end of "+name+" -->")
	switch {
	case !ok || !ok2 || !ok3:
		return fmt.Errorf("%s has no section %s", path, name)
	case write && got != want:
		return os.WriteFile(path, []byte(before+"<!-- "+name+":"+head+"-->\n"+want+"<!-- end of "+name+" -->"+after), 0o644)
	case count.ReplaceAllString(got, "") == count.ReplaceAllString(want, ""):
		return nil
	}
	return fmt.Errorf("the section %s of %s is not what it should be; the test that tells this writes it with -update", name, path)
}
