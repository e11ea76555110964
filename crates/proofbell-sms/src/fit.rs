//! Making a text fit: composed, and no longer than the settings and the gateway allow.

use proofbell_notify::{Body, ConfigError, Reason};
use schemars::JsonSchema;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use crate::text;

/// The most parts that one SMS can have: their number is one byte of the header that joins them (3GPP TS 23.040, 9.2.3.24.1).
const MOST_SEGMENTS: u32 = 255;

/// What becomes of a text that is too long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TooLong {
    /// It is cut between two graphemes and ends in `…`, or in three dots where these are cheaper.
    #[default]
    Cut,
    /// It is not sent; the next channel is tried.
    Refuse,
}

/// How long a text may be, and what becomes of one that is longer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fitting {
    segments: u32,
    units: Option<usize>,
    too_long: TooLong,
}

impl Fitting {
    /// Reads the settings `segments_at_most` and `too_long`; `units` is the longest text that the gateway takes, in UTF-16 units.
    ///
    /// # Errors
    /// When no SMS could have so many parts.
    pub(crate) fn check(
        segments_at_most: Option<u32>,
        too_long: TooLong,
        units: Option<usize>,
    ) -> Result<Fitting, ConfigError> {
        let segments = segments_at_most.unwrap_or(MOST_SEGMENTS);
        match (1..=MOST_SEGMENTS).contains(&segments) {
            true => Ok(Fitting { segments, units, too_long }),
            false => Err(ConfigError::at(
                "segments_at_most",
                format!("{segments} parts; write a number from 1 to {MOST_SEGMENTS}"),
            )),
        }
    }

    /// The body in composed form (NFC), so that か and its dakuten cost one unit and not two, and short enough.
    ///
    /// # Errors
    /// `too_long`, when it is and must not be cut, or could not be without losing all of it.
    pub(crate) fn fit(&self, body: Body) -> Result<Body, Reason> {
        match body {
            Body::Text(text) => self.fit_text(&text).map(Body::Text),
            Body::Email(_) | Body::Chat(_) => Ok(body),
        }
    }

    fn fit_text(&self, text: &str) -> Result<String, Reason> {
        let text: String = text.nfc().collect();
        if self.admits(&text) {
            return Ok(text);
        }
        let cut = match self.too_long {
            TooLong::Cut => self.cut(&text),
            TooLong::Refuse => None,
        };
        cut.ok_or_else(|| Reason::new("too_long", format!("longer than {}", self.limit())))
    }

    /// The longest beginning of whole graphemes that fits with its mark; `None` when not even the first does.
    fn cut(&self, text: &str) -> Option<String> {
        let ends: Vec<usize> =
            text.grapheme_indices(true).map(|(start, grapheme)| start + grapheme.len()).collect();
        let fitting = ends.partition_point(|&end| self.admits(&marked(&text[..end])));
        let end = fitting.checked_sub(1).and_then(|last| ends.get(last))?;
        Some(marked(&text[..*end]))
    }

    fn admits(&self, text: &str) -> bool {
        self.units.is_none_or(|most| text::units(text) <= most)
            && text::measure(text).segments <= self.segments
    }

    fn limit(&self) -> String {
        let parts = match self.segments {
            1 => "one part".to_owned(),
            parts => format!("{parts} parts"),
        };
        match self.units {
            Some(units) => format!("{parts} or {units} characters"),
            None => parts,
        }
    }
}

/// A beginning with the mark that there was more. The one-character ellipsis is not in the GSM alphabet and would more than double
/// the cost of a text that is.
fn marked(beginning: &str) -> String {
    let mark = if text::is_gsm(beginning) { "..." } else { "…" };
    format!("{beginning}{mark}")
}

#[cfg(test)]
mod tests;
