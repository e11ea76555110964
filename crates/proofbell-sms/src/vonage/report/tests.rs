use super::*;

const ID: &str = "0193a5b0-0000-7000-8000-000000000001";

/// The one report as `about: news CODE`; nothing; or the error.
fn check(fields: &[(&str, &str)], expected: &str) {
    let fields: Fields =
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let told = match read(&fields) {
        Ok(reports) => reports.iter().map(describe).collect::<Vec<_>>().join("; "),
        Err(error) => error.to_string(),
    };
    assert_eq!(told, expected, "{fields:?}");
}

fn describe(report: &Report) -> String {
    let about = match &report.about {
        About::Message(id) => format!("message {}", id.as_u128() & 0xff),
        About::Address(address) => format!("address {}", address.expose()),
    };
    let code = report.news.reason().map(|reason| format!(" {}", reason.code())).unwrap_or_default();
    format!("{about}: {}{code}", report.news.as_str())
}

#[test]
fn each_receipt_means_something_or_nothing() {
    let table = [
        ("delivered", "0", "message 1: delivered"),
        ("failed", "0", "message 1: undelivered failed"),
        ("rejected", "", "message 1: undelivered rejected"),
        ("expired", "1", "message 1: undelivered 1"),
        ("failed", "2", "message 1: bad_address 2"),
        ("failed", "3", "message 1: bad_address 3"),
        ("rejected", "6", "message 1: undelivered 6"),
        ("failed", "8", "message 1: undelivered 8"),
        ("rejected", "9", "message 1: opted_out 9"),
        ("failed", "14", "message 1: bad_address 14"),
        ("failed", "99", "message 1: undelivered 99"),
        ("failed", "4711", "message 1: undelivered 4711"),
        ("accepted", "0", ""),
        ("buffered", "0", ""),
        ("unknown", "1", ""),
    ];
    for (status, error, expected) in table {
        check(
            &[("status", status), ("err-code", error), ("client-ref", ID), ("msisdn", "819012345678")],
            expected,
        );
    }
    check(&[("status", "delivered")], "");
    let malformed = "cannot be read: `client-ref` is no message's id";
    check(&[("status", "delivered"), ("client-ref", "42")], malformed);
}

#[test]
fn people_answer_stop_and_start() {
    let from = ("msisdn", "819012345678");
    check(&[from, ("text", "Stop"), ("type", "text")], "address +819012345678: opted_out stop");
    check(&[from, ("text", "START"), ("type", "text")], "address +819012345678: opted_in");
    check(&[from, ("text", "thank you"), ("type", "text")], "");
    check(&[from, ("data", "00"), ("type", "binary")], "");
    check(&[("text", "STOP")], "cannot be read: neither a receipt nor a message is in it");
}
