//! `wassay completions` and `wassay man`: shell completions and man pages, generated from the command line's types.

use super::error::Error;
use super::output::output;

use crate::escape;
use clap::{Args, Command};
use clap_complete::Shell;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args, Debug)]
pub(super) struct CompletionsArgs {
    /// Shell that the script is for.
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

#[derive(Args, Debug)]
pub(super) struct ManArgs {
    /// Folder to write the pages of all subcommands to [default: the main page on standard output].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Runs `wassay completions`.
pub(super) fn completions(args: &CompletionsArgs, mut command: Command) -> Result<ExitCode, Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "wassay", &mut script);
    output(None, |out| out.write_all(&script))?;
    Ok(ExitCode::SUCCESS)
}

/// Runs `wassay man`.
pub(super) fn man(args: &ManArgs, command: Command) -> Result<ExitCode, Error> {
    match &args.out {
        Some(dir) => {
            let made = std::fs::create_dir_all(dir).and_then(|()| clap_mangen::generate_to(command, dir));
            made.map_err(|error| Error::Wrong(format!("can't write man pages to `{}`: {error}", escape::path(dir))))?;
        }
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page)?;
            output(None, |out| out.write_all(&page))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
