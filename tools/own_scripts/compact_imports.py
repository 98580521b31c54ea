"""Scripts of compact import sections, as bytes."""

from own_scripts.common import HEADER

FUNC, GLOBAL, MEMORY, TABLE_TYPE = b"\x00\x00", b"\x03\x7f\x00", b"\x02\x00\x01", b"\x01\x70\x00\x01"


def leb(number):
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def name(text):
    data = text.encode() if isinstance(text, str) else text
    return leb(len(data)) + data


def vector(items):
    return leb(len(items)) + b"".join(items)


def section(number, content):
    return bytes([number]) + leb(len(content)) + content


def single(module, item, kind):
    return name(module) + name(item) + kind


def many(module, items):
    """Encodes imports with names and a type for each name."""
    return name(module) + b"\x00\x7f" + vector([name(item) + kind for item, kind in items])


def alike(module, kind, items):
    """Encodes imports with one type and a list of names."""
    return name(module) + b"\x00\x7e" + kind + vector([name(item) for item in items])


def quoted(data):
    """Quotes bytes for the text format. Letters and digits that could continue an escape are escaped too."""
    plain = lambda c: 0x20 < c < 0x7F and chr(c) not in "\"\\" and chr(c).lower() not in "0123456789abcdef"
    return '"' + "".join(chr(c) if plain(c) else f"\\{c:02x}" for c in data) + '"'


def importing(groups, body=None, functions=0):
    """Returns a module with one section in each line: imports, and a function `f` with a body after some imported functions."""
    sections = [section(1, vector([b"\x60\x00\x01\x7f"])), section(2, vector(groups))]
    if body is not None:
        code = b"\x00" + body + b"\x0b"
        sections += [section(3, b"\x01\x00"), section(7, vector([name("f") + b"\x00" + leb(functions)]))]
        sections += [section(10, vector([leb(len(code)) + code]))]
    return "\n  ".join(quoted(part) for part in [b"\0asm\x01\0\0\0", *sections])


def total(calls, globals_=()):
    parts = [b"\x10" + leb(at) for at in calls] + [b"\x23" + leb(at) for at in globals_]
    return parts[0] + b"".join(part + b"\x6a" for part in parts[1:])


def compact_imports():
    out = [HEADER, """;; The import section with a module's name said once for many imports. After an empty name, 0x7f begins a list of names
;; with a type each, 0x7e one type and a list of names.

(module $a
  (func (export "one") (result i32) (i32.const 1))
  (func (export "two") (result i32) (i32.const 2))
  (func (export "three") (result i32) (i32.const 3))
  (global (export "g") i32 (i32.const 40))
  (global (export "h") i32 (i32.const 50))
  (memory (export "m") 1)
  (table (export "t") 1 funcref)
  (func (export "") (result i32) (i32.const 9)))
(register "a" $a)
(module $b (func (export "one") (result i32) (i32.const 100)))
(register "b" $b)

"""]

    def fine(why, groups, calls, functions, result, globals_=()):
        module = importing(groups, total(calls, globals_), functions)
        out.append(f';; {why}\n(module binary\n  {module})\n(assert_return (invoke "f") (i32.const {result}))\n')

    def wrong(kind, why, groups, message):
        out.append(f';; {why}\n(assert_{kind} (module binary\n  {importing(groups)}) "{message}")\n')

    three = ["one", "two", "three"]
    fine("Three functions with a type each.", [many("a", [(item, FUNC) for item in three])], [0, 2, 2], 3, 7)
    fine("Three functions of one type.", [alike("a", FUNC, three)], [0, 2, 2], 3, 7)
    fine("The order is that of the list.", [alike("a", FUNC, three[::-1])], [0, 0, 2], 3, 7)
    fine("The same name twice.", [alike("a", FUNC, ["two", "two"])], [0, 1], 2, 4)
    mixed = [("g", GLOBAL), ("one", FUNC), ("m", MEMORY), ("h", GLOBAL), ("two", FUNC), ("t", TABLE_TYPE)]
    fine("Kinds mixed in a list: each has an index space of its own.", [many("a", mixed)], [1], 2, 92, [1, 0])
    fine("Globals of one type.", [single("a", "one", FUNC), alike("a", GLOBAL, ["g", "h"])], [0], 1, 141, [0, 1, 1])
    forms = [single("a", "two", FUNC), alike("a", FUNC, ["one", "three"]), many("b", [("one", FUNC)])]
    forms.append(single("b", "one", FUNC))
    fine("All three forms in one section.", forms, range(5), 5, 206)
    fine("Lists of one.", [many("a", [("three", FUNC)]), alike("a", FUNC, ["two"])], [0, 0, 1], 2, 8)
    empty = [many("nobody", []), alike("nobody", FUNC, []), alike("nobody", MEMORY, []), single("a", "two", FUNC)]
    fine("Empty lists, from modules that nobody has.", empty, [0], 1, 2)
    nameless = [many("a", [("", FUNC)]), alike("a", FUNC, ["", "one"])]
    fine("An empty name of an item in a list is a name.", nameless, [0, 1, 2], 3, 19)
    fine("A single import with an empty name is what it always was.", [single("a", "", FUNC)], [0], 1, 9)
    longer = [name("a") + b"\x80\x80\x00\x7f" + vector([name("one") + FUNC])]
    fine("An empty name in a longer encoding begins a list, too.", longer, [0], 1, 1)
    longer = [name("a") + b"\x00\x7e" + FUNC + b"\x82\x80\x00" + name("one") + name("two")]
    fine("A count in a longer encoding.", longer, [0, 1], 2, 3)
    fine("A list of a hundred.", [alike("a", FUNC, ["one", "two"] * 50)], [0, 1, 98, 99], 100, 6)

    one = vector([name("one") + FUNC])
    kind, end = "malformed import kind", "unexpected end"
    for why, group, message in [
        ("After a name that is not empty there is no list.", name("one") + b"\x7f" + one, kind),
        ("The same of one type.", name("one") + b"\x7e" + FUNC + vector([name("one")]), kind),
        ("What begins a list is one byte, not a number that may be encoded longer.", b"\x00\xff\x00" + one, kind),
        ("The next byte down is nothing.", b"\x00\x7d" + one, kind),
        ("Fewer names than the list says.", b"\x00\x7f\x02" + name("one") + FUNC, end),
        ("Fewer names of one type than the list says.", b"\x00\x7e" + FUNC + b"\x02" + name("one"), end),
        ("More than the list says.", b"\x00\x7f\x01" + (name("one") + FUNC) * 2, "section size mismatch"),
        ("No list at all.", b"\x00\x7f", end),
        ("No type.", b"\x00\x7e", end),
        ("A name that is no UTF-8.", b"\x00\x7f" + vector([name(b"\xff") + FUNC]), "malformed UTF-8 encoding"),
        ("The same in a list of one type.", b"\x00\x7e" + FUNC + vector([name(b"\xc0\x80")]), "malformed UTF-8 encoding"),
        ("A list in a list.", b"\x00\x7f" + vector([name("") + b"\x7f" + one]), kind),
        ("A kind that there is none of, in a list.", b"\x00\x7f" + vector([name("one") + b"\x09\x00"]), kind),
    ]:
        wrong("malformed", why, [name("a") + group], message)
    nowhere = b"\x00\x05"
    wrong("invalid", "A type that is not there, in a list.", [many("a", [("one", nowhere)])], "unknown type")
    wrong("invalid", "A type that is not there, for the whole list.", [alike("a", nowhere, ["one"])], "unknown type")
    unknown, other = "unknown import", "incompatible import type"
    wrong("unlinkable", "Each name in a list must be there.", [many("a", [("one", FUNC), ("four", FUNC)])], unknown)
    wrong("unlinkable", "The same of one type.", [alike("a", FUNC, ["one", "four"])], unknown)
    wrong("unlinkable", "And of that type.", [alike("a", FUNC, ["one", "g"])], other)
    wrong("unlinkable", "Each of its own.", [many("a", [("g", GLOBAL), ("h", FUNC)])], other)
    wrong("unlinkable", "A module that is not there.", [alike("nobody", FUNC, ["one"])], unknown)
    out.append(""";; In the text: names with a type each, and names of one type.
(module
  (import "a" (item "one" (func $one (result i32))) (item "g" (global $g i32)))
  (import "a" (item "two") (item "three") (func (result i32)))
  (func (export "f") (result i32)
    (i32.add (i32.add (call $one) (global.get $g)) (i32.add (call 1) (call 2)))))
(assert_return (invoke "f") (i32.const 46))
""")
    return "".join(out)
