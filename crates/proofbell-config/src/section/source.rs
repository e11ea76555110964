//! `[source.legitmark]`

use proofbell_event::{BearerVerifier, SecretError, Verifier};

use crate::reader::{At, Scope};
use crate::report::{Finding, code};
use crate::secret::Text;
use crate::{Source, Verify};

/// The only source there is.
const NAME: &str = "legitmark";
/// Paths of the public door that are its own.
const TAKEN: [&str; 2] = ["/healthz", "/readyz"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Proof {
    Svix,
    Bearer,
    None,
}

pub(crate) fn read(root: &Scope<'_>) -> Vec<Source> {
    let mut sources = Vec::new();
    let mut seen = false;
    for (name, scope) in root.named("source") {
        if name.value == NAME {
            seen = true;
            sources.extend(read_one(&scope));
            continue;
        }
        let message = format!("there is no source called `{}`", name.value);
        let hint = "events come from Legitmark: write [source.legitmark]";
        root.cx.report.push(Finding::error(code::UNKNOWN_KEY, name.at, message).hint(hint));
    }
    if !seen {
        let message = "there is no [source.legitmark], so no event could come in";
        let hint = "add [source.legitmark] with secrets = [{ env = \"LEGITMARK_WEBHOOK_SECRET\" }]";
        root.cx.report.push(Finding::error(code::MISSING_SECTION, None, message).hint(hint));
    }
    sources
}

fn read_one(scope: &Scope<'_>) -> Option<Source> {
    let path = match scope.node("path") {
        Some(_) => scope.parsed("path", "the path of a webhook", usable_path).map(|path| path.value),
        None => Some("/webhooks/legitmark".to_owned()),
    };
    let words = [("svix", Proof::Svix), ("bearer", Proof::Bearer), ("none", Proof::None)];
    let proof = match scope.node("verify") {
        Some(_) => scope.choice("verify", &words).map(|proof| proof.value),
        None => Some(Proof::Svix),
    };
    // Whatever proves a delivery, it is a key that there is.
    scope.entry("secrets");
    let verify = proof.and_then(|proof| verify(scope, proof));
    scope.finish();
    Some(Source { name: NAME.to_owned(), path: path?, verify: verify? })
}

fn usable_path(path: &str) -> Result<String, &'static str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-._~".contains(c);
    let segments = path.strip_prefix('/').unwrap_or_default();
    if segments.is_empty() || !path.chars().all(plain) {
        return Err(
            "write it from the first slash on, of letters, digits and `/-._~`: \"/webhooks/legitmark\"",
        );
    }
    if segments.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
        return Err("none of its segments may be empty, `.` or `..`");
    }
    if TAKEN.contains(&path) {
        return Err("that path is the server's own; choose another one");
    }
    Ok(path.to_owned())
}

fn verify(scope: &Scope<'_>, proof: Proof) -> Option<Verify> {
    let report = scope.cx.report;
    if proof == Proof::None {
        let message = "`source.legitmark.verify = \"none\"` lets anybody send events in Legitmark's name";
        let hint = "use \"svix\" with the signing secret from Legitmark's dashboard";
        report.push(Finding::warning(code::INSECURE, scope.place("verify"), message).hint(hint));
        if let Some(entry) = scope.entry("secrets") {
            let message = "`source.legitmark.secrets` has no effect, because nothing is verified";
            report
                .push(Finding::warning(code::NO_EFFECT, entry.key_at, message).hint("set verify = \"svix\""));
        }
        return Some(Verify::None);
    }
    if !scope.require("secrets", "secrets = [{ env = \"LEGITMARK_WEBHOOK_SECRET\" }]") {
        return None;
    }
    let given = match &scope.node("secrets")?.value {
        crate::tree::Value::Array(nodes) => nodes.len(),
        _ => 1,
    };
    let secrets = scope.texts("secrets")?;
    let usable = usable_secrets(scope, proof, &secrets, given);
    let secrets = secrets.value.into_iter().map(|secret| secret.value.into_secret()).collect();
    usable.then_some(match proof {
        Proof::Bearer => Verify::Bearer(secrets),
        Proof::Svix | Proof::None => Verify::Svix(secrets),
    })
}

/// Tries each secret by itself, so that each bad one is told, and then all of them together.
fn usable_secrets(scope: &Scope<'_>, proof: Proof, secrets: &At<Vec<At<Text>>>, given: usize) -> bool {
    let mut usable = secrets.value.len() == given;
    for secret in secrets.value.iter().filter(|secret| !secret.value.is_assumed()) {
        if let Err(error) = attempt(proof, [secret.value.value.as_str()]) {
            refuse(scope, secret.at, error);
            usable = false;
        }
    }
    if !usable || secrets.value.iter().any(|secret| secret.value.is_assumed()) {
        return usable;
    }
    match attempt(proof, secrets.value.iter().map(|secret| secret.value.value.as_str())) {
        Ok(()) => true,
        Err(error) => {
            refuse(scope, secrets.at, error);
            false
        }
    }
}

fn attempt<'s>(proof: Proof, secrets: impl IntoIterator<Item = &'s str>) -> Result<(), SecretError> {
    match proof {
        Proof::Bearer => BearerVerifier::new(secrets).map(drop),
        Proof::Svix | Proof::None => Verifier::new(secrets).map(drop),
    }
}

fn refuse(scope: &Scope<'_>, at: crate::source::Place, error: SecretError) {
    let (message, hint) = match error {
        SecretError::NoSecret => ("the list is empty".to_owned(), "give one to four secrets"),
        SecretError::TooMany => {
            ("there are more than four".to_owned(), "remove those that are no longer valid")
        }
        SecretError::Empty { .. } => ("it is empty".to_owned(), "copy it from Legitmark's dashboard"),
        SecretError::NotBase64 { .. } => (
            "it is not `whsec_` and base64".to_owned(),
            "copy it whole from Legitmark's dashboard; a plain token goes with verify = \"bearer\"",
        ),
        SecretError::NotVisible { .. } => {
            ("it has characters other than visible ASCII".to_owned(), "use letters and digits")
        }
        SecretError::TooShort { length, least, .. } => (
            format!("it has {length} bytes, and at least {least} are needed"),
            "copy it whole from where it was made",
        ),
    };
    let message = format!("`source.legitmark.secrets` cannot be used: {message}");
    scope.cx.report.push(Finding::error(code::SECRET, at, message).hint(hint));
}
