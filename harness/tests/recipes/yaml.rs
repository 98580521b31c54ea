//! YAML reader for the recipes, which converts a document to JSON values.

use granit_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};
use std::path::Path;

/// Reads the one document of a file.
pub(crate) fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).expect("a file");
    let mut events = Parser::new_from_str(&text).map(|event| event.expect("YAML").0);
    assert!(matches!(events.next(), Some(Event::StreamStart)));
    assert!(matches!(events.next(), Some(Event::DocumentStart(..))));
    let first = events.next().expect("a value");
    let value = value(first, &mut events);
    assert!(matches!(events.next(), Some(Event::DocumentEnd)));
    assert!(matches!(events.next(), Some(Event::StreamEnd)), "one document");
    value
}

fn value<'a>(event: Event<'a>, events: &mut impl Iterator<Item = Event<'a>>) -> Value {
    match event {
        Event::Scalar(text, ScalarStyle::Plain, _, None) => plain(&text),
        Event::Scalar(text, _, _, None) => Value::String(text.into_owned()),
        Event::SequenceStart(..) => {
            let mut all = Vec::new();
            loop {
                match events.next().expect("an end") {
                    Event::SequenceEnd => return Value::Array(all),
                    event => all.push(value(event, events)),
                }
            }
        }
        Event::MappingStart(..) => {
            let mut all = Map::new();
            loop {
                match events.next().expect("an end") {
                    Event::MappingEnd => return Value::Object(all),
                    Event::Scalar(key, ..) => {
                        let first = events.next().expect("a value");
                        let known = all.insert(key.into_owned(), value(first, events));
                        assert!(known.is_none(), "a key comes twice");
                    }
                    other => panic!("a key that is no text: {other:?}"),
                }
            }
        }
        other => panic!("nothing that is known here: {other:?}"),
    }
}

/// Converts a plain scalar: null, a boolean, a number, or a text.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        text => text.parse::<i64>().map_or_else(|_| Value::String(text.to_owned()), Value::from),
    }
}
