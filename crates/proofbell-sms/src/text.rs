//! The text of an SMS: brought into shape, and counted the way it is billed (3GPP TS 23.038 and 23.040).

use proofbell_notify::Measure;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// Longest text Twilio takes. It speaks of characters; counted in UTF-16 units, the text fits whatever is meant by that.
const LIMIT: usize = 1600;

/// The GSM 7-bit default alphabet: one septet each.
const GSM_BASIC: &str = concat!(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?",
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
);
/// Its extension table: two septets each, an escape and the character.
const GSM_EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// The text as it is sent: composed (NFC), so that か and its dakuten cost one unit and not two, and cut where it is longer than
/// the limit.
pub(crate) fn prepare(text: &str) -> String {
    let text: String = text.nfc().collect();
    if units(&text) <= LIMIT {
        return text;
    }
    // The one-character ellipsis is not in the GSM alphabet and would more than double the cost of a text that is.
    let mark = if septets(&text).is_some() { "..." } else { "…" };
    let mut room = LIMIT - units(mark);
    let kept: String = text
        .graphemes(true)
        .take_while(|grapheme| {
            let fits = units(grapheme) <= room;
            room = room.saturating_sub(units(grapheme));
            fits
        })
        .collect();
    kept + mark
}

/// How many parts the text is billed as. One part has 160 septets or 70 UTF-16 units; several have 153 or 67 each, and
/// neither an escaped character nor a surrogate pair is ever split between two.
pub(crate) fn measure(text: &str) -> Measure {
    match septets(text) {
        Some(costs) => Measure { segments: parts(&costs, 160, 153), encoding: "GSM-7".to_owned() },
        None => {
            let costs: Vec<usize> = text.chars().map(char::len_utf16).collect();
            Measure { segments: parts(&costs, 70, 67), encoding: "UCS-2".to_owned() }
        }
    }
}

/// What each character costs in the GSM alphabet; `None` when one of them is not in it, which costs the whole text.
fn septets(text: &str) -> Option<Vec<usize>> {
    let cost = |c| match () {
        () if GSM_BASIC.contains(c) => Some(1),
        () if GSM_EXTENSION.contains(c) => Some(2),
        () => None,
    };
    text.chars().map(cost).collect()
}

fn parts(costs: &[usize], single: usize, several: usize) -> u32 {
    if costs.iter().sum::<usize>() <= single {
        return 1;
    }
    let (mut parts, mut used) = (1, 0);
    for cost in costs {
        if used + cost > several {
            parts += 1;
            used = 0;
        }
        used += cost;
    }
    parts
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests;
