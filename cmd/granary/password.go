package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/granary-fhir/granary/auth/user"
)

// passwordFlags say where a password comes from.
type passwordFlags struct {
	PasswordFile  string `xor:"password" placeholder:"FILE" help:"Read the password from the first line of a file."`
	PasswordStdin bool   `xor:"password" help:"Read the password from the first line of the standard input."`
}

// read reads a password for an account, and hashes it.
func (f passwordFlags) read(ctx context.Context, c console, accounts *user.Accounts, of user.Account) (user.Password, error) {
	text, err := f.text(ctx, c, of.Name)
	if err != nil {
		return user.Password{}, err
	}
	return accounts.Hash(ctx, of, text)
}

func (f passwordFlags) text(ctx context.Context, c console, name string) (string, error) {
	switch {
	case f.PasswordStdin:
		return passwordLine("--password-stdin", c.in)
	case f.PasswordFile != "":
		file, err := os.Open(f.PasswordFile)
		if err != nil {
			return "", usageError{fmt.Errorf("--password-file: %w", err)}
		}
		defer file.Close()
		return passwordLine("--password-file "+f.PasswordFile, file)
	}
	terminal, ok := c.in.(*os.File)
	if !ok || !term.IsTerminal(int(terminal.Fd())) {
		return "", usageError{errors.New("there is no terminal to ask for the password: use --password-file or --password-stdin")}
	}
	return ask(ctx, c, terminal, name)
}

// longestLine is more than any password may have.
const longestLine = 4096

// passwordLine is the first line of what is read, without its end.
func passwordLine(from string, in io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(in, longestLine)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("%s: %w", from, err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// ask asks for a password twice.
func ask(ctx context.Context, c console, terminal *os.File, name string) (string, error) {
	first, err := hidden(ctx, c, terminal, "Password for "+name+": ")
	if err != nil {
		return "", err
	}
	second, err := hidden(ctx, c, terminal, "The same again: ")
	if err == nil && first != second {
		err = errors.New("these were two passwords; nothing was done")
	}
	return first, err
}

// hidden reads a line that the terminal does not show. If it is interrupted the
// terminal shows what is typed again.
func hidden(ctx context.Context, c console, terminal *os.File, prompt string) (string, error) {
	before, err := term.GetState(int(terminal.Fd()))
	if err != nil {
		return "", err
	}
	fmt.Fprint(c.err, prompt)
	defer fmt.Fprintln(c.err)
	type line struct {
		text []byte
		err  error
	}
	read := make(chan line, 1)
	go func() {
		text, err := term.ReadPassword(int(terminal.Fd()))
		read <- line{text, err}
	}()
	select {
	case l := <-read:
		return string(l.text), l.err
	case <-ctx.Done():
		return "", errors.Join(ctx.Err(), term.Restore(int(terminal.Fd()), before))
	}
}
