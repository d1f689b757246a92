package files

import (
	"image"

	"golang.org/x/image/draw"
)

// sideMost is the longest side of a picture that is kept: the small print of an A4 page at 350 dots to the inch.
const sideMost = 4096

// shrink brings the longer side of a picture to sideMost; it never makes one larger. It halves first, because one step
// over more than two pixels would leave some of them out.
func shrink(m image.Image) image.Image {
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	long := max(w, h)
	if long <= sideMost {
		return m
	}
	tw, th := max(1, w*sideMost/long), max(1, h*sideMost/long)
	for max(w, h) > 2*sideMost {
		w, h = max(1, w/2), max(1, h/2)
		m = scaled(m, w, h)
	}
	return scaled(m, tw, th)
}

func scaled(m image.Image, w, h int) image.Image {
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.ApproxBiLinear.Scale(out, out.Bounds(), m, m.Bounds(), draw.Src, nil)
	return out
}

// turn sets a picture upright that was taken under an EXIF orientation. It works on the planes of a JPEG as they are, so
// that no pixel is converted on the way.
func turn(m image.Image, orientation int) image.Image {
	if orientation < 2 || orientation > 8 {
		return m
	}
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	upright := image.Rect(0, 0, w, h)
	if orientation >= 5 {
		upright = image.Rect(0, 0, h, w)
	}
	switch m := m.(type) {
	case *image.Gray:
		return &image.Gray{Pix: turned(m.Pix, m.Stride, w, h, 1, orientation), Stride: upright.Dx(), Rect: upright}
	case *image.YCbCr:
		ratio, ok := turnedRatio(m.SubsampleRatio, orientation)
		if !ok {
			break
		}
		out := image.NewYCbCr(image.Rect(0, 0, 0, 0), ratio)
		cw, ch := chroma(m.SubsampleRatio, w, h)
		out.Y = turned(m.Y, m.YStride, w, h, 1, orientation)
		out.Cb = turned(m.Cb, m.CStride, cw, ch, 1, orientation)
		out.Cr = turned(m.Cr, m.CStride, cw, ch, 1, orientation)
		out.Rect, out.YStride, out.CStride = upright, w, cw
		if orientation >= 5 {
			out.YStride, out.CStride = h, ch
		}
		return out
	}
	plain := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(plain, plain.Bounds(), m, m.Bounds().Min, draw.Src)
	return &image.RGBA{Pix: turned(plain.Pix, plain.Stride, w, h, 4, orientation), Stride: 4 * upright.Dx(), Rect: upright}
}

// turnedRatio is how the colour of a turned picture is subsampled, where there is a name for it.
func turnedRatio(r image.YCbCrSubsampleRatio, orientation int) (image.YCbCrSubsampleRatio, bool) {
	switch {
	case r == image.YCbCrSubsampleRatio444 || r == image.YCbCrSubsampleRatio420 || orientation < 5:
		return r, r != image.YCbCrSubsampleRatio411 && r != image.YCbCrSubsampleRatio410
	case r == image.YCbCrSubsampleRatio422:
		return image.YCbCrSubsampleRatio440, true
	case r == image.YCbCrSubsampleRatio440:
		return image.YCbCrSubsampleRatio422, true
	}
	return r, false
}

// chroma is the size of the planes of colour.
func chroma(r image.YCbCrSubsampleRatio, w, h int) (int, int) {
	switch r {
	case image.YCbCrSubsampleRatio422:
		return (w + 1) / 2, h
	case image.YCbCrSubsampleRatio440:
		return w, (h + 1) / 2
	case image.YCbCrSubsampleRatio420:
		return (w + 1) / 2, (h + 1) / 2
	}
	return w, h
}

// turned copies a plane of w by h pixels, each of so many bytes, into its upright place. The first pixel comes to first,
// the next of its line across further on, the next line down further on.
func turned(src []byte, stride, w, h, size, orientation int) []byte {
	var first, across, down int
	switch orientation {
	case 2: // mirrored
		first, across, down = w-1, -1, w
	case 3: // upside down
		first, across, down = w*h-1, -1, -w
	case 4:
		first, across, down = (h-1)*w, 1, -w
	case 5:
		first, across, down = 0, h, 1
	case 6: // the camera's right side was up
		first, across, down = h-1, h, -1
	case 7:
		first, across, down = w*h-1, -h, -1
	case 8: // its left side was up
		first, across, down = (w-1)*h, -h, 1
	}
	dst := make([]byte, w*h*size)
	for y := range h {
		line, to := src[y*stride:y*stride+w*size], (first+y*down)*size
		if size == 1 {
			for _, v := range line {
				dst[to] = v
				to += across
			}
			continue
		}
		for x := 0; x < len(line); x += size {
			copy(dst[to:to+size], line[x:x+size])
			to += across * size
		}
	}
	return dst
}
