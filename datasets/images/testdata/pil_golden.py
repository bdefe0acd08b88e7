"""Writes pil_golden.json: what PIL and torchvision make of small images.

    python3 pil_golden.py > pil_golden.json        (PIL 9.4, torchvision 0.14)

Images for resizing are given by a formula, files and pixels in base64.
"""
import base64
import io
import json

import numpy as np
from PIL import Image, ImageOps
from torchvision import transforms as T


def formula(h, w):
    y, x, c = np.mgrid[0:h, 0:w, 0:3]
    return Image.fromarray(((y * y * 3 + x * 11 + x * y * (c + 1) + 90 * c) % 256).astype(np.uint8))


def smooth(h, w):
    y, x, c = np.mgrid[0:h, 0:w, 0:3]
    return Image.fromarray((127 + 120 * np.sin(y / 5 + c) * np.cos(x / 7 - c)).astype(np.uint8))


def values(img):
    return base64.b64encode(np.ascontiguousarray(img).tobytes()).decode()


resized = []
for h, w, size, crop, name in [
    (37, 23, 16, 12, "bilinear"), (23, 37, 16, 16, "bilinear"), (9, 14, 20, 15, "bilinear"), (1, 1, 4, 4, "bilinear"),
    (3, 100, 5, 4, "bilinear"), (37, 23, 16, 12, "bicubic"), (9, 14, 20, 15, "bicubic"), (20, 31, 20, 7, "bilinear"),
]:
    how = T.InterpolationMode.BICUBIC if name == "bicubic" else T.InterpolationMode.BILINEAR
    big = T.Resize(size, interpolation=how)(formula(h, w))
    entry = {"h": h, "w": w, "resize": size, "cut": crop, "filter": name, "pix": values(T.CenterCrop(crop)(big))}
    if crop < size:
        entry["ten"] = [values(v) for v in T.TenCrop(crop)(big)]
    resized.append(entry)

boxes = []
for top, left, h, w, cut in [(3, 5, 20, 11, 8), (0, 0, 7, 6, 9), (30, 20, 7, 3, 5)]:
    boxes.append({"box": [top, left, h, w], "cut": cut,
                  "pix": values(T.functional.resized_crop(formula(37, 23), top, left, h, w, [cut, cut]))})

files = []


def add(name, img, tolerance, **how):
    out = io.BytesIO()
    img.save(out, **how)
    seen = ImageOps.exif_transpose(Image.open(io.BytesIO(out.getvalue())))
    if seen.mode != "L":
        seen = seen.convert("RGB")
    files.append({"name": name, "file": base64.b64encode(out.getvalue()).decode(), "h": seen.height, "w": seen.width,
                  "tolerance": tolerance, "pix": values(seen)})


photo = smooth(17, 23)
for sampling, name in [(0, "4:4:4"), (1, "4:2:2"), (2, "4:2:0")]:
    add("jpeg " + name, photo, 3, format="JPEG", quality=90, subsampling=sampling)
add("jpeg progressive", photo, 3, format="JPEG", quality=90, progressive=True)
add("jpeg grey", photo.convert("L"), 2, format="JPEG", quality=90)
add("jpeg cmyk", photo.convert("CMYK"), 3, format="JPEG", quality=95, subsampling=0)
for turn in range(1, 9):
    exif = Image.Exif()
    exif[0x112] = turn
    add("jpeg turned %d" % turn, smooth(6, 9), 3, format="JPEG", quality=95, subsampling=0, exif=exif)
add("png palette", photo.quantize(16), 0, format="PNG")
alpha = photo.convert("RGBA")
alpha.putalpha(Image.fromarray((np.mgrid[0:17, 0:23][1] * 11).astype(np.uint8)))
add("png alpha", alpha, 0, format="PNG")
add("gif", photo.quantize(16), 0, format="GIF")
add("gif animated", photo.quantize(16), 0, format="GIF", save_all=True, append_images=[smooth(17, 23).rotate(90).quantize(8)])
add("webp lossless", photo, 0, format="WEBP", lossless=True)
add("webp lossy", photo, 3, format="WEBP", quality=90)

print(json.dumps({"resized": resized, "boxes": boxes, "files": files}, separators=(",", ":")))
