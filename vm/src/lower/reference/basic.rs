//! References: pointers, or bits that are none (see `abi`'s tags); null is the null pointer.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#reference-instructions>

use crate::abi;
use crate::error::{Error, Result};
use crate::lower::function::Lowering;
use crate::trap::Trap;
use inkwell::IntPredicate;
use wasmparser::HeapType;

impl Lowering<'_, '_, '_> {
    pub(in crate::lower) fn visit_ref_null(&mut self, _ty: HeapType) -> Result<()> {
        self.push(self.unit.types.ptr.const_null());
        Ok(())
    }

    pub(in crate::lower) fn visit_ref_is_null(&mut self) -> Result<()> {
        let value = self.pop_pointer();
        let is_null = self.builder.build_is_null(value, "")?;
        self.push_condition(is_null)
    }

    pub(in crate::lower) fn visit_ref_as_non_null(&mut self) -> Result<()> {
        let value = self.pop_pointer();
        let is_null = self.builder.build_is_null(value, "")?;
        self.trap_if(is_null, Trap::NullReference)?;
        self.push(value);
        Ok(())
    }

    /// The branch does not take the null along.
    pub(in crate::lower) fn visit_br_on_null(&mut self, depth: u32) -> Result<()> {
        let value = self.pop_pointer();
        let is_null = self.builder.build_is_null(value, "")?;
        self.branch_if(is_null, depth)?;
        self.push(value);
        Ok(())
    }

    /// The branch takes the reference along; the code that goes on without it has no use for a null.
    pub(in crate::lower) fn visit_br_on_non_null(&mut self, depth: u32) -> Result<()> {
        let value = self.pop_pointer();
        let is_not_null = self.builder.build_is_not_null(value, "")?;
        self.push(value);
        self.branch_if(is_not_null, depth)?;
        self.pop();
        Ok(())
    }

    pub(in crate::lower) fn visit_ref_func(&mut self, function: u32) -> Result<()> {
        let (description, layout) = (self.unit.description, self.unit.layout);
        let value = if function < description.func_imports {
            self.context_pointer(layout.func_import(function) + abi::FUNC_IMPORT_REF)?
        } else {
            let index = description
                .func_ref_index(function)
                .ok_or_else(|| Error::Codegen(format!("function {function} was not declared to be referenced")))?;
            self.field(self.context, layout.func_ref(index))?
        };
        self.push(value);
        Ok(())
    }

    /// Equal small integers are equal bits, all else is equal if it is the same.
    pub(in crate::lower) fn visit_ref_eq(&mut self) -> Result<()> {
        let (b, a) = (self.pop_pointer(), self.pop_pointer());
        let equal = self.builder.build_int_compare(IntPredicate::EQ, a, b, "")?;
        self.push_condition(equal)
    }
}
