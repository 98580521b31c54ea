"""Scripts of memories and tables with 64-bit indices."""

from own_scripts.common import HEADER, M64, PAGE, const

NUMBERS = [("i32", 4), ("i64", 8), ("f32", 4), ("f64", 8)]
LOADS = [(f"{ty}.load", ty, size) for ty, size in NUMBERS]
LOADS += [(f"i32.load{8 * n}_{s}", "i32", n) for n in (1, 2) for s in "su"]
LOADS += [(f"i64.load{8 * n}_{s}", "i64", n) for n in (1, 2, 4) for s in "su"]
STORES = [(f"{ty}.store", ty, size) for ty, size in NUMBERS]
STORES += [(f"i32.store{8 * n}", "i32", n) for n in (1, 2)] + [(f"i64.store{8 * n}", "i64", n) for n in (1, 2, 4)]
VECTORS = [("v128.load", 16), *((f"v128.load{w}_splat", w // 8) for w in (8, 16, 32, 64))]
VECTORS += [(f"v128.load{w}x{n}_{s}", 8) for w, n in ((8, 8), (16, 4), (32, 2)) for s in "su"]
VECTORS += [(f"v128.load{w}_zero", w // 8) for w in (32, 64)]
# Far addresses, which are in bounds if they are truncated to 32 bits.
FAR = [1 << 32, (1 << 32) + 8, 1 << 48, 1 << 63, (1 << 63) + 8, M64 - 15, M64]
BOUNDS = "out of bounds memory access"


def memory64_access():
    out = [HEADER, ";; Every access on a memory with 64-bit addresses, at the end of it and far beyond, in each way to get there.\n\n"]
    ops = [("load", *op) for op in LOADS] + [("store", *op) for op in STORES]
    ops += [("load", name, "v128", size) for name, size in VECTORS] + [("store", "v128.store", "v128", 16)]
    zero = {"i32": "(i32.const 0)", "i64": "(i64.const 0)", "f32": "(f32.const 0)", "f64": "(f64.const 0)",
            "v128": "(v128.const i64x2 0 0)"}
    offsets = ["", " offset=65535", " offset=0x1_0000_0000", " offset=0xffff_ffff_ffff_ffff"]

    def call(kind, name, offset, address, value):
        text = f"({name}{offset} {address}" + (f" {value})" if kind == "store" else ")")
        return text if kind == "store" else f"(drop {text})"

    out.append("(module\n  (memory i64 1 2)\n")
    for kind, name, ty, _ in ops:
        for at, offset in enumerate(offsets):
            out.append(f'  (func (export "{name} {at}") (param i64) {call(kind, name, offset, "(local.get 0)", zero[ty])})\n')
    out.append(")\n")
    for kind, name, ty, size in ops:
        fits = [("0", 0), ("0", PAGE - size)] + ([("1", 0)] if size == 1 else [])
        out += [f'(assert_return (invoke "{name} {o}" {const("i64", at)}))\n' for o, at in fits]
        breaks = [("0", at) for at in [PAGE - size + 1, PAGE, *FAR]]
        breaks += [("1", 1), ("2", 0), ("2", M64), ("3", 0), ("3", 1), ("3", M64)] + ([("1", 0)] if size > 1 else [])
        # 2^64 - 1 + 65535 would be in bounds if the sum were truncated to 64 bits.
        breaks += [("1", M64 - PAGE + 2), ("1", M64)]
        out += [f'(assert_trap (invoke "{name} {o}" {const("i64", at)}) "{BOUNDS}")\n' for o, at in breaks]
    out.append("\n")
    for kind, name, ty, _ in ops:
        text = call(kind, name, "", "(i32.const 0)", zero[ty])
        out.append(f'(assert_invalid (module (memory i64 1) (func {text})) "type mismatch")\n')
        text = call(kind, name, "", "(i64.const 0)", zero[ty])
        out.append(f'(assert_invalid (module (memory 1) (func {text})) "type mismatch")\n')
    return "".join(out)


def spans(limit, wide):
    """Returns starts and lengths around a limit, and some that overflow."""
    near = [0, 1, limit - 1, limit, limit + 1]
    return near + ([1 << 32, (1 << 32) + 1, 1 << 63, M64] if wide else [0xFFFF_FFFF])


def memory64_bulk():
    out = [HEADER, ";; memory.fill, memory.copy, memory.init on memories with 64-bit addresses: every span around every limit.\n\n"]
    out.append(
        "(module\n"
        "  (memory $a i64 1 1)\n"
        "  (memory $b 1 1)\n"
        '  (data $d "0123456789")\n'
        "  (func (export \"fill\") (param i64 i64) (memory.fill $a (local.get 0) (i32.const 1) (local.get 1)))\n"
        "  (func (export \"copy\") (param i64 i64 i64) (memory.copy $a $a (local.get 0) (local.get 1) (local.get 2)))\n"
        "  (func (export \"init\") (param i64 i32 i32) (memory.init $a $d (local.get 0) (local.get 1) (local.get 2)))\n"
        "  (func (export \"in\") (param i64 i32 i32) (memory.copy $a $b (local.get 0) (local.get 1) (local.get 2)))\n"
        "  (func (export \"out\") (param i32 i64 i32) (memory.copy $b $a (local.get 0) (local.get 1) (local.get 2)))\n"
        "  (func (export \"get\") (param i64) (result i32) (i32.load8_u $a (local.get 0)))\n"
        "  (func (export \"drop\") (data.drop $d)))\n"
    )

    def span(name, sizes, arguments):
        good = all(at + arguments[-1][1] <= size for size, (_, at) in zip(sizes, arguments))
        call = f'(invoke "{name}" {" ".join(const(*argument) for argument in arguments)})'
        out.append(f"(assert_return {call})\n" if good else f'(assert_trap {call} "{BOUNDS}")\n')

    wide, narrow, data = spans(PAGE, True), spans(PAGE, False), spans(10, False)
    for at in wide:
        for count in wide:
            span("fill", [PAGE], [("i64", at), ("i64", count)])
            for other in wide:
                span("copy", [PAGE, PAGE], [("i64", at), ("i64", other), ("i64", count)])
        for count in narrow:
            for other in narrow:
                span("in", [PAGE, PAGE], [("i64", at), ("i32", other), ("i32", count)])
                span("out", [PAGE, PAGE], [("i32", other), ("i64", at), ("i32", count)])
        for count in data:
            for other in data:
                span("init", [PAGE, 10], [("i64", at), ("i32", other), ("i32", count)])
    # Checks memory after each step. Some steps copy overlapping ranges.
    memory = bytearray(PAGE)

    def step(name, *arguments):
        out.append(f'(invoke "{name}" {" ".join(const(*argument) for argument in arguments)})\n')

    def look(*places):
        out.extend(f'(assert_return (invoke "get" {const("i64", at)}) {const("i32", memory[at])})\n' for at in places)

    memory[0:PAGE] = bytes([1]) * PAGE
    step("fill", ("i64", 0), ("i64", PAGE))
    memory[100:110] = b"0123456789"
    step("init", ("i64", 100), ("i32", 0), ("i32", 10))
    memory[103:113] = memory[100:110]
    step("copy", ("i64", 103), ("i64", 100), ("i64", 10))
    look(*range(99, 115))
    memory[98:108] = memory[100:110]
    step("copy", ("i64", 98), ("i64", 100), ("i64", 10))
    look(*range(97, 115))
    memory[PAGE - 4:PAGE] = memory[100:104]
    step("copy", ("i64", PAGE - 4), ("i64", 100), ("i64", 4))
    look(PAGE - 5, *range(PAGE - 4, PAGE))
    out.append('(assert_trap (invoke "fill" (i64.const 0xffff) (i64.const 2)) "' + BOUNDS + '")\n')
    look(PAGE - 1)
    out.append('(invoke "drop")\n')
    for at, count, good in [(0, 0, True), (PAGE, 0, True), (PAGE + 1, 0, False), (0, 1, False)]:
        call = f'(invoke "init" {const("i64", at)} (i32.const 0) {const("i32", count)})'
        out.append(f"(assert_return {call})\n" if good else f'(assert_trap {call} "{BOUNDS}")\n')
    out.append("\n")
    # The type of an operand is the address type of its memory; a count for two memories has the narrower type.
    head = '(memory $a i64 1) (memory $b 1) (data $d "")'
    shapes = {
        "memory.fill $a": ["i64", "i32", "i64"], "memory.init $a $d": ["i64", "i32", "i32"],
        "memory.copy $a $a": ["i64", "i64", "i64"], "memory.copy $a $b": ["i64", "i32", "i32"],
        "memory.copy $b $a": ["i32", "i64", "i32"], "memory.grow $a": ["i64"],
    }
    for name, types in shapes.items():
        for at in range(len(types)):
            wrong = [*types]
            wrong[at] = "i32" if types[at] == "i64" else "i64"
            operands = " ".join(f"({ty}.const 0)" for ty in wrong)
            body = f"({name} {operands})"
            body = f"(drop {body})" if "grow" in name else body
            out.append(f'(assert_invalid (module {head} (func {body})) "type mismatch")\n')
    for body in ["(result i32) (memory.size $a)", "(result i32) (memory.grow $a (i64.const 0))", "(result i64) (memory.size $b)"]:
        out.append(f'(assert_invalid (module {head} (func {body})) "type mismatch")\n')
    return "".join(out)


TABLE = "out of bounds table access"


def table64():
    out = [HEADER, ";; Every table instruction on tables with 64-bit indices: every span around every limit.\n\n"]
    size, elements = 10, 4
    out.append(
        "(module\n"
        "  (table $a i64 10 12 externref)\n"
        "  (table $b 10 12 externref)\n"
        "  (elem $e externref (ref.null extern) (ref.null extern) (ref.null extern) (ref.null extern))\n"
        '  (func (export "get") (param i64) (result externref) (table.get $a (local.get 0)))\n'
        '  (func (export "set") (param i64 externref) (table.set $a (local.get 0) (local.get 1)))\n'
        '  (func (export "size") (result i64) (table.size $a))\n'
        '  (func (export "grow") (param i64) (result i64) (table.grow $a (ref.null extern) (local.get 0)))\n'
        '  (func (export "fill") (param i64 externref i64) (table.fill $a (local.get 0) (local.get 1) (local.get 2)))\n'
        '  (func (export "copy") (param i64 i64 i64) (table.copy $a $a (local.get 0) (local.get 1) (local.get 2)))\n'
        '  (func (export "in") (param i64 i32 i32) (table.copy $a $b (local.get 0) (local.get 1) (local.get 2)))\n'
        '  (func (export "out") (param i32 i64 i32) (table.copy $b $a (local.get 0) (local.get 1) (local.get 2)))\n'
        '  (func (export "init") (param i64 i32 i32) (table.init $a $e (local.get 0) (local.get 1) (local.get 2)))\n'
        '  (func (export "drop") (elem.drop $e)))\n'
    )

    def expect(good, call, result=""):
        out.append(f"(assert_return {call}{result})\n" if good else f'(assert_trap {call} "{TABLE}")\n')

    wide, narrow, segment = spans(size, True), spans(size, False), spans(elements, False)
    for at in wide:
        expect(at < size, f'(invoke "set" {const("i64", at)} (ref.extern 7))')
        expect(at < size, f'(invoke "get" {const("i64", at)})', " (ref.extern 7)")
    for at in wide:
        for count in wide:
            expect(at + count <= size, f'(invoke "fill" {const("i64", at)} (ref.extern 3) {const("i64", count)})')
            for other in wide:
                good = at + count <= size and other + count <= size
                arguments = " ".join(const("i64", value) for value in (at, other, count))
                expect(good, f'(invoke "copy" {arguments})')
        for count in narrow:
            for other in narrow:
                good = at + count <= size and other + count <= size
                expect(good, f'(invoke "in" {const("i64", at)} {const("i32", other)} {const("i32", count)})')
                expect(good, f'(invoke "out" {const("i32", other)} {const("i64", at)} {const("i32", count)})')
        for count in segment:
            for other in segment:
                good = at + count <= size and other + count <= elements
                expect(good, f'(invoke "init" {const("i64", at)} {const("i32", other)} {const("i32", count)})')
    # Contents, step by step.
    table = [None] * size

    def show():
        for at, value in enumerate(table):
            result = "(ref.null extern)" if value is None else f"(ref.extern {value})"
            out.append(f'(assert_return (invoke "get" {const("i64", at)}) {result})\n')

    out.append('(invoke "fill" (i64.const 0) (ref.null extern) (i64.const 10))\n')
    show()
    for at in range(5):
        table[at] = at
        out.append(f'(invoke "set" {const("i64", at)} (ref.extern {at}))\n')
    for to, source, count in [(2, 0, 5), (1, 3, 4), (6, 0, 4), (5, 5, 5)]:
        table[to:to + count] = table[source:source + count]
        out.append(f'(invoke "copy" {const("i64", to)} {const("i64", source)} {const("i64", count)})\n')
        show()
    table[3:6] = [None] * 3
    out.append('(invoke "init" (i64.const 3) (i32.const 1) (i32.const 3))\n')
    show()
    out.append('(invoke "drop")\n')
    expect(True, '(invoke "init" (i64.const 10) (i32.const 0) (i32.const 0))')
    expect(False, '(invoke "init" (i64.const 0) (i32.const 0) (i32.const 1))')
    # Growing.
    for by, result in [(0, 10), (1, 10), (M64, M64), (1 << 32, M64), (1 << 63, M64), (2, M64), (1, 11), (1, M64), (0, 12)]:
        out.append(f'(assert_return (invoke "grow" {const("i64", by)}) {const("i64", result)})\n')
    out.append('(assert_return (invoke "size") (i64.const 12))\n')
    expect(True, '(invoke "get" (i64.const 11))', " (ref.null extern)")
    expect(False, '(invoke "get" (i64.const 12))')
    out.append("\n")
    head = "(table $a i64 1 externref) (table $b 1 externref) (elem $e externref)"
    null = "(ref.null extern)"
    shapes = {
        "table.get $a": ["i64"], "table.set $a": ["i64", null], "table.grow $a": [null, "i64"],
        "table.fill $a": ["i64", null, "i64"], "table.copy $a $a": ["i64"] * 3,
        "table.copy $a $b": ["i64", "i32", "i32"], "table.copy $b $a": ["i32", "i64", "i32"],
        "table.init $a $e": ["i64", "i32", "i32"], "table.get $b": ["i32"], "table.init $b $e": ["i32"] * 3,
    }
    for name, types in shapes.items():
        for at, ty in enumerate(types):
            if ty == null:
                continue
            wrong = [*types]
            wrong[at] = "i32" if ty == "i64" else "i64"
            operands = " ".join(ty if ty == null else f"({ty}.const 0)" for ty in wrong)
            body = f"({name} {operands})"
            body = f"(drop {body})" if "grow" in name or "get" in name else body
            out.append(f'(assert_invalid (module {head} (func {body})) "type mismatch")\n')
    out.append(f'(assert_invalid (module {head} (func (result i32) (table.size $a))) "type mismatch")\n')
    out.append(f'(assert_invalid (module {head} (func (result i64) (table.size $b))) "type mismatch")\n')
    return "".join(out)
