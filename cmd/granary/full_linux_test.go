package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// smallDisk mounts a file system of a size, which wants root.
func smallDisk(t *testing.T, size string, flags uintptr) (folder string) {
	t.Helper()
	folder = t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", flags, "mode=0755,size="+size); err != nil {
		t.Skipf("no file system of its own can be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(folder, 0); err != nil {
			t.Error(err)
		}
	})
	return folder
}

// A disk that is full makes writes answer 507. Reads go on until their records find
// no room, and all goes on when there is room again, with what was acknowledged.
func TestAFullDisk(t *testing.T) {
	disk := smallDisk(t, "8m", 0)
	ballast := []string{filepath.Join(disk, "ballast"), filepath.Join(disk, "more")}
	for _, name := range ballast {
		if err := os.WriteFile(name, make([]byte, 2<<20), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	data := filepath.Join(disk, "data")
	s := serveTest(t, "--data", data, "--no-sandbox", "--auth=off")
	put := func(id string) (int, string) {
		body := fmt.Sprintf(`{"resourceType":"Basic","id":%q,"code":{"text":%q}}`, id, strings.Repeat("x", 20_000))
		return s.put(t, "/Basic/"+id, body)
	}
	written, status, answer := 0, http.StatusCreated, ""
	for status == http.StatusCreated && written < 1000 {
		if status, answer = put(fmt.Sprint(written)); status == http.StatusCreated {
			written++
		}
	}
	if status != http.StatusInsufficientStorage || written < 10 || !strings.Contains(answer, `"code":"no-store","diagnostics":"the server's disk is full`) {
		t.Fatalf("after %d writes: %d %s", written, status, answer)
	}
	if code, _, errs := granary(t, "backup", "--data", data, filepath.Join(disk, "copy.db")); code != exitFailure || !strings.Contains(errs, "no backup was made: the disk is full") {
		t.Errorf("a backup: %d %s", code, errs)
	}
	if left, err := filepath.Glob(filepath.Join(disk, ".*")); err != nil || len(left) > 0 {
		t.Errorf("the backup left %v, %v", left, err)
	}
	if status, body := s.get(t, "", "/Basic?_summary=count"); status != http.StatusOK || !strings.Contains(body, fmt.Sprintf(`"total":%d`, written)) {
		t.Errorf("reading, after %d writes: %d %s", written, status, body)
	}
	status, answer = s.reads(t, "/Basic/1", http.StatusOK)
	if status != http.StatusServiceUnavailable || !strings.Contains(answer, "the server cannot record at the moment what it shows") {
		t.Errorf("reading, when there is no room for the records: %d %s", status, answer)
	}
	if err := os.Remove(ballast[0]); err != nil {
		t.Fatal(err)
	}
	if status, answer := s.reads(t, "/Basic/1", http.StatusServiceUnavailable); status != http.StatusOK {
		t.Errorf("reading, with room again: %d %s", status, answer)
	}
	if status, answer := put("again"); status != http.StatusCreated {
		t.Errorf("with room again: %d %s", status, answer)
	}
	if _, log := s.stop(); !strings.Contains(log, "the data cannot be written") {
		t.Errorf("the log says nothing:\n%s", log)
	}
	if err := os.Remove(ballast[1]); err != nil {
		t.Fatal(err)
	}
	s = serveTest(t, "--data", data, "--no-sandbox", "--auth=off")
	if status, body := s.get(t, "", "/Basic?_summary=count"); status != http.StatusOK || !strings.Contains(body, fmt.Sprintf(`"total":%d`, written+1)) {
		t.Errorf("after a restart, and %d writes: %d %s", written+1, status, body)
	}
	s.stop()
}

// reads reads until the status is another one, or half a minute is over.
func (s *served) reads(t *testing.T, path string, while int) (status int, answer string) {
	status = while
	for deadline := time.Now().Add(30 * time.Second); status == while && time.Now().Before(deadline); {
		status, answer = s.get(t, "", path)
	}
	return status, answer
}

func TestARestoreWithoutRoom(t *testing.T) {
	disk, file := smallDisk(t, "64k", 0), filepath.Join(t.TempDir(), "copy.db")
	source := t.TempDir()
	must(t, "import", "--data", source, write(t, "one.json", `{"resourceType":"Patient","id":"one"}`))
	must(t, "backup", "--data", source, file)
	code, _, errs := granary(t, "restore", "--data", disk, file)
	if code != exitFailure || !strings.Contains(errs, "the disk is full") || !strings.Contains(errs, "nothing was restored") {
		t.Errorf("%d %s", code, errs)
	}
	if left, err := filepath.Glob(filepath.Join(disk, "*granary.db*")); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
}

// A folder that cannot be written is told at the start, with what to do.
func TestAReadOnlyDisk(t *testing.T) {
	disk := smallDisk(t, "1m", syscall.MS_RDONLY)
	for data, want := range map[string]string{
		disk:                        "the data folder must be writable for this user; name another one, or change that: ",
		filepath.Join(disk, "data"): "the data folder cannot be made; name another one, or make it for this user: ",
	} {
		code, _, errs := granary(t, "serve", "--addr", "127.0.0.1:0", "--data", data)
		if code != exitFailure || !strings.Contains(errs, "granary: --data "+data+": "+want) || !strings.Contains(errs, "read-only file system") {
			t.Errorf("%s: %d %s", data, code, errs)
		}
	}
}
