//! Stack overflow on the main thread, whose stack grows, and whose end is known to the kernel alone.
//!
//! This is a binary of its own, without Rust's test harness, because the harness would run the test on another thread.

use wassay_vm::artifact::{Artifact, Image, Target};
use wassay_vm::module::description::{Description, Entity, Export};
use wassay_vm::{Engine, FuncType, Instance, Module, Store, Trap, abi};

/// Environment variable of the child process that runs without a stack limit.
const UNLIMITED: &str = "WASSAY_TEST_UNLIMITED";

fn main() {
    // Test runners list the tests before they run them.
    let arguments: Vec<_> = std::env::args().collect();
    let asks = |flag: &str| arguments.iter().any(|argument| argument == flag);
    if asks("--list") {
        if !asks("--ignored") {
            println!("overflow_on_the_main_thread: test");
        }
        return;
    }
    overflow();
    if std::env::var_os(UNLIMITED).is_none() {
        let this = std::env::current_exe().unwrap();
        let script = "ulimit -s unlimited 2>/dev/null || exit 0; exec \"$0\"";
        let status = std::process::Command::new("sh").args(["-c", script]).arg(this).env(UNLIMITED, "1").status();
        assert!(status.unwrap().success(), "the test fails without a stack limit");
    }
}

fn overflow() {
    // push rbp; mov rbp, rsp; call itself; pop rbp; ret
    let code = [0x55, 0x48, 0x89, 0xe5, 0xe8, 0xf7, 0xff, 0xff, 0xff, 0x5d, 0xc3];
    let artifact = Artifact {
        fingerprint: abi::fingerprint::fingerprint(),
        target: Target { arch: std::env::consts::ARCH.into(), ..Target::default() },
        description: Description {
            types: vec![FuncType::new([], []).into()],
            functions: vec![0].into(),
            func_refs: vec![0].into(),
            code_offsets: vec![0].into(),
            exports: vec![Export { name: "deep".into(), entity: Entity::Func(0) }],
            ..Description::default()
        },
        image: Image { text: code.to_vec().into(), functions: vec![0, 11].into(), ..Image::default() },
    };
    let engine = Engine::default();
    // SAFETY: the code is the one above, which follows the calling convention.
    let module = unsafe { Module::deserialize(&engine, &artifact.to_bytes().unwrap()) }.unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let deep = instance.get_typed_func::<(), ()>(&store, "deep").unwrap();
    for _ in 0..3 {
        assert_eq!(deep.call(&mut store, ()).unwrap_err().trap(), Some(Trap::CallStackExhausted));
    }
}
