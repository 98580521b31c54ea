//! The command `wassay`.

use std::process::ExitCode;

fn main() -> ExitCode {
    wassay::cli::main()
}
