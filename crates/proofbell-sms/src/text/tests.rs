use std::path::Path;

use unicode_normalization::UnicodeNormalization;

use super::*;

/// As it is when it has been fitted.
fn composed(text: &str) -> String {
    text.nfc().collect()
}

fn check(text: &str, encoding: &str, segments: u32) {
    let measured = measure(&composed(text));
    assert_eq!((measured.encoding.as_str(), measured.segments), (encoding, segments), "{text:?}");
}

#[test]
fn parts_are_counted_as_they_are_billed() {
    let table = [
        (String::new(), "GSM-7", 1),
        ("a".repeat(160), "GSM-7", 1),
        ("a".repeat(161), "GSM-7", 2),
        ("a".repeat(306), "GSM-7", 2),
        ("a".repeat(307), "GSM-7", 3),
        ("€".repeat(80), "GSM-7", 1),
        ("€".repeat(81), "GSM-7", 2),
        // The escaped character would straddle septets 153 and 154 and goes to the next part as a whole.
        ("a".repeat(152) + "€" + &"a".repeat(152), "GSM-7", 3),
        ("a".repeat(151) + "€" + &"a".repeat(153), "GSM-7", 2),
        ("鑑".repeat(70), "UCS-2", 1),
        ("鑑".repeat(71), "UCS-2", 2),
        ("鑑".repeat(134), "UCS-2", 2),
        ("鑑".repeat(135), "UCS-2", 3),
        // So does a surrogate pair at units 67 and 68.
        ("鑑".repeat(66) + "😀" + &"鑑".repeat(66), "UCS-2", 3),
        ("鑑".repeat(65) + "😀" + &"鑑".repeat(67), "UCS-2", 2),
        ("か\u{3099}".repeat(70), "UCS-2", 1),
        ("é".repeat(160), "GSM-7", 1),
        ("e\u{301}".repeat(160), "GSM-7", 1),
        ("`".to_owned(), "UCS-2", 1),
        ("ç".to_owned(), "UCS-2", 1),
        ("“quoted”".to_owned(), "UCS-2", 1),
        ("¥1000 ^{}\\[~]|€\r\n".to_owned(), "GSM-7", 1),
    ];
    for (text, encoding, segments) in table {
        check(&text, encoding, segments);
    }
}

#[test]
fn the_alphabets_are_whole() {
    // 128 places less the escape itself; the form feed of the extension is a page break.
    assert_eq!(GSM_BASIC.chars().count(), 127);
    assert_eq!(GSM_EXTENSION.chars().count(), 10);
}

/// Parts computed by another implementation, sms-segments-calculator.
#[test]
fn published_vectors_agree() {
    let Some(contracts) = std::env::var_os("PROOFBELL_CONTRACTS") else {
        eprintln!("SKIPPED: PROOFBELL_CONTRACTS is not set, so the segmentation vectors are not compared");
        return;
    };
    let file = std::fs::read(Path::new(&contracts).join("sms-segmentation-vectors.json")).unwrap();
    let vectors: serde_json::Value = serde_json::from_slice(&file).unwrap();
    let vectors = vectors["vectors"].as_object().unwrap();
    assert!(vectors.len() > 10);
    for (name, vector) in vectors {
        let measured = measure(&composed(vector["text"].as_str().unwrap()));
        assert_eq!(measured.encoding, vector["encoding"], "{name}");
        assert_eq!(measured.segments, vector["segments"], "{name}");
    }
}
