package strict

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/spf13/afero"
	"github.com/spf13/viper"
)

// embedded marks the files of Loader.FS, in messages and origins.
const embedded = "embedded:"

// A file is a config file that was found and read.
type file struct {
	inFS bool // of Loader.FS, not of the disk
	path string
	data []byte
}

func (f *file) String() string {
	if f.inFS {
		return embedded + f.path
	}
	return f.path
}

// id is the same for two names of one file.
func (f *file) id() string {
	if real, err := filepath.EvalSymlinks(f.path); err == nil && !f.inFS {
		if abs, err := filepath.Abs(real); err == nil {
			return abs
		}
	}
	return f.String()
}

func hasFolder(ref string) bool { return strings.ContainsAny(ref, "/"+string(filepath.Separator)) }

func hasYAML(name string) bool {
	return strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
}

// find reads the file that ref stands for: a path relative to the file it is
// written in (from; nil on the command line), a sibling of that file, or the
// name of a config.
func (l *Loader) find(ref string, from *file) (*file, error) {
	dir, inFS := "", false
	if from != nil {
		dir, inFS = filepath.Dir(from.path), from.inFS
	}
	if hasFolder(ref) || hasYAML(ref) || from != nil {
		near := withExtensions(ref)
		for i, name := range near {
			if !filepath.IsAbs(name) {
				near[i] = filepath.Join(dir, name)
			}
		}
		if f, err := l.read(inFS && !filepath.IsAbs(ref), near); f != nil || err != nil {
			return f, err
		}
	}
	if hasFolder(ref) {
		return nil, l.noFile(ref, dir, inFS)
	}
	var inDirs []string
	for _, d := range l.Dirs {
		for _, name := range withExtensions(ref) {
			inDirs = append(inDirs, filepath.Join(d, name))
		}
	}
	if f, err := l.read(false, inDirs); f != nil || err != nil {
		return f, err
	}
	if f, err := l.read(true, withExtensions(ref)); f != nil || err != nil {
		return f, err
	}
	return nil, l.noConfig(ref)
}

// stem is a file's name as the name of a config.
func stem(name string) string {
	return strings.TrimSuffix(strings.TrimSuffix(name, ".yaml"), ".yml")
}

// withExtensions are the files that a name may mean, the likeliest first. Only
// a path may do without the extension.
func withExtensions(name string) []string {
	switch {
	case hasYAML(name):
		return []string{name}
	case hasFolder(name):
		return []string{name + ".yaml", name + ".yml", name}
	}
	return []string{name + ".yaml", name + ".yml"}
}

// read lets viper read the first of the candidates that exists; none is nil.
func (l *Loader) read(inFS bool, names []string) (*file, error) {
	fsys := afero.NewOsFs()
	if inFS {
		if l.FS == nil {
			return nil, nil
		}
		fsys = afero.FromIOFS{FS: l.FS}
		for i, name := range names {
			names[i] = filepath.ToSlash(name)
		}
	}
	f := &file{inFS: inFS}
	v := viper.NewWithOptions(viper.WithFinder(candidates(names)), viper.WithDecoderRegistry(f))
	v.SetFs(fsys)
	v.SetConfigType("yaml")
	err := v.ReadInConfig()
	if errors.As(err, new(viper.ConfigFileNotFoundError)) {
		return nil, nil
	}
	f.path = v.ConfigFileUsed()
	return f, err
}

// Decoder and Decode make a file its own decoder for viper: the bytes that viper read
// are kept for parse.
func (f *file) Decoder(string) (viper.Decoder, error) { return f, nil }

// Decode implements viper.Decoder.
func (f *file) Decode(data []byte, _ map[string]any) error {
	f.data = data
	return nil
}

// candidates is a viper.Finder of the first existing file of a list.
type candidates []string

// Find implements viper.Finder.
func (c candidates) Find(fsys afero.Fs) ([]string, error) {
	for _, name := range c {
		switch info, err := fsys.Stat(name); {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, errNoName), errors.Is(err, fs.ErrInvalid): // invalid: out of an fs.FS
		case err != nil:
			return nil, err
		case info.IsDir():
			return nil, fmt.Errorf("%s is a folder, want a YAML file", name)
		case info.Mode()&fs.ModeDevice != 0:
			return nil, fmt.Errorf("%s is a device, want a YAML file", name)
		case info.Size() > maxBytes:
			return nil, fmt.Errorf("%s has %d bytes, want a YAML file of at most %d", name, info.Size(), maxBytes)
		default:
			return []string{name}, nil
		}
	}
	return nil, nil
}
