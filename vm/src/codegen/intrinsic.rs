//! LLVM intrinsics that our passes know, by the numbers that LLVM gives them.

use inkwell::llvm_sys::core::{LLVMGetIntrinsicID, LLVMLookupIntrinsicID};
use inkwell::values::{AsValueRef, CallSiteValue, FunctionValue, InstructionValue};
use std::sync::OnceLock;

/// An intrinsic, whatever types it is overloaded on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Intrinsic {
    Abs,
    Canonicalize,
    Ceil,
    CopySign,
    Fabs,
    Floor,
    Fma,
    Maximum,
    Minimum,
    RoundEven,
    SignedMax,
    SignedMin,
    Sqrt,
    Trunc,
    UnsignedMax,
    UnsignedMin,
    /// Any other one.
    Other,
}

const NAMES: [(&str, Intrinsic); 16] = [
    ("llvm.abs", Intrinsic::Abs),
    ("llvm.canonicalize", Intrinsic::Canonicalize),
    ("llvm.ceil", Intrinsic::Ceil),
    ("llvm.copysign", Intrinsic::CopySign),
    ("llvm.fabs", Intrinsic::Fabs),
    ("llvm.floor", Intrinsic::Floor),
    ("llvm.fma", Intrinsic::Fma),
    ("llvm.maximum", Intrinsic::Maximum),
    ("llvm.minimum", Intrinsic::Minimum),
    ("llvm.roundeven", Intrinsic::RoundEven),
    ("llvm.smax", Intrinsic::SignedMax),
    ("llvm.smin", Intrinsic::SignedMin),
    ("llvm.sqrt", Intrinsic::Sqrt),
    ("llvm.trunc", Intrinsic::Trunc),
    ("llvm.umax", Intrinsic::UnsignedMax),
    ("llvm.umin", Intrinsic::UnsignedMin),
];

/// The callee of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Callee {
    /// A function that is called by its address, or inline assembly.
    Unnamed,
    /// A function that is called by its name.
    Function,
    Intrinsic(Intrinsic),
}

/// Returns the callee of a call.
pub(super) fn callee(call: InstructionValue<'_>) -> Callee {
    let function = CallSiteValue::try_from(call).ok().and_then(CallSiteValue::get_called_fn_value);
    match function {
        None => Callee::Unnamed,
        Some(function) => intrinsic(function).map_or(Callee::Function, Callee::Intrinsic),
    }
}

/// Returns which intrinsic a function is, if it is one.
pub(super) fn intrinsic(function: FunctionValue<'_>) -> Option<Intrinsic> {
    static NUMBERS: OnceLock<[u32; NAMES.len()]> = OnceLock::new();
    // SAFETY: the pointer is to as many bytes as the length says.
    let number = |name: &str| unsafe { LLVMLookupIntrinsicID(name.as_ptr().cast(), name.len()) };
    let numbers = NUMBERS.get_or_init(|| NAMES.map(|(name, _)| number(name)));
    // SAFETY: the function is alive.
    let own = unsafe { LLVMGetIntrinsicID(function.as_value_ref()) };
    // LLVM numbers intrinsics from 1.
    let known = || numbers.iter().zip(NAMES).find(|(number, _)| **number == own);
    (own != 0).then(|| known().map_or(Intrinsic::Other, |(_, (_, intrinsic))| intrinsic))
}

#[cfg(test)]
mod tests {
    use super::*;
    use inkwell::context::Context;
    use inkwell::intrinsics;

    #[test]
    fn every_name_is_known_to_llvm() {
        let context = Context::create();
        let module = context.create_module("names");
        for (name, expected) in NAMES {
            let float = !matches!(name, "llvm.abs" | "llvm.smax" | "llvm.smin" | "llvm.umax" | "llvm.umin");
            let ty = if float { context.f32_type().into() } else { context.i32_type().into() };
            let found = intrinsics::Intrinsic::find(name).and_then(|found| found.get_declaration(&module, &[ty]));
            assert_eq!(intrinsic(found.expect(name)), Some(expected));
        }
        let other = intrinsics::Intrinsic::find("llvm.ctpop").unwrap();
        let other = other.get_declaration(&module, &[context.i32_type().into()]).unwrap();
        assert_eq!(intrinsic(other), Some(Intrinsic::Other));
        let function = module.add_function("f", context.void_type().fn_type(&[], false), None);
        assert_eq!(intrinsic(function), None);
    }
}
