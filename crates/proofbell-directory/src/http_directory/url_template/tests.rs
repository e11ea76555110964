use proptest::prelude::*;

use super::*;

const ITEM: &str = "https://market.example/internal/items/{reference_id}/seller";

fn asking(reference_id: &str) -> Lookup {
    Lookup { reference_id: Some(reference_id.to_owned()), sr_uuid: Some("5f0c-1".to_owned()) }
}

fn filled(template: &str, reference_id: &str) -> Result<String, String> {
    let template = UrlTemplate::parse(template, None).unwrap();
    template.fill(&asking(reference_id)).map(String::from).map_err(|error| error.to_string())
}

#[test]
fn a_template_is_a_url_with_places_behind_its_host() {
    let table = [
        (ITEM, Ok(())),
        ("https://market.example:8443/a?item={reference_id}&sr={sr_uuid}&all=1", Ok(())),
        ("https://market.example/a/item-{reference_id}.json", Ok(())),
        ("https://market.example/on-call", Ok(())),
        ("http://localhost:8080/{reference_id}", Ok(())),
        ("http://[::1]/{reference_id}", Ok(())),
        ("http://market/{reference_id}", Ok(())),
        ("http://market.shop.svc.cluster.local/{reference_id}", Ok(())),
        ("http://api.market.internal/{reference_id}", Ok(())),
        ("http://10.1.2.3/{reference_id}", Ok(())),
        ("http://192.168.0.9/{reference_id}", Ok(())),
        ("http://100.64.0.1/{reference_id}", Ok(())),
        ("http://[fd00::1]/{reference_id}", Ok(())),
        ("http://market.example/{reference_id}", Err(UrlTemplateError::Plain)),
        ("http://localhost.example/{reference_id}", Err(UrlTemplateError::Plain)),
        ("http://notinternal/../{reference_id}", Ok(())),
        ("http://a.notlocal/{reference_id}", Err(UrlTemplateError::Plain)),
        ("http://8.8.8.8/{reference_id}", Err(UrlTemplateError::Plain)),
        ("http://100.128.0.1/{reference_id}", Err(UrlTemplateError::Plain)),
        ("http://[2001:db8::1]/{reference_id}", Err(UrlTemplateError::Plain)),
        ("https://{reference_id}.example/x", Err(UrlTemplateError::Host)),
        ("https://market.example:{sr_uuid}/x", Err(UrlTemplateError::Host)),
        ("{reference_id}://market.example/x", Err(UrlTemplateError::Host)),
        ("https://market.example/{item_id}", Err(UrlTemplateError::Placeholder("item_id".to_owned()))),
        ("https://market.example/{}", Err(UrlTemplateError::Placeholder(String::new()))),
        ("https://market.example/{reference_id", Err(UrlTemplateError::Brace)),
        ("https://market.example/reference_id}", Err(UrlTemplateError::Brace)),
        ("https://market.example/{{reference_id}}", Err(UrlTemplateError::Brace)),
        ("https://market.example/?{reference_id}=1", Err(UrlTemplateError::QueryName)),
        ("https://market.example/?a=1&{reference_id}", Err(UrlTemplateError::QueryName)),
        ("https://market.example/#{reference_id}", Err(UrlTemplateError::Fragment)),
        ("https://market.example\\{reference_id}", Err(UrlTemplateError::Characters)),
        ("https://market.example/a b", Err(UrlTemplateError::Characters)),
        ("https://me:pw@market.example/{reference_id}", Err(UrlError::Credentials.into())),
        ("ftp://market.example/{reference_id}", Err(UrlError::Scheme.into())),
        (
            "market.example/{reference_id}",
            Err(UrlError::Syntax(url::ParseError::RelativeUrlWithoutBase).into()),
        ),
        ("", Err(UrlError::Syntax(url::ParseError::RelativeUrlWithoutBase).into())),
    ];
    for (text, expected) in table {
        assert_eq!(UrlTemplate::parse(text, None).map(|_| ()), expected, "{text:?}");
    }
}

#[test]
fn a_base_stands_in_for_scheme_host_and_port() {
    let check = |base: &str, expected: &str| {
        let template = UrlTemplate::parse(ITEM, Some(&base.parse().unwrap())).unwrap();
        assert_eq!(template.fill(&asking("MS-1")).unwrap().as_str(), expected);
    };
    check("http://127.0.0.1:9", "http://127.0.0.1:9/internal/items/MS-1/seller");
    check("https://proxy.example/market/", "https://proxy.example/market/internal/items/MS-1/seller");
    let refused = UrlTemplate::parse(ITEM, Some(&"http://proxy.example".parse().unwrap()));
    assert_eq!(refused, Err(UrlTemplateError::Plain));
}

#[test]
fn ids_stay_in_their_places() {
    let table = [
        (ITEM, "MS-1", "https://market.example/internal/items/MS-1/seller"),
        (ITEM, "a/b", "https://market.example/internal/items/a%2Fb/seller"),
        (ITEM, "../x", "https://market.example/internal/items/..%2Fx/seller"),
        (ITEM, "%2e%2e", "https://market.example/internal/items/%252e%252e/seller"),
        (ITEM, "//evil.example", "https://market.example/internal/items/%2F%2Fevil.example/seller"),
        (ITEM, "?x=y", "https://market.example/internal/items/%3Fx%3Dy/seller"),
        (ITEM, "#f", "https://market.example/internal/items/%23f/seller"),
        (ITEM, "\\", "https://market.example/internal/items/%5C/seller"),
        (ITEM, "花", "https://market.example/internal/items/%E8%8A%B1/seller"),
        (ITEM, " ", "https://market.example/internal/items/%20/seller"),
        (ITEM, "...", "https://market.example/internal/items/.../seller"),
        (
            "https://market.example/?item={reference_id}&sr={sr_uuid}",
            "1&sr=2",
            "https://market.example/?item=1%26sr%3D2&sr=5f0c-1",
        ),
        ("https://market.example/?item={reference_id}", "a+b#c", "https://market.example/?item=a%2Bb%23c"),
    ];
    for (template, id, expected) in table {
        assert_eq!(filled(template, id).as_deref(), Ok(expected), "{id:?}");
    }
}

#[test]
fn ids_that_can_stand_in_no_url_are_refused() {
    let cannot = |why: &str| Err(format!("the directory cannot be asked about this case: {why}"));
    let long = "x".repeat(10 * 1024);
    let table = [
        (ITEM, "", "its reference_id is empty"),
        (ITEM, ".", "its reference_id is `.` or `..`"),
        (ITEM, "..", "its reference_id is `.` or `..`"),
        (ITEM, "a\nb", "its reference_id holds a control character"),
        (ITEM, "a\tb", "its reference_id holds a control character"),
        (ITEM, "\0", "its reference_id holds a control character"),
        (ITEM, "a\u{85}b", "its reference_id holds a control character"),
        (ITEM, &long, "its reference_id is longer than 1024 bytes"),
        // Only together with what is written beside the place do these become `..` and `.`.
        (
            "https://market.example/a/%2{reference_id}/b",
            "e",
            "its ids would change where the directory's URL leads",
        ),
        (
            "https://market.example/a/.%2{reference_id}/b",
            "e",
            "its ids would change where the directory's URL leads",
        ),
    ];
    for (template, id, why) in table {
        assert_eq!(filled(template, id), cannot(why), "{template} with {:.20}", id);
    }
    let nothing = Lookup::default();
    let error = UrlTemplate::parse(ITEM, None).unwrap().fill(&nothing).unwrap_err();
    assert_eq!(Err(error.to_string()), cannot("it has no reference_id"));
}

#[test]
fn debug_shows_the_host_alone() {
    let template = UrlTemplate::parse("https://market.example/k3y/{reference_id}", None).unwrap();
    assert_eq!(format!("{template:?}"), "UrlTemplate(https://market.example/…)");
    assert!(template.has_places() && !template.is_readable_on_the_way());
    let plain = UrlTemplate::parse("http://market.internal/on-call", None).unwrap();
    assert!(!plain.has_places() && plain.is_readable_on_the_way());
    assert!(!UrlTemplate::parse("http://127.0.0.1/on-call", None).unwrap().is_readable_on_the_way());
}

proptest! {
    /// Whatever the id, what was filled in reads back as that id, in its place, and all else is as it was written.
    #[test]
    fn whatever_the_id_the_url_leads_to_the_same_place(
        id in prop_oneof![any::<String>(), "[./%\\\\?#&=:@e25-]{1,8}", "[\\x00-\\x20]{1,3}"],
    ) {
        let template = "https://market.example:8443/a/{reference_id}/b/x-{reference_id}?q={reference_id}&r=1";
        let template = UrlTemplate::parse(template, None).unwrap();
        match template.fill(&asking(&id)) {
            Ok(url) => {
                prop_assert_eq!(url.origin().ascii_serialization(), "https://market.example:8443");
                let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
                let segments: Vec<String> = url.path_segments().unwrap().map(decoded).collect();
                prop_assert_eq!(segments, ["a".to_owned(), id.clone(), "b".to_owned(), format!("x-{id}")]);
                let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
                prop_assert_eq!(pairs, [("q".to_owned(), id), ("r".to_owned(), "1".to_owned())]);
                prop_assert_eq!(url.fragment(), None);
            }
            Err(error) => {
                let unusable = id.is_empty() || id == "." || id == ".." || id.len() > LONGEST_ID
                    || id.chars().any(char::is_control);
                prop_assert!(unusable && matches!(error, LookupError::Unaskable(_)), "{:?}", error);
            }
        }
    }
}
