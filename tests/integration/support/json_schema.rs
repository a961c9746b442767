//! As much of JSON Schema as the project's own schemas use.

use serde_json::Value;

/// Checks `value` against the part of JSON Schema that the schemas below `docs/` use; an unknown keyword is an error.
pub fn check(value: &Value, schema: &Value, root: &Value, place: &str) -> Result<(), String> {
    let fail = |what: &str| Err(format!("{place}: {what}"));
    for (keyword, rule) in schema.as_object().ok_or("a schema is an object")? {
        let number = || value.as_f64().zip(rule.as_f64());
        let sound = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "properties" | "prefixItems" => true,
            "$ref" => {
                let target = rule.as_str().and_then(|name| root.pointer(name.trim_start_matches('#')));
                check(value, target.ok_or("a broken reference")?, root, place)?;
                true
            }
            "type" => match rule.as_str().expect("one type") {
                "null" => value.is_null(),
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "boolean" => value.is_boolean(),
                "integer" => value.is_u64() || value.is_i64(),
                "number" => value.is_number(),
                _ => return fail("an unknown type"),
            },
            "anyOf" => rule.as_array().expect("a list").iter().any(|rule| check(value, rule, root, place).is_ok()),
            "const" => value == rule,
            "enum" => rule.as_array().expect("a list").contains(value),
            "minimum" => number().is_some_and(|(value, least)| value >= least),
            "maximum" => number().is_some_and(|(value, most)| value <= most),
            "minLength" => value.as_str().is_some_and(|text| text.chars().count() as u64 >= rule.as_u64().unwrap_or(0)),
            "minItems" => value.as_array().is_some_and(|items| items.len() as u64 >= rule.as_u64().unwrap_or(0)),
            "maxItems" => value.as_array().is_some_and(|items| items.len() as u64 <= rule.as_u64().unwrap_or(0)),
            // Patterns are for other programs; what they describe has its own tests with the types.
            "pattern" => value.is_string(),
            "required" => {
                rule.as_array().expect("a list").iter().all(|name| value.get(name.as_str().expect("a name")).is_some())
            }
            "additionalProperties" => {
                value.as_object().is_some_and(|object| object.keys().all(|key| schema["properties"].get(key).is_some()))
            }
            "items" => {
                for (index, item) in value.as_array().ok_or("an array")?.iter().enumerate() {
                    check(item, rule, root, &format!("{place}[{index}]"))?;
                }
                true
            }
            other => return fail(&format!("the keyword {other} is not known to this test")),
        };
        if !sound {
            return fail(&format!("{keyword} {rule} does not hold"));
        }
    }
    if let (Some(properties), Some(object)) = (schema["properties"].as_object(), value.as_object()) {
        for (name, rule) in properties {
            if let Some(value) = object.get(name) {
                check(value, rule, root, &format!("{place}.{name}"))?;
            }
        }
    }
    if let (Some(rules), Some(items)) = (schema["prefixItems"].as_array(), value.as_array()) {
        for (rule, item) in rules.iter().zip(items) {
            check(item, rule, root, place)?;
        }
    }
    Ok(())
}
