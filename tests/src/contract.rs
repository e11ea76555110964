//! What providers publish about the requests they take.

use std::fmt;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::{Value, json};

/// The folder with the providers' contracts, which `PROOFBELL_CONTRACTS` names; without it this is said aloud, once.
pub fn contracts() -> Option<PathBuf> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    let look = || {
        let folder = std::env::var_os("PROOFBELL_CONTRACTS").map(PathBuf::from);
        if folder.is_none() {
            // Not `eprintln`, which the test harness keeps to itself while a test passes.
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED: requests are not compared with the providers' contracts, because PROOFBELL_CONTRACTS names no folder"
            );
        }
        folder
    };
    FOLDER.get_or_init(look).clone()
}

/// The schema that a provider's requests must satisfy.
pub struct Contract {
    validator: Validator,
}

impl Contract {
    /// Slack's description of a message.
    pub fn slack() -> Option<Contract> {
        let mut schema = read("slack/slack_block_kit.strict.schema.json")?;
        schema["$ref"] = json!("#/definitions/SlackMessage");
        Some(Contract::of(&schema))
    }

    /// Twilio's description of the form that makes a message.
    ///
    /// # Panics
    /// When the description has changed its form.
    pub fn twilio() -> Option<Contract> {
        let description = read("twilio/twilio_messages.strict.openapi.json")?;
        let post = &description["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]["post"];
        let mut schema =
            post["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"].clone();
        assert!(schema.is_object(), "the description of Twilio's form is elsewhere");
        // References are written from the root of the description.
        schema["components"] = description["components"].clone();
        Some(Contract::of(&schema))
    }

    /// LINE's description of a push message.
    ///
    /// # Panics
    /// When the description has changed its form.
    pub fn line() -> Option<Contract> {
        let description = read("line/line_messaging_push.strict.openapi.json")?;
        let post = &description["paths"]["/v2/bot/message/push"]["post"];
        let mut schema = post["requestBody"]["content"]["application/json"]["schema"].clone();
        assert!(schema.is_object(), "the description of LINE's push message is elsewhere");
        schema["components"] = description["components"].clone();
        Some(Contract::of(&schema))
    }

    fn of(schema: &Value) -> Contract {
        Contract { validator: jsonschema::validator_for(schema).unwrap() }
    }

    /// What is wrong with a request.
    pub fn problems(&self, request: &Value) -> Vec<String> {
        self.validator
            .iter_errors(request)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect()
    }
}

impl fmt::Debug for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Contract")
    }
}

fn read(name: &str) -> Option<Value> {
    let path = contracts()?.join(name);
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Some(serde_json::from_slice(&text).unwrap())
}
