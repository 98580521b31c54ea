"""Scripts of atomic operators: acquire-release accesses, and waiting."""

from own_scripts.common import HEADER, M64, PAGE, const

# Type of the value, and bits that are accessed.
WIDTHS = [("i32", 32), ("i64", 64), ("i32", 8), ("i32", 16), ("i64", 8), ("i64", 16), ("i64", 32)]
BEFORE = 0x8182838485868788
OPERAND = 0x7172737475767778
RMW = {
    "add": lambda old, new: old + new,
    "sub": lambda old, new: old - new,
    "and": lambda old, new: old & new,
    "or": lambda old, new: old | new,
    "xor": lambda old, new: old ^ new,
    "xchg": lambda old, new: new,
}


class Atomic:
    """An atomic operator: its name, its operands beside the address, and its effect on memory."""

    def __init__(self, kind, ty, bits):
        narrow = bits < int(ty[1:])
        width = str(bits) if narrow else ""
        self.kind, self.ty, self.bits = kind, ty, bits
        if kind == "load":
            self.name = f"{ty}.atomic.load{width}" + ("_u" if narrow else "")
        elif kind == "store":
            self.name = f"{ty}.atomic.store{width}"
        else:
            self.name = f"{ty}.atomic.rmw{width}.{kind}" + ("_u" if narrow else "")
        self.operands = {"load": 0, "cmpxchg": 2}.get(kind, 1)
        self.results = 0 if kind == "store" else 1

    def apply(self, memory, operands):
        """Returns the result (None for a store), and the eight bytes afterwards."""
        mask = (1 << self.bits) - 1
        old = memory & mask
        if self.kind == "load":
            new = old
        elif self.kind == "cmpxchg":
            # The expected value is wrapped to the width of the access: its upper bits do not count.
            new = operands[1] & mask if old == operands[0] & mask else old
        elif self.kind == "store":
            new = operands[0] & mask
        else:
            new = RMW[self.kind](old, operands[0]) & mask
        return (None if self.kind == "store" else old), (memory & ~mask & M64) | new

    def text(self, order, address, operands, offset=""):
        values = "".join(f" {value}" for value in operands)
        return f"({self.name}{offset}{' ' + order if order else ''} {address}{values})"


ATOMICS = [Atomic(kind, ty, bits) for kind in ["load", "store", *RMW, "cmpxchg"] for ty, bits in WIDTHS]


def atomic_function(op, order, index="i32"):
    name = f"{op.name} {order}".strip()
    parameters = "".join(f" {op.ty}" for _ in range(op.operands))
    operands = [f"(local.get {1 + at})" for at in range(op.operands)]
    results = f"{op.ty} i64" if op.results else "i64"
    return (
        f'  (func (export "{name}") (param {index}{parameters}) (result {results})\n'
        f"    (i64.store (i32.const 8) (i64.const {hex(BEFORE)}))\n"
        f"    {op.text(order, '(local.get 0)', operands)}\n"
        f"    (i64.load (i32.const 8)))\n"
    )


def atomics():
    out = [HEADER, ";; Every atomic access in every order: what it gives, what it leaves behind, and how it traps.\n\n"]
    orders = ["acqrel", "seqcst", ""]
    for memory in ["(memory 1 1 shared)", "(memory 1 1)"]:
        out.append(f"(module\n  {memory}\n")
        out += [atomic_function(op, order) for op in ATOMICS for order in orders]
        out.append(")\n")
        for op in ATOMICS:
            for order in orders:
                cases = [[OPERAND] * op.operands]
                if op.kind == "cmpxchg":
                    # A value that matches, one that does not, and for narrow accesses one that differs in ignored bits only.
                    low = BEFORE & ((1 << op.bits) - 1)
                    cases = [[low, OPERAND], [low ^ 1, OPERAND]]
                    if op.bits < int(op.ty[1:]):
                        cases.append([low | 1 << op.bits, OPERAND])
                for case in cases:
                    old, after = op.apply(BEFORE, case)
                    arguments = " ".join([const("i32", 8)] + [const(op.ty, value) for value in case])
                    results = [const("i64", after)] if old is None else [const(op.ty, old), const("i64", after)]
                    name = f"{op.name} {order}".strip()
                    out.append(f'(assert_return (invoke "{name}" {arguments}) {" ".join(results)})\n')
        out.append("\n")
        for op in ATOMICS:
            operands = " ".join([""] + [const(op.ty, OPERAND)] * op.operands)
            size = op.bits // 8
            traps = [(at, "out of bounds memory access") for at in (PAGE, 0xFFFF_FFF8)]
            traps += [(8 + at, "unaligned atomic") for at in {1, size // 2, size - 1} if 0 < at < size]
            for at, message in traps:
                out.append(f'(assert_trap (invoke "{op.name} acqrel" {const("i32", at)}{operands}) "{message}")\n')
        out.append("\n")
    return "".join(out)


def atomics_invalid():
    out = [HEADER, ";; What validation refuses of every atomic access with an order.\n\n"]

    def invalid(body, message, memory="(memory 1 1 shared)"):
        out.append(f'(assert_invalid (module {memory} (func {body})) "{message}")\n')

    for op in ATOMICS:
        fine = [const(op.ty, 0)] * op.operands
        drop = (lambda text: f"(drop {text})") if op.results else (lambda text: text)
        size = op.bits // 8
        address = "(i32.const 0)"
        invalid(drop(op.text("acqrel", address, fine)), "unknown memory", memory="")
        invalid(drop(op.text("acqrel", "(i64.const 0)", fine)), "type mismatch")
        invalid(drop(op.text("acqrel", address, fine)), "type mismatch", memory="(memory i64 1 1 shared)")
        if op.operands:
            invalid(drop(op.text("acqrel", address, [*fine[:-1], "(f32.const 0)"])), "type mismatch")
            invalid(drop(op.text("acqrel", "", fine)), "type mismatch")
        if not op.results:
            invalid(f"(drop {op.text('acqrel', address, fine)})", "type mismatch")
        for align in {size * 2, size // 2} - {0}:
            invalid(drop(op.text("acqrel", address, fine, f" align={align}")), "atomic alignment must be natural")
    return "".join(out)


UNALIGNED, UNSHARED, OUTSIDE = "unaligned atomic", "expected shared memory", "out of bounds memory access"


def waiting():
    out = [HEADER, ";; The checks of `memory.atomic.wait` and `notify`, in their order: alignment, a shared memory, bounds.\n\n"]
    ops = [("wait32", 4, "(i32.const 1) (i64.const 0)"), ("wait64", 8, "(i64.const 1) (i64.const 0)"),
           ("notify", 4, "(i32.const 9)")]
    for index in ["i32", "i64"]:
        for shared in [True, False]:
            mask = (1 << int(index[1:])) - 1
            offsets = [0, 1, 4, mask - 7]
            out.append(f"(module\n  (memory {'i64 ' if index == 'i64' else ''}1 1{' shared' if shared else ''})\n")
            for name, _, operands in ops:
                for at, offset in enumerate(offsets):
                    text = f"(memory.atomic.{name} offset={hex(offset)} (local.get 0) {operands})"
                    out.append(f'  (func (export "{name} {at}") (param {index}) (result i32) {text})\n')
            out.append(")\n")
            for name, size, _ in ops:
                for at, offset in enumerate(offsets):
                    for address in [0, 4, 7, PAGE - size, PAGE, mask - 7]:
                        end = address + offset + size
                        call = f'(invoke "{name} {at}" {const(index, address)})'
                        if (address + offset) % size:
                            out.append(f'(assert_trap {call} "{UNALIGNED}")\n')
                        elif name != "notify" and not shared:
                            # Out of bounds as well, there are two reasons to trap, and engines report different ones.
                            if end <= PAGE:
                                out.append(f'(assert_trap {call} "{UNSHARED}")\n')
                        elif end > PAGE:
                            out.append(f'(assert_trap {call} "{OUTSIDE}")\n')
                        else:
                            # The value is not the expected one, so the operator does not wait.
                            out.append(f'(assert_return {call} (i32.const {0 if name == "notify" else 1}))\n')
            out.append("\n")
    return "".join(out)
