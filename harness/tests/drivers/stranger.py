"""A driver written from DRIVERS.md alone, for a toy engine.

It decodes modules by itself. It runs functions without parameters that return a constant or trap, and reads globals that
a constant initializes. It ignores everything else in a module, so validation is unsupported.
"""

import base64
import json
import sys

I32, I64, F32, F64, V128 = 0x7F, 0x7E, 0x7D, 0x7C, 0x7B
SIZES = {0x43: 4, 0x44: 8}


class Stop(Exception):
    """An error that ends a request, in the form of the answer."""

    def __init__(self, stop, message="", **more):
        super().__init__(message)
        self.answer = {"stop": stop, "message": message, **more}


def unsupported(what):
    return Stop("unsupported", feature="toy", what=what)


class Reader:
    """Reads a binary module."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def bytes(self, count):
        if self.at + count > len(self.data):
            raise Stop("invalid", "unexpected end")
        self.at += count
        return self.data[self.at - count : self.at]

    def byte(self):
        return self.bytes(1)[0]

    def unsigned(self):
        byte = self.byte()
        return byte & 0x7F | (self.unsigned() << 7 if byte & 0x80 else 0)

    def signed(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value - (1 << shift) if byte & 0x40 else value

    def name(self):
        return self.bytes(self.unsigned()).decode()

    def vector(self, item):
        return [item() for _ in range(self.unsigned())]


def value_type(reader):
    kind = reader.byte()
    if kind not in (I32, I64, F32, F64, V128):
        raise unsupported("a type of references")
    return kind


def signature(reader):
    if reader.byte() != 0x60:
        raise unsupported("a type that is no function's")
    return reader.vector(lambda: value_type(reader)), reader.vector(lambda: value_type(reader))


def constant(reader):
    """A value in the form of the protocol; nothing for `unreachable`."""
    opcode = reader.byte()
    if opcode == 0x00:
        return None
    if opcode == 0x41:
        return {"i32": reader.signed()}
    if opcode == 0x42:
        return {"i64": str(reader.signed())}
    if opcode in SIZES:
        bits = int.from_bytes(reader.bytes(SIZES[opcode]), "little")
        return {"f32" if opcode == 0x43 else "f64": hex(bits)}
    if opcode == 0xFD and reader.unsigned() == 12:
        return {"v128": hex(int.from_bytes(reader.bytes(16), "little"))}
    raise unsupported(f"opcode {opcode:#x}")


def expression(reader):
    """The constants up to the end; what comes after `unreachable` is not looked at."""
    values = []
    while reader.data[reader.at] != 0x0B:
        value = constant(reader)
        if value is None:
            return None
        values.append(value)
    reader.byte()
    return values


class Module:
    """What is known of a module."""

    def __init__(self, wasm):
        reader = Reader(wasm)
        if reader.bytes(8) != b"\0asm\1\0\0\0":
            raise Stop("invalid", "no module of version 1")
        self.imports, self.exports, self.types, self.funcs, self.codes, self.globals = [], {}, [], [], [], []
        while reader.at < len(wasm):
            section, content = reader.byte(), Reader(reader.bytes(reader.unsigned()))
            if section == 1:
                self.types = content.vector(lambda: signature(content))
            elif section == 2:
                self.imports = [None] * content.unsigned()
            elif section == 3:
                self.funcs = content.vector(content.unsigned)
            elif section == 6:
                self.globals = content.vector(lambda: (content.bytes(2), expression(content))[1])
            elif section == 7:
                exports = content.vector(lambda: (content.name(), content.byte(), content.unsigned()))
                self.exports = {name: (kind, index) for name, kind, index in exports}
            elif section == 8:
                raise unsupported("a start function")
            elif section == 10:
                self.codes = content.vector(lambda: content.bytes(content.unsigned()))

    def export(self, name, kind):
        found = self.exports.get(name)
        if found is None or found[0] != kind:
            raise Stop("error", f"{name} is not exported")
        return found[1]

    def call(self, name):
        index = self.export(name, 0)
        params, _ = self.types[self.funcs[index]]
        if params:
            raise unsupported("parameters")
        body = Reader(self.codes[index])
        if body.unsigned():
            raise unsupported("locals")
        values = expression(body)
        if values is None:
            raise Stop("trap", "unreachable")
        return values


class Driver:
    """A session, and a method for each request."""

    modules, instances = [], []

    def hello(self, **_):
        return {"protocol": 2, "version": "toy 1"}

    def session(self, **_):
        self.modules, self.instances = [], []

    def compile(self, wasm):
        self.modules.append(Module(base64.b64decode(wasm)))
        return len(self.modules) - 1

    def validate(self, wasm):
        raise unsupported("validation")

    def instantiate(self, module):
        module = self.modules[module]
        if module.imports:
            raise unsupported("imports")
        self.instances.append(module)
        return len(self.instances) - 1

    def register(self, name, instance):
        return {"nobody": "imports from it"}

    def invoke(self, instance, name, **_):
        return self.instances[instance].call(name)

    def get(self, instance, name, **_):
        module = self.instances[instance]
        return module.globals[module.export(name, 3)][0]


def main():
    driver = Driver()
    for line in sys.stdin:
        request = json.loads(line)
        number = request.pop("id")
        try:
            answer = {"ok": getattr(driver, request.pop("do"))(**request)}
        except Stop as stop:
            answer = stop.answer
        print(json.dumps({"id": number, **answer}), flush=True)


main()
