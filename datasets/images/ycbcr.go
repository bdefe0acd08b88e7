package images

import "image"

// A rule is how brightness and two differences of colour become red, green and blue.
type rule func(out []uint8, y, cb, cr int)

// fromYCbCr fills d with the colours of a JPEG or a WebP, whose planes begin at (0, 0).
// Where the planes of colour are smaller than that of brightness, they are enlarged as
// libjpeg does it, each sample between its neighbours by 3 to 1; the standard library
// repeats samples.
func fromYCbCr(d decoded, img *image.YCbCr, toRGB rule) {
	cw, ch := d.w, d.h
	var double, tall bool
	switch img.SubsampleRatio {
	case image.YCbCrSubsampleRatio420:
		double, tall, cw, ch = true, true, (d.w+1)/2, (d.h+1)/2
	case image.YCbCrSubsampleRatio422:
		double, cw = true, (d.w+1)/2
	case image.YCbCrSubsampleRatio440:
		tall, ch = true, (d.h+1)/2
	}
	cb, cr := make([]uint8, d.w+1), make([]uint8, d.w+1)
	sums := make([]int, cw)
	for y := range d.h {
		luma := img.Y[img.YOffset(0, y):][:d.w]
		switch at := img.COffset(0, y); {
		case tall:
			// The other row that it lies between is above, or below.
			far := at - y/2*img.CStride + min(max(y/2-1+y%2*2, 0), ch-1)*img.CStride
			if !double {
				between(cb, img.Cb[at:][:cw], img.Cb[far:][:cw], 1+y%2)
				between(cr, img.Cr[at:][:cw], img.Cr[far:][:cw], 1+y%2)
				break
			}
			enlargeBoth(cb, img.Cb[at:][:cw], img.Cb[far:][:cw], sums)
			enlargeBoth(cr, img.Cr[at:][:cw], img.Cr[far:][:cw], sums)
		case double:
			enlarge(cb, img.Cb[at:][:cw])
			enlarge(cr, img.Cr[at:][:cw])
		default:
			for x := range d.w {
				at := img.COffset(x, y)
				cb[x], cr[x] = img.Cb[at], img.Cr[at]
			}
		}
		out := d.pix[3*y*d.w:][:3*d.w]
		for x, l := range luma {
			toRGB(out[3*x:3*x+3], int(l), int(cb[x]), int(cr[x]))
		}
	}
}

// between computes a row of samples between two others, nearer to the one than to
// the other.
func between(out, near, far []uint8, round int) {
	for i, v := range near {
		out[i] = uint8((3*int(v) + int(far[i]) + round) >> 2)
	}
}

// enlarge doubles a row of samples.
func enlarge(out, in []uint8) {
	n := len(in)
	for i, v := range in {
		left, right := int(in[max(i-1, 0)]), int(in[min(i+1, n-1)])
		out[2*i] = uint8((3*int(v) + left + 1) >> 2)
		if 2*i+1 < len(out) {
			out[2*i+1] = uint8((3*int(v) + right + 2) >> 2)
		}
	}
}

// enlargeBoth doubles a row of samples between two others, nearer to the one than to
// the other. sums is scratch space.
func enlargeBoth(out, near, far []uint8, sums []int) {
	n := len(near)
	for i := range near {
		sums[i] = 3*int(near[i]) + int(far[i])
	}
	for i, v := range sums {
		left, right := sums[max(i-1, 0)], sums[min(i+1, n-1)]
		out[2*i] = uint8((3*v + left + 8) >> 4)
		if 2*i+1 < len(out) {
			out[2*i+1] = uint8((3*v + right + 7) >> 4)
		}
	}
}

// fullRange is the rule of JPEG, in whole numbers of 2^−16.
func fullRange(out []uint8, y, cb, cr int) {
	const half = 1 << 15
	cb, cr = cb-128, cr-128
	out[0] = clip(y + (91881*cr+half)>>16)
	out[1] = clip(y + (-22554*cb-46802*cr+half)>>16)
	out[2] = clip(y + (116130*cb+half)>>16)
}

// studioRange is the rule of WebP, whose brightness goes from 16 to 235.
func studioRange(out []uint8, y, cb, cr int) {
	y = y * 19077 >> 8
	out[0] = clip((y + cr*26149>>8 - 14234) >> 6)
	out[1] = clip((y - cb*6419>>8 - cr*13320>>8 + 8708) >> 6)
	out[2] = clip((y + cb*33050>>8 - 17685) >> 6)
}

func clip(v int) uint8 { return uint8(min(max(v, 0), 255)) }
