"""What all generated scripts share: the header, limits and constants in text."""

HEADER = ";; Written by tools/generate-scripts; change that.\n"
M64 = (1 << 64) - 1
PAGE = 65536


def const(ty, value):
    bits = int(ty[1:])
    return f"({ty}.const {hex(value & ((1 << bits) - 1))})"
