//! `wassay engines`: the catalogue, and what of it can be run here.

use super::Error;
use super::out::output;
use crate::engine::catalogue::{self, Drive, Found, Runtime};
use crate::engine::{self, Engine};
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;

#[derive(Args, Debug)]
pub(super) struct EnginesArgs {
    /// Everything about one engine.
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// How to write it.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// A row an engine; what is a list is joined by semicolons.
    Csv,
    /// Everything, as a list of objects.
    Json,
}

/// A mode of an engine.
#[derive(Debug, Serialize)]
struct ModeEntry {
    name: String,
    about: String,
}

/// An engine: what the catalogue says of it, and what there is of it here.
#[derive(Serialize)]
struct Entry {
    name: String,
    found: Found,
    /// What it lacks to be run here, and what would help.
    lacks: Option<String>,
    version: String,
    modes: Vec<ModeEntry>,
    /// Features that the engine says it does not have.
    missing: Vec<String>,
    /// What the catalogue says; nothing of engines that are for tests.
    runtime: Option<&'static Runtime>,
    #[serde(skip)]
    about: String,
}

pub(super) fn engines(args: &EnginesArgs) -> Result<ExitCode, Error> {
    catalogue::sound()?;
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
        Format::Text if args.name.is_some() => entries.iter().try_for_each(|entry| details(out, entry)),
        Format::Text => table(out, &entries),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// All engines by name, or only one: asking an engine for its version may start a program.
fn entries(name: Option<&str>) -> Vec<Entry> {
    let wanted = |other: &str| name.is_none_or(|name| name == other);
    let engines: Vec<_> = engine::all().into_iter().filter(|engine| wanted(engine.name())).collect();
    let mut here: BTreeMap<&str, &dyn Engine> = engines.iter().map(|engine| (engine.name(), &**engine)).collect();
    let mut entries = Vec::new();
    for runtime in catalogue::all().iter().filter(|runtime| wanted(&runtime.name)) {
        let engine = here.remove(&*runtime.name);
        let found = if engine.is_some() { Found::Here } else { runtime.found() };
        entries.push(entry(&runtime.name, Some(runtime), found, engine));
    }
    entries.extend(here.into_iter().map(|(name, engine)| entry(name, None, Found::Here, Some(engine))));
    entries
}

fn entry(name: &str, runtime: Option<&'static Runtime>, found: Found, engine: Option<&dyn Engine>) -> Entry {
    let mut modes: Vec<ModeEntry> = engine.map_or_else(Vec::new, |engine| {
        let modes = engine.modes().into_iter();
        modes.map(|mode| ModeEntry { name: mode.name.to_owned(), about: mode.about.to_owned() }).collect()
    });
    if modes.is_empty() {
        let ways = runtime.map_or(&[][..], Runtime::ways).iter();
        modes = ways.map(|way| ModeEntry { name: way.name.clone(), about: way.about.clone() }).collect();
    }
    Entry {
        name: name.to_owned(),
        found,
        lacks: runtime.and_then(Runtime::lacks),
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

/// Engines by what there is of them here: a line each.
fn table(out: &mut dyn Write, entries: &[Entry]) -> io::Result<()> {
    let here = |entry: &&Entry| matches!(entry.found, Found::Here);
    let unbuilt = |entry: &&Entry| matches!(entry.found, Found::NotBuilt(_));
    let absent = |entry: &&Entry| matches!(entry.found, Found::NoProgram(_) | Found::NoVariable(_));
    let never = |entry: &&Entry| matches!(entry.found, Found::Never);
    let get = |entry: &Entry| entry.runtime.map(|runtime| runtime.get.clone()).unwrap_or_default();
    section(out, "Can be run here, with their modes", entries.iter().filter(here), |entry| {
        [entry.version.clone(), names(&entry.modes).join(", ")]
    })?;
    section(
        out,
        "Not in this build, and the command that would bring them",
        entries.iter().filter(unbuilt),
        |entry| {
            let feature = if let Found::NotBuilt(feature) = &entry.found { feature.as_str() } else { "" };
            [format!("feature {feature}"), get(entry)]
        },
    )?;
    section(out, "Not on this machine, and what would bring them", entries.iter().filter(absent), |entry| {
        let missing = match &entry.found {
            Found::NoProgram(program) => format!("no program {program}"),
            Found::NoVariable(name) => format!("{name} not set"),
            _ => String::new(),
        };
        [missing, get(entry)]
    })?;
    section(out, "Not driven today, and why", entries.iter().filter(never), |entry| {
        let why = match entry.runtime.map(|runtime| &runtime.drive) {
            Some(Drive::None { why }) => why.clone(),
            _ => String::new(),
        };
        [entry.runtime.map(|runtime| first_part(&runtime.status).to_owned()).unwrap_or_default(), why]
    })?;
    writeln!(out, "\nMore of one: wassay engines NAME")
}

fn section<'a>(
    out: &mut dyn Write,
    title: &str,
    entries: impl Iterator<Item = &'a Entry>,
    more: impl Fn(&Entry) -> [String; 2],
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
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (first, second, third) = (width(0), width(1), width(2));
    writeln!(out, "{title}:")?;
    for [name, about, more, last] in &rows {
        let line = format!("  {name:<first$}  {about:<second$}  {more:<third$}  {last}");
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// What stands before the first semicolon or colon: there is no room for more in a line.
fn first_part(text: &str) -> &str {
    text.split([';', ':']).next().unwrap_or_default()
}

fn names(modes: &[ModeEntry]) -> Vec<&str> {
    modes.iter().map(|mode| mode.name.as_str()).collect()
}

/// All of one engine.
fn details(out: &mut dyn Write, entry: &Entry) -> io::Result<()> {
    writeln!(out, "{}: {}", entry.name, entry.about)?;
    let mut line = |key: &str, value: &str| {
        if value.is_empty() { Ok(()) } else { writeln!(out, "  {key:<11} {value}") }
    };
    line("version", &entry.version)?;
    line("here", entry.lacks.as_deref().unwrap_or("yes"))?;
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
        line("row", &runtime.row.map(|row| format!("{row} of the list of runtimes")).unwrap_or_default())?;
        line("link", &runtime.link)?;
        line("get", &runtime.get)?;
    }
    line("without", &entry.missing.join(", "))?;
    let width = entry.modes.iter().map(|mode| mode.name.len()).max().unwrap_or(0);
    for (number, mode) in entry.modes.iter().enumerate() {
        let key = if number == 0 { "modes" } else { "" };
        writeln!(out, "  {key:<11} {:<width$}  {}", mode.name, mode.about)?;
    }
    Ok(())
}

fn driven(runtime: &Runtime) -> &'static str {
    match runtime.drive {
        Drive::Crate { .. } => "in process",
        Drive::Driver { .. } => "by a driver, directive by directive",
        Drive::Runner { .. } => "by its own runner, script by script",
        Drive::None { .. } => "not today",
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
    ])?;
    for entry in entries {
        let found = match entry.found {
            Found::Here => "here",
            Found::NoProgram(_) => "no_program",
            Found::NoVariable(_) => "no_variable",
            Found::NotBuilt(_) => "not_built",
            Found::Never => "never",
        };
        let list =
            |of: fn(&Runtime) -> &[String]| entry.runtime.map(|runtime| of(runtime).join("; ")).unwrap_or_default();
        let text = |of: fn(&Runtime) -> &str| entry.runtime.map(of).unwrap_or_default().to_owned();
        let row = entry.runtime.and_then(|runtime| runtime.row).map(|row| row.to_string()).unwrap_or_default();
        writer.write_record([
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
        ])?;
    }
    writer.flush()
}
