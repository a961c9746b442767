"""Reads images with the bare Tesseract library and prints the processor seconds it took: a floor for programs upon it.

    libtesseract.py IMAGE...

The models are loaded once and their loading is not counted. Decoding the image and taking the text out are.
"""

import ctypes
import ctypes.util
import sys
import time


def library(name):
    """Loads a shared library by its name without `lib` and ending."""
    path = ctypes.util.find_library(name)
    if path is None:
        sys.exit(f"the library {name} was not found")
    return ctypes.CDLL(path)


def main(images):
    """Reads `images` one after the other."""
    tesseract, leptonica = library("tesseract"), library("lept")
    tesseract.TessBaseAPICreate.restype = ctypes.c_void_p
    tesseract.TessBaseAPIGetUTF8Text.restype = ctypes.c_void_p
    leptonica.pixRead.restype = ctypes.c_void_p
    api = ctypes.c_void_p(tesseract.TessBaseAPICreate())
    tesseract.TessBaseAPISetVariable(api, b"debug_file", b"/dev/null")
    if tesseract.TessBaseAPIInit3(api, None, b"eng") != 0:
        sys.exit("the library cannot load its English models")
    # Fully automatic page segmentation, as the command line does it by default.
    tesseract.TessBaseAPISetPageSegMode(api, 3)
    used = 0.0
    for image in images:
        before = time.process_time()
        pixels = ctypes.c_void_p(leptonica.pixRead(image.encode()))
        if not pixels:
            sys.exit(f"{image} cannot be decoded")
        tesseract.TessBaseAPISetImage2(api, pixels)
        if tesseract.TessBaseAPIRecognize(api, None) != 0:
            sys.exit(f"{image} cannot be read")
        text = ctypes.c_void_p(tesseract.TessBaseAPIGetUTF8Text(api))
        used += time.process_time() - before
        if not text:
            sys.exit(f"{image} gave not even an empty text")
        tesseract.TessDeleteText(text)
        tesseract.TessBaseAPIClear(api)
        leptonica.pixDestroy(ctypes.byref(pixels))
    print(used)


if __name__ == "__main__":
    main(sys.argv[1:])
