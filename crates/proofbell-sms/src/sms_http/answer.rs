//! What the gateway's answers mean, by the settings; and where they say nothing, by HTTP.

use proofbell_notify::http::Answer;
use proofbell_notify::{Outcome, ProbeError, Proof, Receipt};
use serde_json::Value;

use super::pattern::{Fit, Pattern};
use crate::meaning::Meaning;
use crate::status;

/// What answers mean.
#[derive(Debug)]
pub(super) struct Answers {
    /// What errors look like and what they mean, in the order in which they are asked: the first that holds counts.
    pub(super) errors: Vec<(&'static str, Pattern, Meaning)>,
    /// What a success looks like; any 2xx where nothing is said.
    pub(super) success: Option<Pattern>,
    /// Where the provider's id stands.
    pub(super) id: Option<String>,
}

impl Answers {
    /// What an answer means for a message. Errors come first: some gateways report them inside a success.
    pub(super) fn outcome(&self, answer: &Answer) -> Outcome {
        let body = answer.json();
        let is_error = |(_, pattern, _): &&(_, Pattern, _)| pattern.is_error(answer.status, body.as_ref());
        if let Some((setting, _, meaning)) = self.errors.iter().find(is_error) {
            let reason = status::reason(answer.status, &format!("the answer is one of `{setting}`"));
            return of(*meaning, answer.status).outcome(reason, answer);
        }
        match self.success_of(answer.status, body.as_ref()) {
            Some(Fit::Holds) => Outcome::Sent(Receipt { provider_id: self.provider_id(body.as_ref()) }),
            Some(Fit::Differs) => {
                let text = "the answer is not the one of `success`, and no other setting describes it";
                Outcome::Rejected { reason: status::reason(answer.status, text) }
            }
            // A page of something in between, perhaps; it says neither yes nor no.
            Some(Fit::Missing) | None => undescribed(answer, body.as_ref()),
        }
    }

    /// `None` when not even the status is one of a success.
    fn success_of(&self, status: u16, body: Option<&Value>) -> Option<Fit> {
        match &self.success {
            Some(pattern) => pattern.is_success_status(status).then(|| pattern.fit(body)),
            None => (200..=299).contains(&status).then_some(Fit::Holds),
        }
    }

    fn provider_id(&self, body: Option<&Value>) -> Option<String> {
        match body?.pointer(self.id.as_deref()?)? {
            Value::String(id) => Some(id.clone()),
            Value::Number(id) => Some(id.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }
}

/// A gateway that says in JSON that something is not there speaks of the message, of an unknown subscriber for example, which must not
/// keep it from all others. Without JSON it is the door that is missing.
fn undescribed(answer: &Answer, body: Option<&Value>) -> Outcome {
    let speaks = body.is_some_and(|body| body.is_object() || body.is_array());
    match answer.status {
        404 | 405 | 410 if speaks => {
            let text = "the gateway refuses this message, and no setting describes its answer";
            Outcome::Rejected { reason: status::reason(answer.status, text) }
        }
        _ => status::outcome(answer),
    }
}

/// 429 is no failed attempt but a request to wait, whatever it is listed with.
fn of(meaning: Meaning, status: u16) -> Meaning {
    match (meaning, status) {
        (Meaning::Again, 429) => Meaning::Slower,
        (meaning, _) => meaning,
    }
}

/// What an answer to a GET says of the channel. Of the URL that takes messages, which need not know GET, any answer but a refusal
/// says that it is there; `must_succeed` of one that is made for the question.
///
/// # Errors
/// When the gateway refuses us, or cannot say so now.
pub(super) fn probed(answer: &Answer, must_succeed: bool) -> Result<Proof, ProbeError> {
    let there = || {
        Ok(Proof::of(format!(
            "something answers {} to a GET without a message; that it takes one is not proved",
            answer.status
        )))
    };
    match (status::probe_error(answer), answer.status) {
        // Not knowing GET is told by 501 as well as by 405.
        (Some(_), 501) if !must_succeed => there(),
        (Some(error), _) => Err(error),
        (None, _) if !must_succeed => there(),
        (None, 200..=299) => Ok(Proof::of(format!("`probe_url` answers {}", answer.status))),
        (None, status) => {
            Err(ProbeError::Refused(status::reason(status, "not a success; check `probe_url`")))
        }
    }
}

#[cfg(test)]
mod tests;
