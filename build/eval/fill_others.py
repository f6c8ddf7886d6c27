"""Fills the holes of DIR/*.in.png (mask: *.mask.png) by OpenCV and scikit-image, for build/eval/fill-score.ts.

Each answer is written beside its input as NAME.METHOD.png; one that is there already is not made again.
"""

import glob
import os
import sys
import time

import numpy as np

try:
    import cv2
except ImportError:
    cv2 = None
try:
    from skimage.restoration import inpaint_biharmonic
except ImportError:
    inpaint_biharmonic = None

if cv2 is None and inpaint_biharmonic is None:
    sys.exit("neither cv2 nor skimage is installed")

# Its best quality takes half a minute a picture: on every fourth only.
for number, file in enumerate(sorted(glob.glob(os.path.join(glob.escape(sys.argv[1]), "*.in.png")))):
    base = file[: -len(".in.png")]
    methods = {}
    if cv2 is not None:
        picture = cv2.imread(file)
        mask = cv2.imread(base + ".mask.png", cv2.IMREAD_GRAYSCALE)
        methods["telea"] = lambda: cv2.inpaint(picture, mask, 5, cv2.INPAINT_TELEA)
        methods["navier-stokes"] = lambda: cv2.inpaint(picture, mask, 5, cv2.INPAINT_NS)
        if hasattr(cv2, "xphoto"):

            def fsr(kind):
                # It wants Lab for colour, and a mask that is 0 where pixels are missing.
                lab = cv2.cvtColor(picture, cv2.COLOR_BGR2Lab)
                out = np.zeros_like(lab)
                cv2.xphoto.inpaint(lab, 255 - mask, out, kind)
                return cv2.cvtColor(out, cv2.COLOR_Lab2BGR)

            methods["fsr-fast"] = lambda: fsr(cv2.xphoto.INPAINT_FSR_FAST)
            if number % 4 == 0:
                methods["fsr-best"] = lambda: fsr(cv2.xphoto.INPAINT_FSR_BEST)
    if inpaint_biharmonic is not None and cv2 is not None:

        def biharmonic():
            import inspect

            names = inspect.signature(inpaint_biharmonic).parameters
            how = {"channel_axis": -1} if "channel_axis" in names else {"multichannel": True}
            out = inpaint_biharmonic(picture.astype(np.float64) / 255, mask > 0, **how)
            return np.clip(np.rint(out * 255), 0, 255).astype(np.uint8)

        methods["biharmonic-skimage"] = biharmonic
    for name, make in methods.items():
        answer = f"{base}.{name}.png"
        if os.path.exists(answer):
            continue
        start = time.process_time()
        cv2.imwrite(answer, make())
        if time.process_time() - start > 20:
            print(f"{os.path.basename(answer)} took {time.process_time() - start:.0f} s", flush=True)
