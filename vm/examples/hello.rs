//! Hello: a module that calls the host, passes text in its memory, and traps.
//!
//! `cargo run -p wassay-vm --example hello`

use wassay_vm::{Caller, Engine, Error, Extern, Linker, Module, Result, Store, Trap};

const TEXT: &str = r#"
(module $hello
    (import "host" "print" (func $print (param i32 i32)))
    (memory (export "memory") 1)
    (data (i32.const 16) "Hello from wasm")

    (func (export "greet")
        (call $print (i32.const 16) (i32.const 15)))

    (func $share (export "share") (param $cake i32) (param $guests i32) (result i32)
        (i32.div_u (local.get $cake) (local.get $guests))))
"#;

/// The data of the store, which host functions can use. Its type is chosen by the embedder.
#[derive(Default)]
struct Host {
    printed: Vec<String>,
}

/// Prints a text that wasm passes as address and length. An address from wasm is only a number: `read` checks that the range is in
/// the memory.
fn print(mut caller: Caller<'_, Host>, address: i32, length: i32) -> Result<()> {
    let memory = caller
        .get_export("memory")
        .and_then(Extern::into_memory)
        .ok_or_else(|| Error::host("the module exports no memory"))?;
    let length = usize::try_from(length).map_err(Error::host)?;
    if length as u64 > memory.data(&caller).len() as u64 {
        return Err(Trap::MemoryOutOfBounds.into());
    }
    let mut bytes = vec![0; length];
    memory.read(&caller, u64::from(address.cast_unsigned()), &mut bytes)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    println!("{text}");
    caller.data_mut().printed.push(text);
    Ok(())
}

fn main() -> Result<()> {
    // An engine has the configuration. A module is compiled once, for any number of stores.
    let engine = Engine::default();
    let module = Module::new(&engine, TEXT)?;

    let mut linker = Linker::new(&engine);
    linker.func_wrap("host", "print", print)?;
    let mut store = Store::new(&engine, Host::default());
    let instance = linker.instantiate(&mut store, &module)?;

    // The type of a function is checked once, when it is looked up.
    let greet = instance.get_typed_func::<(), ()>(&mut store, "greet")?;
    greet.call(&mut store, ())?;
    assert_eq!(store.data().printed, ["Hello from wasm"]);

    let share = instance.get_typed_func::<(i32, i32), i32>(&mut store, "share")?;
    assert_eq!(share.call(&mut store, (12, 4))?, 3);

    // A trap is an error. It has the reason, and a backtrace.
    match share.call(&mut store, (12, 0)) {
        Err(Error::Trap { trap, backtrace }) => {
            println!("trap: {trap}\n{backtrace}");
            assert_eq!(trap, Trap::IntegerDivideByZero);
            assert_eq!(backtrace.frames[0].name.as_deref(), Some("share"));
        }
        other => panic!("expected a trap, found {other:?}"),
    }

    // The instance is still usable after a trap.
    let memory = instance.get_memory(&mut store, "memory").expect("the module exports it");
    memory.write(&mut store, 16, b"Again")?;
    greet.call(&mut store, ())?;
    assert_eq!(store.data().printed[1], "Again from wasm");
    Ok(())
}
