//! From a JSON answer to people. Pure.

use proofbell_notify::{FieldProblem, Recipient};
use serde_json::Value;

use super::Pointer;
use crate::{FieldReader, Member};

/// Most people of one answer. More are refused rather than told: it is likelier that the API answered with its whole collection.
pub(super) const MOST_PEOPLE: usize = 100;

/// Where in an answer the people and their fields stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// The array of people; the whole answer is one person when absent.
    pub people: Option<Pointer>,
    /// Fields of a person by name, see [`Member::FIELDS`]; any other name becomes an extra. Pointers count from the person.
    pub fields: Vec<(String, Pointer)>,
}

/// Why an answer cannot be read as people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ShapeError {
    #[error("`people` leads nowhere in its answer")]
    NoPeople,
    #[error("`people` leads to no array in its answer")]
    NoArray,
    #[error("its answer holds more than {MOST_PEOPLE} people")]
    TooMany,
    #[error("none of `fields` leads anywhere in its answer")]
    NoFields,
}

/// The people of an answer. Whoever has neither a name nor any address is left out, so an answer full of empty fields is nobody.
///
/// An answer in which no pointer leads anywhere is not taken for nobody: more likely it is of another shape than was configured.
pub(super) fn people(
    document: &Value,
    shape: &Shape,
    reader: &FieldReader,
) -> Result<Vec<Recipient>, ShapeError> {
    if is_nothing(document) {
        return Ok(Vec::new());
    }
    let persons: Vec<&Value> = match &shape.people {
        None => vec![document],
        Some(pointer) => match pointer.find(document).ok_or(ShapeError::NoPeople)? {
            Value::Null => return Ok(Vec::new()),
            Value::Array(persons) => persons.iter().filter(|person| !is_nothing(person)).collect(),
            _ => return Err(ShapeError::NoArray),
        },
    };
    if persons.len() > MOST_PEOPLE {
        return Err(ShapeError::TooMany);
    }
    let leads = |person: &&Value| shape.fields.iter().any(|(_, pointer)| pointer.find(person).is_some());
    if !persons.is_empty() && !persons.iter().any(leads) {
        return Err(ShapeError::NoFields);
    }
    let read = persons.into_iter().map(|person| person_of(person, shape, reader));
    Ok(read.filter(is_somebody).collect())
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(fields) => fields.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn person_of(person: &Value, shape: &Shape, reader: &FieldReader) -> Recipient {
    let mut member = Member::default();
    // Numbers and booleans among the extras stay what they are: the text "false" would be true in a template.
    let mut typed = Vec::new();
    let mut problems = Vec::new();
    for (name, pointer) in &shape.fields {
        let known = Member::FIELDS.contains(&name.as_str());
        match pointer.find(person) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => member.set(name, text.as_str()),
            Some(value @ (Value::Number(_) | Value::Bool(_))) if known => member.set(name, value.to_string()),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => typed.push((name.clone(), value.clone())),
            Some(Value::Array(_) | Value::Object(_)) => {
                let field = if known { name.clone() } else { format!("extra.{name}") };
                let problem = "not a text, a number or true or false".to_owned();
                problems.push(FieldProblem { field, problem });
            }
        }
    }
    let mut recipient = reader.read(&member);
    recipient.extra.extend(typed);
    recipient.problems.extend(problems);
    recipient
}

/// Whether there is a name or an address, be it one that cannot be used: then there is a person, and what is wrong is told.
fn is_somebody(recipient: &Recipient) -> bool {
    const OF_A_PERSON: [&str; 6] = ["name", "email", "phone", "slack", "line", "webhook"];
    recipient.name.is_some()
        || recipient.email.is_some()
        || recipient.phone.is_some()
        || !recipient.named.is_empty()
        || recipient.problems.iter().any(|problem| OF_A_PERSON.contains(&problem.field.as_str()))
}

#[cfg(test)]
mod tests;
