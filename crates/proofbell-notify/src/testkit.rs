//! The contract kit that every notifier's tests run, whatever it speaks.
//!
//! A notifier's test says how its provider talks, by a [`Rig`]; [`run`] then plays provider to it and panics with the first
//! promise of the contract that is broken:
//!
//! - each answer in the rig's table becomes the outcome that the table says, in kind, reason code, waiting time and scope;
//! - a refused connection is `retry_later`; a connection cut before or within the message is `retry_later` or `unknown`; one
//!   cut, or silent, when the message is across is `unknown`;
//! - a message of another form, or to another kind of address, is `rejected` before anything is sent;
//! - two attempts at a message send the same bytes (or at least the same idempotency id);
//! - a send may be dropped at any point, and the next message gets its own answer, not the dropped one's;
//! - a probe that goes well says what it has proved; one that reaches nobody is `unreachable`, and one that has nobody to ask asks
//!   nobody and says so;
//! - no outcome and no proof holds a secret or an address, and every reason code is fit for a metric label.
//!
//! ```
//! # use std::net::SocketAddr;
//! # use std::time::Duration;
//! use proofbell_notify::http::{Client, SecretUrl};
//! use proofbell_notify::testkit::{self, HttpAnswer, Rig, Row};
//! use proofbell_notify::*;
//!
//! /// POSTs the text to a URL. (A real one also reads the answer's body.)
//! struct Hook {
//!     http: Client,
//!     url: SecretUrl,
//! }
//!
//! # #[derive(serde::Deserialize, schemars::JsonSchema)]
//! # struct Settings { url: SecretUrl }
//! #
//! impl Notifier for Hook {
//!     const KIND: &'static str = "hook";
//!     // …
//! #   type Config = Settings;
//! #   fn from_config(config: Settings, kit: &Toolkit) -> Result<Hook, ConfigError> {
//! #       Ok(Hook { http: kit.http.clone(), url: config.url })
//! #   }
//! #   fn form(&self) -> Form { Form::Text }
//! #   fn address(&self) -> AddressKind { AddressKind::Fixed }
//!     async fn send(&self, message: &Message) -> Outcome {
//!         let Body::Text(text) = &message.body else {
//!             return Outcome::Rejected { reason: Reason::new("form", "not a text") };
//!         };
//!         match self.http.post(self.url.expose()).body(text.as_str()).send().await {
//!             Ok(answer) if answer.status == 200 => Outcome::Sent(Receipt::default()),
//!             Ok(answer) => Outcome::Rejected { reason: Reason::new(answer.status.to_string(), "") },
//!             Err(error) => error.outcome(),
//!         }
//!     }
//! #   async fn probe(&self) -> Result<Proof, ProbeError> {
//! #       let answer = self.http.get(self.url.expose()).send().await;
//! #       answer.map(|_| Proof::of("somebody answers")).map_err(http::SendError::probe_error)
//! #   }
//! }
//!
//! /// One client for all: setting one up reads this machine's certificates.
//! #[derive(Default)]
//! struct HookRig {
//!     http: Client,
//! }
//!
//! impl Rig for HookRig {
//!     type Notifier = Hook;
//!
//!     fn notifier(&self, at: SocketAddr, deadline: Duration) -> Hook {
//!         let url = format!("http://{at}/s3cret").parse().expect("a URL of this machine");
//!         Hook { http: self.http.with_timeout(deadline), url }
//!     }
//!
//!     fn message(&self) -> Message {
//!         testkit::message(Address::Fixed, Body::Text("hello".into()))
//!     }
//!
//!     fn table(&self) -> Vec<Row> {
//!         vec![
//!             Row::new("accepted", HttpAnswer::new(200, "ok"), "sent"),
//!             Row::new("refused", HttpAnswer::new(400, "no"), "rejected 400"),
//!         ]
//!     }
//!
//!     fn secrets(&self) -> Vec<String> {
//!         vec!["s3cret".into()]
//!     }
//! }
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
//! # runtime.block_on(async {
//! testkit::run(&HookRig::default()).await;
//! # });
//! ```

mod checks;
mod dialogue;
mod double;
mod http;
mod rig;
mod smtp;

pub use checks::run;
pub use dialogue::{Dialogue, Reply};
pub use double::{Double, Fault, refusing_address};
pub use http::{HttpAnswer, HttpRequest};
pub use rig::{Probed, Rig, Row, describe, describe_probe, message};
pub use smtp::SmtpAnswers;

#[cfg(test)]
mod tests;
