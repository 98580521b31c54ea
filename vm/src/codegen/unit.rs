//! Codegen units: runs of functions that become one LLVM module and one object each.

use super::target::CodeTarget;
use super::with_machine;
use crate::error::{Error, Result};
use crate::lower::{Options, Unit, lower_function};
use crate::module::description::Description;
use crate::{Level, MemoryMode};
use inkwell::passes::PassBuilderOptions;
use inkwell::targets::{FileType, TargetMachine};
use std::ops::Range;
use wasmparser::FunctionBody;

/// Bytes of wasm code in a unit: enough that fixed costs vanish, and that what belongs together is inlined; few enough
/// that a module of some size keeps several cores busy.
const UNIT_BYTES: u64 = 48 << 10;

/// Bodies past this size are compiled without optimising: several of LLVM's passes take more than linear time in the
/// size of a function, and what generates functions of this size is not written by hand.
const LARGEST_OPTIMIZED_BODY: u64 = 512 << 10;

/// The passes of [`Level::Speed`]. Chosen by measurement; `tailcallelim` must stay out, as recursion has to use up
/// the stack.
const SPEED: &str = "default<O2>";

/// What every unit of a module is compiled with.
#[derive(Debug)]
pub(crate) struct Settings<'m> {
    pub(crate) description: &'m Description,
    pub(crate) target: &'m CodeTarget,
    pub(crate) level: Level,
    pub(crate) memory_mode: MemoryMode,
}

/// Cuts the functions that a module defines into units.
pub(crate) fn partition(bodies: &[FunctionBody<'_>]) -> Vec<Range<usize>> {
    let mut units = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (index, body) in bodies.iter().enumerate() {
        let range = body.range();
        bytes += range.end - range.start;
        if bytes >= UNIT_BYTES {
            units.push(start..index + 1);
            (start, bytes) = (index + 1, 0);
        }
    }
    if start < bodies.len() {
        units.push(start..bodies.len());
    }
    units
}

/// Compiles functions to an object. `first` is the function index of the first body.
pub(crate) fn compile(settings: &Settings<'_>, first: u32, bodies: &[FunctionBody<'_>]) -> Result<Vec<u8>> {
    let too_large = |body: &FunctionBody<'_>| body.range().end - body.range().start > LARGEST_OPTIMIZED_BODY;
    let level = if bodies.iter().any(too_large) { Level::None } else { settings.level };
    let options = Options {
        optimize: level != Level::None,
        memory_mode: settings.memory_mode,
        tune_cpu: settings.target.tune.clone(),
    };
    with_machine(settings.target, level, |context, machine| {
        let unit = Unit::new(context, settings.description, &options)?;
        unit.module.set_triple(&machine.get_triple());
        unit.module.set_data_layout(&machine.get_target_data().get_data_layout());
        for (index, body) in (first..).zip(bodies) {
            lower_function(&unit, index, body)?;
        }
        unit.finish();
        if cfg!(debug_assertions) {
            unit.module.verify().map_err(|e| Error::Codegen(format!("invalid IR: {e}")))?;
        }
        if let Some(path) = std::env::var_os("WASSAY_DUMP_IR") {
            unit.module.print_to_file(&path).map_err(|e| Error::Codegen(e.to_string()))?;
        }
        emit(&unit, machine, level)
    })
}

fn emit(unit: &Unit<'_, '_>, machine: &TargetMachine, level: Level) -> Result<Vec<u8>> {
    if level != Level::None {
        let options = PassBuilderOptions::create();
        unit.module.run_passes(SPEED, machine, options).map_err(|e| Error::Codegen(e.to_string()))?;
    }
    let object =
        machine.write_to_memory_buffer(&unit.module, FileType::Object).map_err(|e| Error::Codegen(e.to_string()))?;
    // LLVM's buffer ends in a byte that is not the object's.
    Ok(object.as_slice().to_vec())
}
