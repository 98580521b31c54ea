//! Modules that nobody writes by accident: broken, huge, deep, endless. Whatever is thrown at the VM, the answer is
//! an error, a trap or success, within bounded memory and time; never a panic, an abort or a crash.
//!
//! Every case runs in a process of its own, so that a crash is a failing case with a name, and memory can be measured.

#[path = "hostile/build.rs"]
mod build;
mod common;
#[path = "hostile/compiling.rs"]
mod compiling;
#[path = "hostile/families.rs"]
mod families;
#[path = "hostile/isolated.rs"]
mod isolated;
#[path = "support/kernels.rs"]
#[expect(dead_code, reason = "kernels are broken here, not run")]
mod kernels;
#[path = "hostile/mutants.rs"]
mod mutants;
#[path = "hostile/object_seeds.rs"]
mod object_seeds;
#[path = "hostile/objects.rs"]
mod objects;
#[path = "hostile/recursion.rs"]
mod recursion;
#[path = "hostile/sizes.rs"]
mod sizes;
#[path = "hostile/spaces.rs"]
mod spaces;
