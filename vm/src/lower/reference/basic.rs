//! Null references, references to functions, and `ref.eq`.
//!
//! A reference is a pointer or has tag bits (see `abi`); null is the null pointer.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#reference-instructions>

use crate::abi;
use crate::error::{Error, Result};
use crate::lower::function::Lowering;
use crate::trap::Trap;
use inkwell::IntPredicate;
use wasmparser::HeapType;

impl Lowering<'_, '_, '_> {
    pub(crate) fn visit_ref_null(&mut self, _ty: HeapType) -> Result<()> {
        self.push(self.unit.types.ptr.const_null());
        Ok(())
    }

    pub(crate) fn visit_ref_is_null(&mut self) -> Result<()> {
        let value = self.pop_pointer();
        let is_null = self.builder.build_is_null(value, "")?;
        self.push_condition(is_null)
    }

    pub(crate) fn visit_ref_as_non_null(&mut self) -> Result<()> {
        let value = self.pop_pointer();
        let is_null = self.builder.build_is_null(value, "")?;
        self.trap_if(is_null, Trap::NullReference)?;
        self.push(value);
        Ok(())
    }

    /// Branches if a reference is null. The branch does not take the null with it.
    pub(crate) fn visit_br_on_null(&mut self, depth: u32) -> Result<()> {
        let value = self.pop_pointer();
        let is_null = self.builder.build_is_null(value, "")?;
        self.branch_if(is_null, depth)?;
        self.push(value);
        Ok(())
    }

    /// Branches if a reference is not null. The branch takes the reference with it; the code that follows has no use
    /// for a null.
    pub(crate) fn visit_br_on_non_null(&mut self, depth: u32) -> Result<()> {
        let value = self.pop_pointer();
        let is_not_null = self.builder.build_is_not_null(value, "")?;
        self.push(value);
        self.branch_if(is_not_null, depth)?;
        self.pop();
        Ok(())
    }

    pub(crate) fn visit_ref_func(&mut self, function: u32) -> Result<()> {
        let (description, layout) = (self.unit.description, self.unit.layout);
        let value = if function < description.func_imports {
            self.context_pointer(layout.func_import(function) + abi::FUNC_IMPORT_REF)?
        } else {
            let index = description.func_ref_index(function).ok_or_else(|| {
                Error::Codegen(format!("`ref.func` of function {function}, which the module does not declare"))
            })?;
            self.field(self.context, layout.func_ref(index))?
        };
        self.push(value);
        Ok(())
    }

    /// Compares two references. `i31` references to equal numbers have equal bits; all other references are equal only
    /// if they are to the same object.
    pub(crate) fn visit_ref_eq(&mut self) -> Result<()> {
        let (b, a) = (self.pop_pointer(), self.pop_pointer());
        let equal = self.builder.build_int_compare(IntPredicate::EQ, a, b, "")?;
        self.push_condition(equal)
    }
}
