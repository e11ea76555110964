//! How an SMS is counted and billed (3GPP TS 23.038 and 23.040).

use proofbell_notify::{Body, Measure};

/// The GSM 7-bit default alphabet: one septet each.
const GSM_BASIC: &str = concat!(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?",
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
);
/// Its extension table: two septets each, an escape and the character.
const GSM_EXTENSION: &str = "\u{c}^{}\\[~]|€";

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

/// What a body costs: a text its parts, any other nothing that is known here.
pub(crate) fn measure_body(body: &Body) -> Option<Measure> {
    match body {
        Body::Text(text) => Some(measure(text)),
        Body::Email(_) | Body::Chat(_) => None,
    }
}

/// Whether the GSM alphabet has every character of the text. One that is not in it costs the whole text.
pub(crate) fn is_gsm(text: &str) -> bool {
    septets(text).is_some()
}

/// How long the text is in UTF-16 units.
pub(crate) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

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

#[cfg(test)]
mod tests;
