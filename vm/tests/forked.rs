//! Compiling and running in a forked process.
//!
//! This is a binary of its own, without Rust's test harness, because a forked child has none of the harness's threads.

mod support;

use wassay_vm::{Config, Engine, Instance, Module, OptLevel, Store};

fn main() {
    // Test runners list the tests before they run them.
    let arguments: Vec<_> = std::env::args().collect();
    let asks = |flag: &str| arguments.iter().any(|argument| argument == flag);
    if asks("--list") {
        if !asks("--ignored") {
            println!("a_child_compiles: test");
        }
        return;
    }
    let used = Engine::new(Config::new().opt_level(OptLevel::None)).unwrap();
    answer(&used, 1);
    let unused = Engine::new(Config::new().opt_level(OptLevel::None)).unwrap();
    in_child(|| {
        // One engine had threads in the parent, the other had none. The same in a child of the child.
        for engine in [&used, &unused] {
            answer(engine, 2);
        }
        in_child(|| {
            for engine in [&used, &unused] {
                answer(engine, 3);
            }
        });
        answer(&used, 4);
        drop((used.clone(), unused.clone()));
    });
    in_child(|| drop(used.clone()));
    answer(&used, 5);
    // The child drops the last handle of its copies of the engines.
    in_child(move || drop((used, unused)));
}

fn answer(engine: &Engine, number: i32) {
    let text = format!(
        r#"(module (memory 1) (func (export "answer") (result i32) (i32.const {number}))
            (func (export "trap") (result i32) (i32.load (i32.const -1))))"#
    );
    let module = Module::new(engine, support::wat(&text)).unwrap();
    let mut store = Store::new(engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    assert_eq!(instance.get_typed_func::<(), i32>(&store, "answer").unwrap().call(&mut store, ()).unwrap(), number);
    let trap = instance.get_typed_func::<(), i32>(&store, "trap").unwrap();
    assert!(trap.call(&mut store, ()).unwrap_err().trap().is_some());
}

/// Forks, and calls `work` in the child, which must succeed within a minute.
fn in_child(work: impl FnOnce()) {
    // SAFETY: no thread of this process holds a lock, as threads that compile wait for work.
    match unsafe { libc::fork() } {
        -1 => panic!("{}", std::io::Error::last_os_error()),
        0 => {
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
            // SAFETY: it only ends the child.
            unsafe { libc::_exit(i32::from(outcome.is_err())) }
        }
        child => {
            let mut status = 0;
            for _ in 0..6000 {
                // SAFETY: the process is a child of this one, and the pointer is valid.
                if unsafe { libc::waitpid(child, &raw mut status, libc::WNOHANG) } == child {
                    assert_eq!(status, 0, "the child succeeded");
                    return;
                }
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            // SAFETY: the process is a child of this one.
            unsafe { libc::kill(child, libc::SIGKILL) };
            panic!("the child hangs");
        }
    }
}
