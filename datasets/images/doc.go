// Package images has the datasets of pictures, each of one class, and all that is done
// with pictures: digits, mnist, fashion-mnist, cifar10, cifar100, and imagefolder for files
// of one's own. Importing it registers them.
//
// # What happens to an image
//
// In this order: resize, pad, random crop, random flip, jitter, lighting,
// normalise, read as a sequence. So the border that pad and crop add is background (0) before
// normalisation, as it is in torchvision. Val and test images are never changed at
// random. Means, standard deviations and colours are those of the training part as
// it is after val, train and per_class have been taken, without the border.
//
// With cut, images may be of any size, and imagefolder's stay encoded: they are
// decoded by several goroutines, ahead of the training, each time that they are
// looked at. Then resize is of the shorter side, by the filter of PIL's "bilinear" (a
// smaller image is antialiased), to the same bytes; evaluation takes the middle
// cut × cut pixels of that, and training a part at random, or with scale one of the
// image itself. Means are then of the views of evaluation.
//
// Which examples are in a part depends on split_seed and the sizes asked for; the crop, the
// flip and the colours of an example depend on (seed, epoch, its number in the training
// files).
//
// With sequence, a network sees the values of a picture as a sequence of pixels or of
// rows. That comes last, so that everything before is done to pictures, and ten views of
// one are ten sequences; mixup mixes sequences as it mixes pictures, while cutmix, which
// cuts out rectangles, is an error.
//
// # Unpacked copies
//
// What compressed files hold is kept, after the first reading, in zoo/unpacked in the
// user's cache folder, and is read from there for as long as the files have the same
// sizes and times. A copy has a checksum of its own; a damaged one is made again, and
// where none can be kept the files are read each time. [datasets.Get] and
// [datasets.Verify] always read the files. The copies may be deleted at any time.
package images
