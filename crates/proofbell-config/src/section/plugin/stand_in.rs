//! What stands in for a value that is missing or wrong, so that the rest of a channel's settings is checked all the same.

use serde_json::{Map, Value as Json};

use super::shape::{Shape, shape};
use super::walk::{Walk, join};

/// What stands in, one after the other, for a string, until the plugin takes one.
pub(super) const STAND_INS: &[&str] = &[
    "assumed-secret-0123456789",
    "https://assumed.invalid/assumed",
    "xoxb-assumed-0123456789",
    "AC00000000000000000000000000000000",
    "MG00000000000000000000000000000000",
    "assumed0",
    "assumed@assumed.invalid",
    "+12025550123",
    "JP",
    "assumed.invalid:25",
    "smtp://assumed.invalid",
    "imaps://assumed.invalid",
    "assumed.invalid",
    "1m",
    "whsec_YXNzdW1lZC1zZWNyZXQtYXNzdW1lZC1zZWNyZXQ=",
    // A key that everybody knows: the example of RFC 8410, section 10.3.
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n",
];

impl<'a> Walk<'a> {
    /// A string in the place of one; one of the words, when only those are taken.
    pub(super) fn text_stand_in(&mut self, words: &[&str], path: &str) -> Json {
        self.walked.stand_ins.push(path.to_owned());
        Json::from(words.first().copied().unwrap_or(STAND_INS[0]))
    }

    /// A value that the schema allows.
    pub(super) fn stand_in(&mut self, schema: &'a Json, path: &str) -> Json {
        self.stand_in_for(&shape(self.root, schema), path)
    }

    /// A value of this shape.
    pub(super) fn stand_in_for(&mut self, shape: &Shape<'a>, path: &str) -> Json {
        self.walked.stand_ins.push(path.to_owned());
        match shape {
            Shape::Any => Json::from(STAND_INS[0]),
            Shape::Text(words) => self.text_stand_in(words, path),
            Shape::Number { least, .. } => {
                least.map_or_else(|| Json::from(1), |least| Json::Number(least.clone()))
            }
            Shape::Boolean => Json::Bool(false),
            Shape::List { item, .. } => {
                let item = item.map(|item| self.stand_in(item, &format!("{path}[0]")));
                item.into_iter().collect()
            }
            Shape::Table(table) => {
                let mut map = Map::new();
                for key in table.required() {
                    let value = table.key(key).map(|schema| self.stand_in(schema, &join(path, key)));
                    map.insert(key.to_owned(), value.unwrap_or_default());
                }
                Json::Object(map)
            }
        }
    }
}
