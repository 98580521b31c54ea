//! The program `wassay`; see [`wassay::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    wassay::cli::main()
}
