use serde::Deserialize;
use serde_json::json;

use super::*;
use crate::{AddressKind, Form, Message, Outcome, ProbeError, Proof, Reason};

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// Where the paper is.
    tray: u8,
    #[serde(default)]
    paper: Paper,
}

#[derive(Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Paper {
    size: String,
}

/// A notifier that prints.
struct Printer;

impl Notifier for Printer {
    const KIND: &'static str = "printer";
    type Config = Settings;

    fn from_config(config: Settings, _: &Toolkit) -> Result<Printer, ConfigError> {
        match (config.tray, config.paper.size.as_str()) {
            (0, _) => Err(ConfigError::at("tray", "trays count from 1")),
            (_, "") => Err(ConfigError::at("", "needs paper")),
            _ => Ok(Printer),
        }
    }

    fn form(&self) -> Form {
        Form::Text
    }

    fn address(&self) -> AddressKind {
        AddressKind::Fixed
    }

    async fn send(&self, _: &Message) -> Outcome {
        Outcome::Rejected { reason: Reason::new("paper", "none left") }
    }

    async fn probe(&self) -> Result<Proof, ProbeError> {
        Ok(Proof::of("it works"))
    }
}

#[test]
fn settings_become_a_notifier_or_an_error_with_a_path() {
    let registry = Registry::new().with::<Printer>();
    let check = |kind: &str, settings: Value, expected: Result<&str, &str>| {
        let built = registry.build(kind, settings.clone(), &Toolkit::default());
        let built = built.as_ref().map(|notifier| notifier.kind()).map_err(ToString::to_string);
        assert_eq!(built, expected.map_err(str::to_owned), "{kind} {settings}");
    };
    check("printer", json!({ "tray": 1, "paper": { "size": "A4" } }), Ok("printer"));
    check("printer", json!({ "tray": 0 }), Err("`tray`: trays count from 1"));
    check("printer", json!({ "tray": 1 }), Err("needs paper"));
    check("printer", json!({}), Err("missing field `tray`"));
    check(
        "printer",
        json!({ "tray": 1, "ink": 1 }),
        Err("`ink`: unknown field `ink`, expected `tray` or `paper`"),
    );
    check(
        "printer",
        json!({ "tray": 1, "paper": { "size": 4 } }),
        Err("`paper.size`: invalid type: integer `4`, expected a string"),
    );
    check("fax", json!({}), Err("`kind`: unknown kind `fax`; built in are: printer"));
}

#[test]
fn settings_document_themselves() {
    let registry = Registry::new().with::<Printer>();
    assert_eq!(registry.kinds().collect::<Vec<_>>(), ["printer"]);
    let schema = registry.schema("printer").unwrap().to_value();
    assert_eq!(schema["properties"]["tray"]["description"], "Where the paper is.");
    assert_eq!(schema["additionalProperties"], false);
    let unknown = registry.schema("fax").unwrap_err();
    assert_eq!((unknown.kind.as_str(), unknown.known.as_str()), ("fax", "printer"));
}
