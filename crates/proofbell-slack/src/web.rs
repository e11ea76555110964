//! Slack's Web API: `chat.postMessage` (<https://docs.slack.dev/reference/methods/chat.postMessage>) and `auth.test`.

use std::fmt;

use proofbell_notify::http::{Answer, BaseUrl, Client, SegmentError, SendError};
use proofbell_notify::{Outcome, ProbeError, Proof, Thread};
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use url::Url;

mod answer;

/// Slack answers with the whole message, in JSON that writes each character beyond ASCII as `\uXXXX`: a long Japanese one comes to more
/// than is read by default, and an answer that was cut short would not say that it was posted.
const ANSWER_LIMIT: usize = 512 * 1024;

/// A workspace, by a token for it.
#[derive(Clone)]
pub(crate) struct WebApi {
    token: SecretString,
    post_url: Url,
    test_url: Url,
}

impl fmt::Debug for WebApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebApi").finish_non_exhaustive()
    }
}

impl WebApi {
    /// The methods below `base`.
    ///
    /// # Errors
    /// When `base` has no path to add to.
    pub(crate) fn new(token: SecretString, base: &BaseUrl) -> Result<WebApi, SegmentError> {
        let (post_url, test_url) = (base.join(["chat.postMessage"])?, base.join(["auth.test"])?);
        Ok(WebApi { token, post_url, test_url })
    }

    /// Posts once. Where the thread refuses, nothing was posted, and the message goes out by itself: the first message of a thread may
    /// have been deleted since, and this one must not be lost for it.
    pub(crate) async fn post(
        &self,
        http: &Client,
        to: &str,
        thread: Option<&Thread>,
        payload: Value,
    ) -> Outcome {
        let body = body(to, payload);
        if let Some(ts) = thread.and_then(|thread| thread.first.as_deref()).filter(|first| is_ts(first)) {
            let mut reply = body.clone();
            reply.insert("thread_ts".to_owned(), json!(ts));
            match self.call(http, &self.post_url, reply).await {
                Ok(refused) if answer::is_of_the_thread(&refused) => {}
                Ok(other) => return answer::outcome(&other),
                Err(error) => return error.outcome(),
            }
        }
        match self.call(http, &self.post_url, body).await {
            Ok(answer) => answer::outcome(&answer),
            Err(error) => error.outcome(),
        }
    }

    /// Asks whose the token is.
    ///
    /// # Errors
    /// When it is nobody's any more, or Slack cannot say now.
    pub(crate) async fn probe(&self, http: &Client) -> Result<Proof, ProbeError> {
        let answer = self.call(http, &self.test_url, Map::new()).await;
        answer::probe(&answer.map_err(SendError::probe_error)?)
    }

    async fn call(&self, http: &Client, url: &Url, body: Map<String, Value>) -> Result<Answer, SendError> {
        let request = http.post(url).bearer(&self.token).json(&Value::Object(body));
        request.limit(ANSWER_LIMIT).send().await
    }
}

/// The arguments of `chat.postMessage`. Nothing of a message's links is fetched and shown below it.
fn body(to: &str, payload: Value) -> Map<String, Value> {
    let mut body = match payload {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    body.insert("channel".to_owned(), json!(to));
    body.insert("unfurl_links".to_owned(), json!(false));
    body.insert("unfurl_media".to_owned(), json!(false));
    body
}

/// `1503435956.000247`, as Slack names messages. What a redirect or another notifier has left here is none.
fn is_ts(id: &str) -> bool {
    let digits =
        |text: &str| (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    id.split_once('.').is_some_and(|(seconds, number)| digits(seconds) && digits(number))
}
