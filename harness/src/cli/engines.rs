//! `wassay engines`: lists the catalogue of engines and which of them run on this machine.

use super::error::Error;
use super::output::output;
use crate::engine::catalogue::{self, Availability, Drive, Runtime};
use crate::engine::{self, Engine};
use crate::escape::{self, write_line};
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `wassay engines`.
#[derive(Args, Debug)]
pub(super) struct EnginesArgs {
    /// Engine to describe in full [default: list all engines].
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Output format.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Output format of `wassay engines`.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// Text for a terminal.
    #[default]
    Text,
    /// CSV with one row per engine; lists are joined by semicolons.
    Csv,
    /// JSON array with one object per engine.
    Json,
}

/// A mode of an engine.
#[derive(Debug, Serialize)]
struct ModeEntry {
    name: String,
    about: String,
}

/// An engine: its description in the catalogue, and its state on this machine.
#[derive(Serialize)]
struct Entry {
    name: String,
    found: Availability,
    /// What is missing to run it here, and how to get it.
    lacks: Option<String>,
    /// Programs of the engine that were found.
    programs: Vec<PathBuf>,
    version: String,
    modes: Vec<ModeEntry>,
    /// Features that the engine lacks, by its own declaration.
    missing: Vec<String>,
    /// Description in the catalogue; none for engines that exist only for tests.
    runtime: Option<&'static Runtime>,
    #[serde(skip)]
    about: String,
}

/// Runs `wassay engines`.
pub(super) fn engines(args: &EnginesArgs) -> Result<ExitCode, Error> {
    catalogue::ensure_valid()?;
    let mut entries = entries(args.name.as_deref());
    if let Some(name) = &args.name {
        entries.retain(|entry| entry.name == *name);
        if entries.is_empty() {
            engine::find(name)?;
        }
    }
    output(None, |out| match args.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, &entries)?;
            writeln!(out)
        }
        Format::Csv => csv(out, &entries),
        Format::Text if args.name.is_some() => entries.iter().try_for_each(|entry| details(out, entry, width())),
        Format::Text => table(out, &entries, width()),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Returns all engines by name, or only the one of a name, since asking an engine for its version may start a program.
fn entries(name: Option<&str>) -> Vec<Entry> {
    let wanted = |other: &str| name.is_none_or(|name| name == other);
    let engines: Vec<_> = engine::all().into_iter().filter(|engine| wanted(engine.name())).collect();
    let mut here: BTreeMap<&str, &dyn Engine> = engines.iter().map(|engine| (engine.name(), &**engine)).collect();
    let mut entries = Vec::new();
    for runtime in catalogue::all().iter().filter(|runtime| wanted(&runtime.name)) {
        let engine = here.remove(&*runtime.name);
        let found = if engine.is_some() { Availability::Here } else { runtime.availability() };
        entries.push(entry(&runtime.name, Some(runtime), found, engine));
    }
    entries.extend(here.into_iter().map(|(name, engine)| entry(name, None, Availability::Here, Some(engine))));
    entries
}

fn entry(name: &str, runtime: Option<&'static Runtime>, found: Availability, engine: Option<&dyn Engine>) -> Entry {
    let mut modes: Vec<ModeEntry> = engine.map_or_else(Vec::new, |engine| {
        let modes = engine.modes().into_iter();
        modes.map(|mode| ModeEntry { name: mode.name.to_owned(), about: mode.about.to_owned() }).collect()
    });
    if modes.is_empty() {
        let ways = runtime.map_or(&[][..], Runtime::modes).iter();
        modes = ways.map(|way| ModeEntry { name: way.name.clone(), about: way.about.clone() }).collect();
    }
    Entry {
        name: name.to_owned(),
        found,
        // An engine that was found may still not start, for example because it is too old.
        lacks: runtime
            .and_then(Runtime::why_unavailable)
            .or_else(|| engine.and_then(|engine| engine.check().err()).map(|error| error.to_string())),
        programs: runtime.map(Runtime::programs).unwrap_or_default(),
        version: engine.map(Engine::version).unwrap_or_default(),
        modes,
        missing: engine.map(Engine::missing).unwrap_or_default(),
        runtime,
        about: runtime.map_or_else(
            || engine.map(|engine| engine.about().to_owned()).unwrap_or_default(),
            |runtime| runtime.title.clone(),
        ),
    }
}

/// Returns the width of the terminal on standard output, in columns. Without a terminal, lines do not wrap.
fn width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

/// Writes all engines, grouped by their state on this machine.
fn table(out: &mut dyn Write, entries: &[Entry], width: Option<usize>) -> io::Result<()> {
    let here = |entry: &&Entry| matches!(entry.found, Availability::Here) && entry.lacks.is_none();
    let broken = |entry: &&Entry| matches!(entry.found, Availability::Here) && entry.lacks.is_some();
    let unbuilt = |entry: &&Entry| matches!(entry.found, Availability::NotBuilt(_));
    let absent = |entry: &&Entry| matches!(entry.found, Availability::NoProgram(_) | Availability::NoVariable(_));
    let never = |entry: &&Entry| matches!(entry.found, Availability::Never);
    let get = |entry: &Entry| entry.runtime.map(|runtime| runtime.get.clone()).unwrap_or_default();
    let mut section = |title: &str, which: &dyn Fn(&&Entry) -> bool, more: &dyn Fn(&Entry) -> [String; 2]| {
        section(out, width, title, entries.iter().filter(which), more)
    };
    section("Available, with version and modes", &here, &|entry| {
        [entry.version.clone(), names(&entry.modes).join(", ")]
    })?;
    section("Found, but not usable, with version and reason", &broken, &|entry| {
        [entry.version.clone(), entry.lacks.clone().unwrap_or_default()]
    })?;
    section("Not in this build, with the command that adds them", &unbuilt, &|entry| {
        let feature = if let Availability::NotBuilt(feature) = &entry.found { feature.as_str() } else { "" };
        [format!("feature {feature}"), get(entry)]
    })?;
    section("Not on this machine, with the way to get them", &absent, &|entry| {
        let missing = match &entry.found {
            Availability::NoProgram(program) => format!("no program {program}"),
            Availability::NoVariable(name) => format!("{name} not set"),
            _ => String::new(),
        };
        [missing, get(entry)]
    })?;
    section("Not supported, with status and reason", &never, &|entry| {
        let why = match entry.runtime.map(|runtime| &runtime.drive) {
            Some(Drive::None { why }) => why.clone(),
            _ => String::new(),
        };
        [entry.runtime.map(|runtime| first_part(&runtime.status).to_owned()).unwrap_or_default(), why]
    })?;
    writeln!(out, "\nDetails of an engine: wassay engines NAME")
}

/// Writes a titled section with one line per engine, or several wrapped lines if the terminal is too narrow.
fn section<'a>(
    out: &mut dyn Write,
    width: Option<usize>,
    title: &str,
    entries: impl Iterator<Item = &'a Entry>,
    more: &dyn Fn(&Entry) -> [String; 2],
) -> io::Result<()> {
    let rows: Vec<[String; 4]> = entries
        .map(|entry| {
            let [third, fourth] = more(entry);
            [entry.name.clone(), first_part(&entry.about).to_owned(), third, fourth]
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let widest = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (first, second, third) = (widest(0), widest(1), widest(2));
    write_line!(out, "{title}:")?;
    for [name, about, more, last] in &rows {
        let Some(width) = width.filter(|width| 8 + first + second + third + widest(3) > *width) else {
            let line = format!("  {name:<first$}  {about:<second$}  {more:<third$}  {last}");
            write_line!(out, "{}", line.trim_end())?;
            continue;
        };
        let head = format!("  {name:<first$}  {about}{}{more}", if more.is_empty() { "" } else { ", " });
        for line in wrap(&head, width, first + 4).into_iter().chain(wrap(&format!("      {last}"), width, 6)) {
            write_line!(out, "{line}")?;
        }
    }
    Ok(())
}

/// Wraps a text between words into lines of `width` columns; all lines but the first are indented.
fn wrap(text: &str, width: usize, indent: usize) -> Vec<String> {
    let mut lines = vec![text.to_owned()];
    while let Some(last) = lines.last_mut() {
        let margin = last.len() - last.trim_start().len();
        let Some((end, _)) = last.char_indices().nth(width) else { break };
        let fits = if last[end..].starts_with(' ') { Some(end) } else { last[..end].rfind(' ') };
        // A word that is longer than a line gets a line of its own.
        let beyond = || Some(end.max(margin) + last[end.max(margin)..].find(' ')?);
        let Some(cut) = fits.filter(|cut| *cut > margin).or_else(beyond) else { break };
        let rest = format!("{:indent$}{}", "", last[cut..].trim_start());
        last.truncate(cut);
        lines.push(rest);
    }
    lines
}

/// Returns the text before the first semicolon or colon, since a line has no room for more.
fn first_part(text: &str) -> &str {
    text.split([';', ':']).next().unwrap_or_default()
}

fn names(modes: &[ModeEntry]) -> Vec<&str> {
    modes.iter().map(|mode| mode.name.as_str()).collect()
}

/// Writes the description of one engine, one property a line.
fn details(out: &mut dyn Write, entry: &Entry, width: Option<usize>) -> io::Result<()> {
    write_line!(out, "{}: {}", entry.name, entry.about)?;
    let mut line = |key: &str, value: &str| {
        if value.is_empty() {
            return Ok(());
        }
        let lines = wrap(&format!("  {key:<11} {value}"), width.unwrap_or(usize::MAX), 14);
        lines.iter().try_for_each(|line| write_line!(out, "{line}"))
    };
    line("version", &entry.version)?;
    line("here", entry.lacks.as_deref().unwrap_or("yes"))?;
    let programs: Vec<_> = entry.programs.iter().map(|program| escape::path(program)).collect();
    line("found", &programs.join(", "))?;
    if let Some(runtime) = entry.runtime {
        line("driven", driven(runtime))?;
        line("status", &runtime.status)?;
        line("written in", &runtime.languages.join(", "))?;
        line("compiler", &runtime.compiler)?;
        line("execution", &runtime.execution.join(", "))?;
        line("embedded in", &runtime.interop.join(", "))?;
        line("features", &runtime.features.join(", "))?;
        line("host APIs", &runtime.host_apis.join(", "))?;
        line("standards", &runtime.standards.join(", "))?;
        line("platforms", &runtime.platforms.join(", "))?;
        line("row", &runtime.row.map(|row| format!("{row} in the list of runtimes")).unwrap_or_default())?;
        line(
            "measured",
            &runtime.measured().map(|version| format!("expectations are for {version}")).unwrap_or_default(),
        )?;
        line("link", &runtime.link)?;
        line("get", &runtime.get)?;
    }
    line("without", &entry.missing.join(", "))?;
    let longest = entry.modes.iter().map(|mode| mode.name.len()).max().unwrap_or(0);
    for (number, mode) in entry.modes.iter().enumerate() {
        let key = if number == 0 { "modes" } else { "" };
        let text = format!("  {key:<11} {:<longest$}  {}", mode.name, mode.about);
        for line in wrap(&text, width.unwrap_or(usize::MAX), 16 + longest) {
            write_line!(out, "{line}")?;
        }
    }
    Ok(())
}

/// Returns how the harness runs an engine, in words.
fn driven(runtime: &Runtime) -> &'static str {
    match runtime.drive {
        Drive::InProcess { .. } => "in process",
        Drive::Driver { .. } => "by a driver, directive by directive",
        Drive::Runner { .. } => "by its own runner, script by script",
        Drive::None { .. } => "not supported",
    }
}

fn csv(out: &mut dyn Write, entries: &[Entry]) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record([
        "name",
        "title",
        "row",
        "found",
        "lacks",
        "version",
        "modes",
        "driven",
        "languages",
        "compiler",
        "execution",
        "interop",
        "features",
        "host_apis",
        "standards",
        "platforms",
        "status",
        "link",
        "get",
        "programs",
        "measured",
    ])?;
    for entry in entries {
        let found = match entry.found {
            Availability::Here => "here",
            Availability::NoProgram(_) => "no_program",
            Availability::NoVariable(_) => "no_variable",
            Availability::NotBuilt(_) => "not_built",
            Availability::Never => "never",
        };
        let list =
            |of: fn(&Runtime) -> &[String]| entry.runtime.map(|runtime| of(runtime).join("; ")).unwrap_or_default();
        let text = |of: fn(&Runtime) -> &str| entry.runtime.map(of).unwrap_or_default().to_owned();
        let row = entry.runtime.and_then(|runtime| runtime.row).map(|row| row.to_string()).unwrap_or_default();
        let cells = [
            entry.name.clone(),
            entry.about.clone(),
            row,
            found.to_owned(),
            entry.lacks.clone().unwrap_or_default(),
            entry.version.clone(),
            names(&entry.modes).join("; "),
            text(|runtime| driven(runtime)),
            list(|runtime| &runtime.languages),
            text(|runtime| &runtime.compiler),
            list(|runtime| &runtime.execution),
            list(|runtime| &runtime.interop),
            list(|runtime| &runtime.features),
            list(|runtime| &runtime.host_apis),
            list(|runtime| &runtime.standards),
            list(|runtime| &runtime.platforms),
            text(|runtime| &runtime.status),
            text(|runtime| &runtime.link),
            text(|runtime| &runtime.get),
            entry.programs.iter().map(|program| escape::path(program)).collect::<Vec<_>>().join("; "),
            text(|runtime| runtime.measured().unwrap_or_default()),
        ];
        writer.write_record(cells.iter().map(|cell| escape::csv::guarded(cell).into_owned()))?;
    }
    writer.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_wrapped_between_words() {
        assert_eq!(wrap("  a bc def", 80, 4), ["  a bc def"]);
        assert_eq!(wrap("  a bc def", 8, 4), ["  a bc", "    def"]);
        assert_eq!(wrap("  a bc def", 6, 4), ["  a bc", "    def"]);
        assert_eq!(wrap("  abcdefgh ij", 6, 4), ["  abcdefgh", "    ij"], "no word is cut");
        assert_eq!(wrap("  \u{e9}\u{e9}\u{e9} \u{e9}\u{e9}", 6, 2), ["  \u{e9}\u{e9}\u{e9}", "  \u{e9}\u{e9}"]);
        assert_eq!(wrap("", 6, 2), [""]);
        for width in 0..20 {
            assert_eq!(wrap("  a bc def gh", width, 4).join(" ").split_whitespace().count(), 4, "{width}");
        }
    }
}
