//! The settings of kind `webhook`.

use std::collections::BTreeMap;

use proofbell_notify::http::SecretUrl;
use proofbell_notify::{ConfigError, Form};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

use crate::headers::{self, Headers};
use crate::signer::Signer;

/// The settings of `kind = "webhook"`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    /// The one address that all messages go to: `https`, or `http` to this machine. It may lead into a private network. Without it,
    /// each message goes to the recipient's own `webhook` address, which must be `https` on port 443 of a public host.
    #[serde(default)]
    pub url: Option<SecretUrl>,
    /// One to four signing secrets, `whsec_` and then base64 of 24 bytes or more, the newest first. Each message is signed with all of
    /// them, so that receivers can change from one to the other at leisure.
    #[schemars(with = "Vec<String>", length(min = 1, max = 4), extend("writeOnly" = true))]
    pub secrets: Vec<SecretString>,
    /// More headers for the receiver at `url`, such as a gateway's key: names and values, which are secrets.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>", extend("writeOnly" = true))]
    pub headers: BTreeMap<String, SecretString>,
    /// Which templates it takes: `"chat"` (the default) gives receivers rich text as a tree and all of it as plain text, `"text"` the
    /// short plain text of an SMS.
    #[serde(default)]
    pub form: WebhookForm,
}

/// Which templates a webhook takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WebhookForm {
    /// `chat.<locale>.hbs`
    #[default]
    Chat,
    /// `text.<locale>.hbs`
    Text,
}

/// Where messages go.
pub(crate) enum Target {
    /// To one receiver, which the configuration names.
    Fixed(SecretUrl),
    /// To each recipient's own receiver, which comes from data.
    Recipient,
}

/// Settings that were checked.
pub(crate) struct Settings {
    pub(crate) target: Target,
    pub(crate) signer: Signer,
    pub(crate) headers: Headers,
    pub(crate) form: Form,
}

impl Settings {
    /// Checks all settings.
    ///
    /// # Errors
    /// The first one that is wrong. No secret is repeated.
    pub(crate) fn check(config: WebhookConfig) -> Result<Settings, ConfigError> {
        let signer = Signer::new(&config.secrets)?;
        let headers = headers::check(config.headers)?;
        let target = config.url.map_or(Target::Recipient, Target::Fixed);
        if matches!(target, Target::Recipient) && !headers.is_empty() {
            let message = "is for the one receiver at `url`: without it, the secrets in it would go to every recipient's server; leave it out";
            return Err(ConfigError::at("headers", message));
        }
        let form = match config.form {
            WebhookForm::Chat => Form::Chat,
            WebhookForm::Text => Form::Text,
        };
        Ok(Settings { target, signer, headers, form })
    }
}
