//! Names in backtraces and messages, from name sections with any contents and with hostile names.
//!
//! Spec: <https://webassembly.github.io/spec/core/appendix/custom.html#name-section>, and
//! <https://github.com/WebAssembly/extended-name-section> for labels, tables, memories, globals and segments.

use crate::support::{engines, wat};
use std::borrow::Cow;
use wasm_encoder::{CustomSection, IndirectNameMap, NameMap, NameSection, Section as _};
use wassay_vm::{Engine, Error, Extern, Instance, Linker, Module, Store, WasmBacktrace};

/// A module in which function 0 calls function 1, which traps.
const CALLS: &str = r#"(module (func (export "go") (call 1)) (func (unreachable)))"#;

/// The names of both frames, from the name sections below.
const SHOWN: [&str; 2] = ["m!inner", "m!outer"];

fn map(names: &[(u32, &str)]) -> NameMap {
    let mut map = NameMap::new();
    names.iter().for_each(|(index, name)| map.append(*index, name));
    map
}

fn functions(names: &mut NameSection) {
    names.functions(&map(&[(0, "outer"), (1, "inner")]));
}

/// Returns [`CALLS`] with a name section.
fn with_names(names: &[u8]) -> Vec<u8> {
    let mut module = wat(CALLS);
    // The text encoder writes no name section, as nothing in the module has a name.
    CustomSection { name: "name".into(), data: Cow::Borrowed(names) }.append_to(&mut module);
    module
}

fn contents(write: impl FnOnce(&mut NameSection)) -> Vec<u8> {
    let mut section = NameSection::new();
    write(&mut section);
    let custom = section.as_custom();
    custom.data.into_owned()
}

fn backtrace(engine: &Engine, module: &[u8]) -> WasmBacktrace {
    let module = Module::new(engine, module).unwrap();
    let mut store = Store::new(engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let go = instance.get_typed_func::<(), ()>(&mut store, "go").unwrap();
    match go.call(&mut store, ()) {
        Err(Error::Trap { backtrace, .. }) => backtrace,
        other => panic!("{other:?}"),
    }
}

fn shown(backtrace: &WasmBacktrace) -> Vec<String> {
    let name = |frame: &wassay_vm::Frame| frame.to_string().split(" @ ").next().unwrap().to_owned();
    backtrace.frames.iter().map(name).collect()
}

#[test]
fn other_subsections_do_not_affect_names() {
    let indirect = || {
        let mut names = IndirectNameMap::new();
        names.append(0, &map(&[(0, "x"), (7, "y")]));
        names
    };
    let plain = || map(&[(0, "x"), (7, "y")]);
    let all = contents(|names| {
        names.module("m");
        functions(names);
        names.locals(&indirect());
        names.labels(&indirect());
        names.types(&plain());
        names.tables(&plain());
        names.memories(&plain());
        names.globals(&plain());
        names.elements(&plain());
        names.data(&plain());
        names.fields(&indirect());
        names.tags(&plain());
        // Unknown subsections. Names for parameters of types and of tags are under discussion.
        for id in [12, 13, 14, 200] {
            names.raw(id, &[1, 0, 1, 0, 1, b'x']);
        }
    });
    for (mode, engine) in engines() {
        assert_eq!(shown(&backtrace(&engine, &with_names(&all))), SHOWN, "{mode}");
    }
}

#[test]
fn names_come_from_the_text_format() {
    let text = r#"(module $m (type $t (func)) (type $s (struct (field $f i32))) (tag $e) (memory $mem 1)
        (table $tab 1 funcref) (global $g i32 (i32.const 0)) (elem $el func) (data $d "x")
        (func $outer (export "go") (type $t) (local $l i32) (block $b (loop $c (call $inner))))
        (func $inner unreachable))"#;
    for (mode, engine) in engines() {
        assert_eq!(shown(&backtrace(&engine, &wat(text))), SHOWN, "{mode}");
    }
}

#[test]
fn invalid_name_sections_only_lose_names() {
    let engine = Engine::default();
    let module = contents(|names| names.module("m"));
    let function_names = contents(functions);
    let other = contents(|names| names.globals(&map(&[(0, "x")])));
    let cat = |parts: &[&[u8]]| parts.concat();
    // Function 0 gets the name of its export if it has no other.
    let none: [&str; 2] = ["<wasm function 1>", "go"];
    let cases: &[(&str, Vec<u8>, [&str; 2])] = &[
        ("nothing", vec![], none),
        ("in another order", cat(&[&other, &function_names, &module]), SHOWN),
        ("cut", function_names[..function_names.len() - 1].to_vec(), none),
        ("cut later", cat(&[&module, &function_names, &other[..1]]), SHOWN),
        ("longer than it is", cat(&[&module, &function_names, &[9, 0xff, 0xff, 0xff, 0xff, 0x0f]]), SHOWN),
        (
            "more names than bytes",
            cat(&[&module, &[1, 6, 0xff, 0xff, 0xff, 0xff, 0x0f, 0]]),
            ["m!<wasm function 1>", "m!go"],
        ),
        ("names in another order", cat(&[&module, &[1, 15, 2, 1, 5], b"inner", &[0, 5], b"outer"]), SHOWN),
        (
            "two names for one",
            cat(&[&module, &[1, 22, 3, 0, 5], b"outer", &[1, 5], b"inner", &[1, 5], b"later"]),
            SHOWN,
        ),
        (
            "of no function",
            cat(&[&module, &[1, 9, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 2], b"no"]),
            ["m!<wasm function 1>", "m!go"],
        ),
        ("no text", cat(&[&module, &[1, 4, 1, 1, 1, 0xff]]), ["m!<wasm function 1>", "m!go"]),
        ("no text in another", cat(&[&module, &function_names, &[7, 4, 1, 0, 1, 0xff]]), SHOWN),
    ];
    for (what, names, expected) in cases {
        assert_eq!(shown(&backtrace(&engine, &with_names(names))), *expected, "{what}");
    }
}

/// Names with control characters and such, which would have effects on a terminal, in a log or on a page.
const HOSTILE: [&str; 8] = [
    "a\n   0: m!forged @ 0x1",
    "\x1b[2J\x1b]0;title\x07",
    "\r::stop-commands::x",
    "\u{9b}31m",
    "\u{202e}gnp.exe\u{2066}",
    "\u{2028}\u{2029}\u{85}",
    "\0\x08\x7f",
    "\u{feff}\u{200b}",
];

fn is_plain(text: &str) -> bool {
    let bidi =
        |char| matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    !text.chars().any(|char| char.is_control() || bidi(char))
}

#[test]
fn frames_are_displayed_on_one_line() {
    let engine = Engine::default();
    let huge = "n".repeat(90_000);
    for name in HOSTILE.into_iter().chain([huge.as_str()]) {
        let names = contents(|names| {
            names.module(name);
            names.functions(&map(&[(0, name), (1, name)]));
        });
        let backtrace = backtrace(&engine, &with_names(&names));
        let text = backtrace.to_string();
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.lines().all(is_plain), "{text:?}");
        assert!(text.len() < 4096, "{} bytes", text.len());
        // The names in the data are unchanged.
        let [frame, _] = &backtrace.frames[..] else { panic!("{} frames", backtrace.frames.len()) };
        assert!(frame.name.as_deref() == Some(name) && frame.module.as_deref() == Some(name), "{text:?}");
    }
}

#[test]
fn errors_are_displayed_on_one_line() {
    let engine = Engine::default();
    let huge = "n".repeat(90_000);
    for name in HOSTILE.into_iter().chain([huge.as_str()]) {
        let module = |write: &dyn Fn(&mut wasm_encoder::ImportSection, &mut wasm_encoder::ExportSection)| {
            let (mut module, mut types) = (wasm_encoder::Module::new(), wasm_encoder::TypeSection::new());
            let (mut imports, mut exports) = Default::default();
            types.ty().function([], []);
            write(&mut imports, &mut exports);
            module.section(&types).section(&imports).section(&exports);
            module.finish()
        };
        let importing = module(&|imports, _| {
            imports.import(name, name, wasm_encoder::EntityType::Function(0));
        });
        let exporting = module(&|imports, exports| {
            imports.import("m", "f", wasm_encoder::EntityType::Function(0));
            exports.export(name, wasm_encoder::ExportKind::Func, 0).export(name, wasm_encoder::ExportKind::Func, 0);
        });
        let importing = Module::new(&engine, importing).unwrap();
        let mut store = Store::new(&engine, ());
        let mut linker = Linker::new(&engine);
        let unknown = linker.instantiate(&mut store, &importing).unwrap_err();
        let empty = Module::new(&engine, wat("(module)")).unwrap();
        let empty = Instance::new(&mut store, &empty, &[]).unwrap();
        let memory = wassay_vm::Memory::new(&mut store, wassay_vm::MemoryType::new(1, None)).unwrap();
        linker.define(&store, name, name, Extern::Memory(memory)).unwrap();
        let errors = [
            unknown,
            linker.define(&store, name, name, Extern::Memory(memory)).err().unwrap(),
            linker.instantiate(&mut store, &importing).unwrap_err(),
            empty.get_typed_func::<(), ()>(&mut store, name).unwrap_err(),
            Module::new(&engine, exporting).unwrap_err(),
        ];
        for error in errors {
            let text = error.to_string();
            assert!(is_plain(&text) && text.len() < 4096, "{text:?}");
        }
    }
}
