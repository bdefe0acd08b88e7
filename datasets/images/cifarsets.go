package images

import (
	"fmt"
	"io"
	"strings"

	"zoo/datasets"
	"zoo/internal/origin"
)

const krizhevsky = "Krizhevsky 2009, Learning multiple layers of features from tiny images"

func init() {
	datasets.Register("cifar10", cifar10().source(datasets.Info{
		Name: "cifar10", Title: "CIFAR-10, 32×32 colour", Cite: krizhevsky,
	}))
	datasets.Register("cifar100", cifar100().source(datasets.Info{
		Name: "cifar100", Title: "CIFAR-100 with its 100 fine labels, 32×32 colour", Cite: krizhevsky,
	}))
}

func cifar10() cifar {
	return cifar{
		archive: origin.Remote{
			Name: "cifar-10-binary.tar.gz",
			URLs: []string{"https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"},
			Size: 170052171,
		},
		sum:    "sha256:c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
		folder: "cifar-10-batches-bin",
		files: []cifarFile{
			{"data_batch_1.bin", 10000, false}, {"data_batch_2.bin", 10000, false}, {"data_batch_3.bin", 10000, false},
			{"data_batch_4.bin", 10000, false}, {"data_batch_5.bin", 10000, false}, {"test_batch.bin", 10000, true},
		},
		classes: strings.Fields("airplane automobile bird cat deer dog frog horse ship truck"),
	}
}

func cifar100() cifar {
	return cifar{
		archive: origin.Remote{
			Name: "cifar-100-binary.tar.gz",
			URLs: []string{"https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"},
			Size: 168513733,
		},
		sum:    "md5:03b5dce01913d631647c71ecec9e9cb8",
		folder: "cifar-100-binary",
		files:  []cifarFile{{"train.bin", 50000, false}, {"test.bin", 10000, true}},
		coarse: 20,
		classes: strings.Fields(`apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge
			bus butterfly camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab
			crocodile cup dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard lamp
			lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange
			orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray
			road rocket rose sea seal shark shrew skunk skyscraper snail snake spider squirrel streetcar sunflower
			sweet_pepper table tank telephone television tiger tractor train trout tulip turtle wardrobe whale
			willow_tree wolf woman worm`),
	}
}

// source is the dataset under its name, described by what c says.
func (c cifar) source(i datasets.Info) imageSource {
	var names []string
	for _, f := range c.files {
		if names = append(names, f.name); f.test {
			i.Test += f.records
		} else {
			i.Train += f.records
		}
	}
	i.Shape, i.Classes = []int{cifarSide, cifarSide, 3}, len(c.classes)
	i.From, i.Licence, i.Download = c.archive.URLs[0], "no formal licence; cite the report", c.archive.Size
	archive := c.archive
	archive.Check = func(r io.Reader) error {
		h := c.sum.Hash()
		if _, err := io.Copy(h, r); err != nil {
			return err
		}
		return c.sum.Check(h)
	}
	return imageSource{
		info: i,
		origin: &origin.Origin{
			Name: i.Name,
			Want: fmt.Sprintf("%s, or the files in it (%s)", archive.Name, strings.Join(names, ", ")),
			Has: func(path string) error {
				_, err := c.resolve(path)
				return err
			},
			Packed: c.packed,
			Files:  []origin.Remote{archive},
		},
		read: c.read,
	}
}
