//! Sample events with good data, and people to read of them: for `trigger`, `send`, `preview` and the demo.

mod person;
mod scene;

use anyhow::bail;
use uuid::Uuid;

pub(crate) use person::{language, person};
pub(crate) use scene::{Scene, event};

/// A new request's id.
pub(crate) fn new_request() -> String {
    Uuid::new_v4().to_string()
}

/// Sides and reasons for a sample, from `SIDE=REASON` words.
///
/// # Errors
/// When a word has no `=`.
pub(crate) fn sides(words: &[String]) -> anyhow::Result<Vec<(String, String)>> {
    if words.is_empty() {
        return Ok(vec![("Label".to_owned(), "Image is Blurry".to_owned())]);
    }
    words
        .iter()
        .map(|word| match word.split_once('=') {
            Some((side, reason)) if !side.is_empty() && !reason.is_empty() => {
                Ok((side.to_owned(), reason.to_owned()))
            }
            _ => bail!("`--side {word}`: write it as SIDE=REASON, like --side Label=blurry"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_without_a_reason_is_refused() {
        assert!(sides(&["Label".into()]).unwrap_err().to_string().contains("SIDE=REASON"));
    }
}
