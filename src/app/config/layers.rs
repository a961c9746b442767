//! Laying one source of the configuration over another: the file over the defaults, the environment over both.

use toml::{Table, Value};

use super::{NOT_KEYS, PREFIX};
use crate::chart::nearest;

/// Puts `own` over `table`; keys that `table` does not have are faults, with the nearest name as a hint.
pub(super) fn lay_over(table: &mut Table, own: Table, path: &str, faults: &mut Vec<String>) {
    let elsewhere = places(table);
    lay_section_over(table, own, path, &elsewhere, faults);
}

fn lay_section_over(
    table: &mut Table,
    own: Table,
    path: &str,
    elsewhere: &[(String, String)],
    faults: &mut Vec<String>,
) {
    for (key, value) in own {
        let full = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match (table.get_mut(&key), value) {
            (Some(Value::Table(inner)), Value::Table(own)) => lay_section_over(inner, own, &full, elsewhere, faults),
            (Some(known), value) if known.same_type(&value) => *known = value,
            (Some(known), value) => {
                faults.push(format!("{full} must be {}, not {}", known.type_str(), value.type_str()));
            }
            (None, _) => {
                // Each setting has one place: the right name in the wrong section is told apart from a wrong name.
                let moved = elsewhere.iter().find(|(name, _)| *name == key).map(|(_, full)| full.as_str());
                let hint = moved.or_else(|| nearest(&key, table.keys().map(String::as_str)));
                let hint = hint.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
                faults.push(format!("{full} is not a known key{hint}"));
            }
        }
    }
}

/// Returns the keys of all sections, each with its section before it.
fn places(table: &Table) -> Vec<(String, String)> {
    let sections = table.iter().filter_map(|(section, keys)| Some((section, keys.as_table()?)));
    sections.flat_map(|(section, keys)| keys.keys().map(move |key| (key.clone(), format!("{section}.{key}")))).collect()
}

/// Puts the variables that begin with the prefix over `table`; `defaults` has every key that there is.
pub(super) fn lay_environment_over(
    table: &mut Table,
    defaults: &Table,
    environment: impl Iterator<Item = (String, String)>,
    faults: &mut Vec<String>,
) {
    let names: Vec<(String, &str, &str)> = defaults
        .iter()
        .filter_map(|(section, keys)| keys.as_table().map(|keys| (section, keys)))
        .flat_map(|(section, keys)| keys.keys().map(move |key| (section.as_str(), key.as_str())))
        .map(|(section, key)| (format!("{PREFIX}{}_{}", section.to_uppercase(), key.to_uppercase()), section, key))
        .collect();
    for (name, text) in environment {
        if !name.starts_with(PREFIX) || NOT_KEYS.contains(&name.as_str()) {
            continue;
        }
        let Some((_, section, key)) = names.iter().find(|(known, _, _)| *known == name) else {
            let known = names.iter().map(|(known, _, _)| known.as_str());
            let hint = nearest(&name, known).map(|name| format!("; did you mean {name}?")).unwrap_or_default();
            faults.push(format!("the environment variable {name} is not a known key{hint}"));
            continue;
        };
        let Some(slot) = table.get_mut(*section).and_then(Value::as_table_mut).and_then(|keys| keys.get_mut(*key))
        else {
            continue;
        };
        match (&*slot, text.parse::<i64>()) {
            (Value::Integer(_), Ok(number)) => *slot = Value::Integer(number),
            (Value::Integer(_), Err(_)) => faults.push(format!("{name} must be a whole number")),
            (Value::Boolean(_), _) => match text.parse() {
                Ok(value) => *slot = Value::Boolean(value),
                Err(_) => faults.push(format!("{name} must be true or false")),
            },
            _ => *slot = Value::String(text),
        }
    }
}
