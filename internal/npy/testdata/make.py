# Writes the .npy files of this folder: python3 make.py
import numpy as np

for t in '<f4 >f4 <f8 >f8 |u1 <i4 >i4 <i8 >i8'.split():
    name = t[1:] + {'<': '_little', '>': '_big', '|': ''}[t[0]]
    np.save(name, np.arange(6).reshape(2, 3).astype(t))
np.save('fortran', np.asfortranarray(np.arange(24, dtype='f4').reshape(2, 3, 4)))
np.save('scalar', np.float32(2.5))
np.save('empty', np.zeros((3, 0), 'f4'))
np.save('vector', np.array([1, -0.5, np.inf], 'f4'))
np.save('padding', np.zeros((0,) + (1,) * 12 + (100,), 'f4'))  # NumPy pads a full 64 bytes
for v in 2, 3:
    with open('version%d.npy' % v, 'wb') as f:
        np.lib.format.write_array(f, np.array([7, 8], 'f4'), (v, 0))
