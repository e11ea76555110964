use proptest::prelude::*;

use super::*;

fn fitting(segments: u32, too_long: TooLong) -> Fitting {
    Fitting::check(Some(segments), too_long, None).unwrap()
}

fn fitted(fitting: Fitting, text: &str) -> Result<String, String> {
    match fitting.fit(Body::Text(text.to_owned())) {
        Ok(Body::Text(text)) => Ok(text),
        Ok(other) => panic!("{other:?}"),
        Err(reason) => Err(reason.to_string()),
    }
}

#[test]
fn a_text_is_cut_visibly_and_between_graphemes() {
    let check = |segments: u32, text: String, expected: String| {
        assert_eq!(fitted(fitting(segments, TooLong::Cut), &text), Ok(expected), "{text:?} in {segments}");
    };
    check(1, "a".repeat(160), "a".repeat(160));
    check(1, "a".repeat(161), "a".repeat(157) + "...");
    check(2, "a".repeat(307), "a".repeat(303) + "...");
    check(1, "€".repeat(81), "€".repeat(78) + "...");
    // Neither half of an escape pair may end a part: 152 and 153 septets leave no room for the last €.
    check(2, "a".repeat(152) + "€" + &"a".repeat(160), "a".repeat(152) + "€" + &"a".repeat(148) + "...");
    check(1, "鑑".repeat(70), "鑑".repeat(70));
    check(1, "鑑".repeat(71), "鑑".repeat(69) + "…");
    check(2, "鑑".repeat(135), "鑑".repeat(133) + "…");
    // A surrogate pair is taken or left.
    check(1, "鑑".repeat(68) + "😀😀", "鑑".repeat(68) + "…");
    check(1, "鑑".repeat(67) + "😀😀", "鑑".repeat(67) + "😀…");
    // The kanji behind the cut costs nothing any more.
    check(1, "a".repeat(200) + "鑑", "a".repeat(157) + "...");
    // The family is one grapheme of eleven units.
    let family = "👨‍👩‍👧‍👦";
    check(1, "鑑".repeat(58) + family + "鑑鑑", "鑑".repeat(58) + family + "…");
    check(1, "鑑".repeat(59) + family + "鑑鑑", "鑑".repeat(59) + "…");
}

#[test]
fn a_text_is_composed() {
    assert_eq!(fitted(fitting(1, TooLong::Refuse), &"か\u{3099}".repeat(70)), Ok("が".repeat(70)));
    assert_eq!(fitted(fitting(1, TooLong::Refuse), "e\u{301}"), Ok("é".to_owned()));
}

#[test]
fn a_text_is_refused_where_the_settings_say_so() {
    let refused = fitted(fitting(1, TooLong::Refuse), &"鑑".repeat(71));
    assert_eq!(refused, Err("too_long: longer than one part".to_owned()));
    assert_eq!(fitted(fitting(1, TooLong::Refuse), &"鑑".repeat(70)), Ok("鑑".repeat(70)));
    // One grapheme of a hundred units: nothing but the mark would be left.
    let monster = "g".to_owned() + &"\u{300}".repeat(100);
    let refused = fitted(fitting(1, TooLong::Cut), &monster);
    assert_eq!(refused, Err("too_long: longer than one part".to_owned()));
}

#[test]
fn the_gateways_own_limit_counts_too() {
    let fitting = Fitting::check(None, TooLong::Cut, Some(1600)).unwrap();
    let check = |text: String, expected: String| assert_eq!(fitted(fitting, &text), Ok(expected));
    check("a".repeat(1600), "a".repeat(1600));
    check("a".repeat(1601), "a".repeat(1597) + "...");
    check("鑑".repeat(1600), "鑑".repeat(1600));
    check("鑑".repeat(1601), "鑑".repeat(1599) + "…");
    let check = |text: String, parts: u32| {
        let fitting = Fitting::check(None, TooLong::Cut, None).unwrap();
        assert_eq!(text::measure(&fitted(fitting, &text).unwrap()).segments, parts);
    };
    check("a".repeat(153 * 255), 255);
    check("a".repeat(153 * 256), 255);
}

#[test]
fn what_is_no_text_stays_as_it_is() {
    let body = Body::Chat(Default::default());
    assert_eq!(fitting(1, TooLong::Refuse).fit(body.clone()), Ok(body));
}

proptest! {
    #[test]
    fn a_cut_text_fits_and_is_a_beginning_with_a_mark(
        text in "(.|[a-z€{}鑑が😀 ]){0,60}",
        repeat in 1usize..12,
        segments in 1u32..5,
    ) {
        let text = text.repeat(repeat);
        let composed: String = text.nfc().collect();
        let fitting = fitting(segments, TooLong::Cut);
        let Ok(cut) = fitted(fitting, &text) else { return Ok(()) };
        prop_assert!(text::measure(&cut).segments <= segments);
        prop_assert_eq!(fitted(fitting, &cut), Ok(cut.clone()));
        if cut != composed {
            prop_assert!(text::measure(&composed).segments > segments);
            let beginning = cut.strip_suffix("...").or_else(|| cut.strip_suffix('…'));
            prop_assert!(composed.starts_with(beginning.unwrap()));
        }
    }
}
