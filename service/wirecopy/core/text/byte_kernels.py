"""Steps on bytes that several kernels share: eight bytes at once, the lowest bit, a sign of UTF-8, hashes."""

# ruff: noqa: ARG001 (an intrinsic is given the types of its arguments, and needs few of them)

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core.jit import Array, Number, inlined, intrinsic, ir, kernel, types

FNV_BASIS, FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)  # FNV-1a, 64 bits
_NEWLINE = 0x0A
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


@inlined
def mixed(value: Number) -> Any:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014)."""
    value = (value ^ (value >> np.uint64(30))) * _MIX_1
    value = (value ^ (value >> np.uint64(27))) * _MIX_2
    return value ^ (value >> np.uint64(31))


@kernel
def sign_at(utf8: Array, at: Number) -> Any:
    """The code point that begins at a byte; a line feed at the text's end, 0x10000 for all signs of four bytes."""
    if at >= len(utf8):
        return np.int64(_NEWLINE)
    byte = np.int64(utf8[at])
    if byte < 0x80:
        return byte
    if byte < 0xE0:
        return ((byte & 0x1F) << 6) | (np.int64(utf8[at + 1]) & 0x3F)
    if byte < 0xF0:
        return (
            ((byte & 0x0F) << 12) | ((np.int64(utf8[at + 1]) & 0x3F) << 6) | (np.int64(utf8[at + 2]) & 0x3F)
        )
    return np.int64(0x10000)


@intrinsic
def read_u64(typing: Any, data: Any, at: Any) -> Any:
    """Eight bytes of an array of bytes from index `at` on, little endian, in one load.

    A function of the array would count its owners up and down at every call: twice an atomic operation."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        byte = builder.gep(array.data, [arguments[1]])
        return builder.load(builder.bitcast(byte, ir.IntType(64).as_pointer()), align=1)

    return types.uint64(data, types.uint64), generate


@intrinsic
def write_u64(typing: Any, data: Any, at: Any, value: Any) -> Any:
    """Writes eight bytes into an array of bytes from index `at` on, little endian."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        byte = builder.gep(array.data, [arguments[1]])
        builder.store(arguments[2], builder.bitcast(byte, ir.IntType(64).as_pointer()), align=1)
        return context.get_dummy_value()

    return types.void(data, types.uint64, types.uint64), generate


@intrinsic
def zeros_below(typing: Any, value: Any) -> Any:
    """How many bits below the lowest that is set; 64 where none is."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(types.uint64), generate
