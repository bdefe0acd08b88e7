package origin

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// dataFolders are zoo's data folders, in the order in which they are looked at.
func dataFolders() []string {
	if dir := os.Getenv("ZOO_DATA"); dir != "" {
		return []string{dir}
	}
	dirs := []string{"data"}
	if cache, err := os.UserCacheDir(); err == nil {
		dirs = append(dirs, filepath.Join(cache, "zoo"))
	}
	return dirs
}

// writableFolder is the data folder that files are fetched into.
func writableFolder() (string, error) {
	dirs := dataFolders()
	if os.Getenv("ZOO_DATA") != "" || isFolder(dirs[0]) {
		return dirs[0], nil
	}
	if len(dirs) == 1 {
		return "", errors.New("there is no folder to fetch into: set ZOO_DATA, or make a folder named data")
	}
	return dirs[1], nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// HasFiles says which of the files a folder lacks, as they are or with .gz.
func HasFiles(dir string, names ...string) error {
	if info, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: no such folder", dir)
	} else if err != nil {
		return err
	} else if !info.IsDir() {
		return fmt.Errorf("%s: not a folder", dir)
	}
	var lacks []string
	for _, name := range names {
		if !IsFile(filepath.Join(dir, name)) && !IsFile(filepath.Join(dir, name+".gz")) {
			lacks = append(lacks, name)
		}
	}
	if lacks != nil {
		return fmt.Errorf("%s: lacks %s", dir, strings.Join(lacks, ", "))
	}
	return nil
}

// IsFile reports whether a path is a regular file, or a link to one.
func IsFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
