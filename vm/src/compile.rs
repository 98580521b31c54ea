//! From bytes to an artifact: parse and validate, lower and compile units in parallel, link.

mod bounds;

pub(crate) use self::bounds::Deadline;
use self::bounds::Room;
use crate::abi::fingerprint::fingerprint;
use crate::artifact::{Artifact, Image};
use crate::codegen::{CodeTarget, budget, link, unit};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::module::parse::{self, Parsed};
use rayon::ThreadPool;
use rayon::prelude::*;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Stack of a compiling thread. LLVM recurses on nested expressions and loops; this is address space, of which only
/// what is used takes memory.
const STACK_BYTES: usize = 256 << 20;

/// Threads that compile for an engine; LLVM's contexts and machines stay with them.
pub(crate) fn pool(threads: NonZeroUsize) -> Result<ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads.get())
        .stack_size(STACK_BYTES)
        .thread_name(|index| format!("wassay-compile-{index}"))
        .build()
        .map_err(|e| Error::Resources(format!("can't start compiling threads: {e}")))
}

/// Checks that `bytes` are a valid module under the engine's features.
pub(crate) fn validate(engine: &Engine, bytes: &[u8]) -> Result<()> {
    contained(|| "validating".into(), || parse::validate(bytes, engine.config()))
}

/// Compiles a module.
pub(crate) fn compile(engine: &Engine, bytes: &[u8]) -> Result<Artifact> {
    compile_for(engine, engine.code_target()?, bytes)
}

/// Compiles a module for a target that is not the engine's own, perhaps.
pub(crate) fn compile_for(engine: &Engine, target: &CodeTarget, bytes: &[u8]) -> Result<Artifact> {
    contained(|| "compiling".into(), || to_artifact(engine, target, bytes))
}

/// Does part of compiling. It panics where something does not hold that always does; modules come from anywhere, so that is
/// an error, and not the embedder's end.
fn contained<T>(during: impl FnOnce() -> String, work: impl FnOnce() -> Result<T>) -> Result<T> {
    // What a panic leaves behind is dropped: LLVM's module and context, descriptions, objects.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(Error::Internal { during: during(), message: text.unwrap_or("it panicked").into() })
    })
}

fn to_artifact(engine: &Engine, target: &CodeTarget, bytes: &[u8]) -> Result<Artifact> {
    let parsed = parse::parse(bytes, engine.config())?;
    let image = if parsed.bodies.is_empty() {
        Image::default()
    } else {
        let objects = each_unit(engine, target, &parsed, unit::compile)?;
        #[expect(clippy::cast_possible_truncation, reason = "function indices are 32-bit")]
        link::link(&objects, parsed.description.func_imports, parsed.bodies.len() as u32)?
    };
    Ok(Artifact {
        fingerprint: fingerprint(),
        target: target.record(engine.config()),
        description: parsed.description,
        image,
    })
}

/// Does `work` for every codegen unit, on the engine's threads.
fn each_unit<T: Send>(
    engine: &Engine,
    target: &CodeTarget,
    parsed: &Parsed<'_>,
    work: impl Fn(&unit::Settings<'_>, &unit::Part) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let config = engine.config();
    let deadline = Deadline::after(config.limits.compile_time);
    let room = Room::new(config.limits.compile_memory);
    let settings = unit::Settings {
        description: &parsed.description,
        bodies: &parsed.bodies,
        deadline: &deadline,
        hints: &parsed.hints,
        target,
        memory_mode: config.memory_mode,
        relaxed_simd: config.relaxed_simd,
    };
    let done = engine.compile_pool()?.install(|| {
        let counts = (0..parsed.bodies.len())
            .into_par_iter()
            .map(|index| {
                let during = || format!("looking over function {}", parsed.description.func_imports as usize + index);
                contained(during, || Ok(parsed.survey(index)?.counts))
            })
            .collect::<Vec<Result<_>>>();
        let counts = counts.into_iter().collect::<Result<Vec<_>>>()?;
        budget::check(&parsed.description, config.opt_level, &counts, config.limits.compile_memory)?;
        let compiled = |part: &unit::Part| {
            let during = || format!("compiling {}", part.functions(parsed.description.func_imports));
            contained(during, || room.with(part.memory(), || work(&settings, part)))
        };
        // All of them, then the first error: which one is reported must not depend on timing.
        Ok::<_, Error>(unit::partition(config.opt_level, &counts).par_iter().map(compiled).collect::<Vec<Result<_>>>())
    })?;
    done.into_iter().collect()
}

impl Engine {
    /// Compiles a module to the bytes that [`Module::deserialize`](crate::Module::deserialize) takes, without loading
    /// it: the CPU that the engine compiles for ([`Config::cpu`](crate::Config::cpu)) need not be this one.
    ///
    /// # Errors
    /// As [`Module::new`](crate::Module::new).
    pub fn precompile_module(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        compile(self, bytes)?.to_bytes()
    }

    /// The LLVM IR that a module's functions are lowered to, before any of LLVM's passes: one text of an LLVM module for
    /// each run of functions that are compiled together. Function `n` of the module's index space is `@fn`; its type says
    /// which registers its values travel in (`abi`), and its first parameter is the instance's context.
    ///
    /// For people and tests: what it looks like may change with every version.
    ///
    /// # Errors
    /// As [`Module::new`](crate::Module::new).
    pub fn llvm_ir(&self, bytes: &[u8]) -> Result<Vec<String>> {
        let target = self.code_target()?;
        contained(
            || "compiling".into(),
            || {
                let parsed = parse::parse(bytes, self.config())?;
                each_unit(self, target, &parsed, unit::print)
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CompositeType, FuncType};

    /// What compiling says of a module of which `spoil` makes one that no validation lets through.
    fn stops(text: &str, spoil: impl FnOnce(&mut Parsed<'_>)) -> String {
        let engine = Engine::default();
        let target = engine.code_target().unwrap();
        let buffer = wast::parser::ParseBuffer::new(text).unwrap();
        let bytes = wast::parser::parse::<wast::Wat<'_>>(&buffer).unwrap().encode().unwrap();
        let mut parsed = parse::parse(&bytes, engine.config()).unwrap();
        each_unit(&engine, target, &parsed, unit::compile).expect("it is valid as it is");
        spoil(&mut parsed);
        let error = each_unit(&engine, target, &parsed, unit::compile).unwrap_err();
        assert!(matches!(error, Error::Internal { .. }), "{error}");
        parse::parse(&bytes, engine.config())
            .and_then(|parsed| each_unit(&engine, target, &parsed, unit::compile))
            .expect("the threads go on");
        error.to_string()
    }

    #[test]
    fn a_broken_invariant_stops_compiling_and_nothing_else() {
        let error = stops("(module (type (func (param i32))) (func (type 1)) (type (func)) (func call 0))", |parsed| {
            parsed.description.functions.to_mut()[0] = 0;
        });
        assert!(error.contains("compiling functions 0 to 1: "), "{error}");

        let cast = "(module (type $s (struct)) (func (param anyref) (result i32) local.get 0 ref.test (ref $s)))";
        let error = stops(cast, |parsed| parsed.description.types[0].composite = CompositeType::Cont(1));
        assert!(error.contains("no cast of continuations"), "{error}");

        let fields = "(module (type $s (struct (field i32))) (func (result anyref) i32.const 1 struct.new $s))";
        let error =
            stops(fields, |parsed| parsed.description.types[0].composite = CompositeType::Func(FuncType::new([], [])));
        assert!(error.contains("structure types where structures are"), "{error}");
    }
}
