//! Line tables for backtraces: a line is an offset in the bytes of the wasm module.

use inkwell::context::Context;
use inkwell::debug_info::{
    AsDIScope, DICompileUnit, DIFile, DIFlags, DIFlagsConstants, DILocation, DISubprogram, DISubroutineType,
    DWARFEmissionKind, DWARFSourceLanguage, DebugInfoBuilder,
};
use inkwell::module::{FlagBehavior, Module};

/// Debug information of one LLVM module.
pub(crate) struct LineTable<'ctx> {
    builder: DebugInfoBuilder<'ctx>,
    unit: DICompileUnit<'ctx>,
    file: DIFile<'ctx>,
    ty: DISubroutineType<'ctx>,
    optimized: bool,
}

impl<'ctx> LineTable<'ctx> {
    pub(crate) fn new(module: &Module<'ctx>, optimized: bool) -> Self {
        let version = module.get_context().i32_type().const_int(3, false);
        module.add_basic_value_flag("Debug Info Version", FlagBehavior::Warning, version);
        let (builder, unit) = module.create_debug_info_builder(
            true,
            DWARFSourceLanguage::C,
            "wasm",
            "",
            "wassay",
            optimized,
            "",
            0,
            "",
            DWARFEmissionKind::LineTablesOnly,
            0,
            optimized,
            false,
            "",
            "",
        );
        let file = unit.get_file();
        let ty = builder.create_subroutine_type(file, None, &[], DIFlags::ZERO);
        Self { builder, unit, file, ty, optimized }
    }

    /// Declares a function whose code begins at an offset in the module.
    pub(crate) fn subprogram(&self, name: &str, offset: u32) -> DISubprogram<'ctx> {
        self.builder.create_function(
            self.unit.as_debug_info_scope(),
            name,
            None,
            self.file,
            offset,
            self.ty,
            false,
            true,
            offset,
            DIFlags::ZERO,
            self.optimized,
        )
    }

    /// Returns the location of an operator at an offset in the module.
    pub(crate) fn location(&self, context: &'ctx Context, offset: u32, scope: DISubprogram<'ctx>) -> DILocation<'ctx> {
        self.builder.create_debug_location(context, offset, 0, scope.as_debug_info_scope(), None)
    }

    /// Must be called once, before the module is compiled.
    pub(crate) fn finish(&self) {
        self.builder.finalize();
    }
}
