//! Disassembly of compiled modules.

use iced_x86::{Decoder, DecoderOptions, Formatter, Instruction, IntelFormatter};
use wassay_vm::Engine;
use wassay_vm::artifact::Artifact;

/// Compiles a module, and returns the instructions of each function that it defines. The engine's CPU need not be the host's.
pub(crate) fn functions(engine: &Engine, wasm: &[u8]) -> Vec<Vec<Instruction>> {
    let artifact = Artifact::from_bytes(&engine.precompile_module(wasm).unwrap()).unwrap();
    let image = artifact.image;
    let decode = |range: &[u32]| {
        let code = &image.text[range[0] as usize..range[1] as usize];
        Decoder::with_ip(64, code, range[0].into(), DecoderOptions::NONE).into_iter().collect()
    };
    image.functions.chunks_exact(2).map(decode).collect()
}

/// Formats an instruction.
pub(crate) fn text(instruction: &Instruction) -> String {
    let mut formatter = IntelFormatter::new();
    formatter.options_mut().set_rip_relative_addresses(true);
    formatter.options_mut().set_space_after_operand_separator(true);
    let mut text = String::new();
    formatter.format(instruction, &mut text);
    text
}
