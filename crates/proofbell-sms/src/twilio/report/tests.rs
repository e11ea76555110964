use super::*;

const ID: &str = "0193a5b0-0000-7000-8000-000000000001";

/// The reports in a line each, as `about: news CODE TERM`; or the error.
fn check(query: &str, fields: &[(&str, &str)], expected: &str) {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let told = match read(query, &fields) {
        Ok(reports) => reports.iter().map(describe).collect::<Vec<_>>().join("; "),
        Err(error) => error.to_string(),
    };
    assert_eq!(told, expected, "{query} {fields:?}");
}

fn describe(report: &Report) -> String {
    let about = match &report.about {
        About::Message(id) => format!("message {}", id.as_u128() & 0xff),
        About::Address(address) => format!("address {}", address.expose()),
    };
    let code = report.news.reason().map(|reason| format!(" {}", reason.code())).unwrap_or_default();
    let term = match &report.news {
        News::BadAddress { forget_after, .. } => {
            forget_after.map_or(" forever".to_owned(), |term| format!(" {}s", term.as_secs()))
        }
        News::Delivered | News::Undelivered { .. } | News::OptedOut { .. } | News::OptedIn => String::new(),
    };
    format!("{about}: {}{code}{term}", report.news.as_str())
}

#[test]
fn each_state_of_a_message_means_something_or_nothing() {
    let query = format!("message={ID}");
    let table = [
        ("delivered", "", "message 1: delivered"),
        ("read", "", "message 1: delivered"),
        ("undelivered", "", "message 1: undelivered undelivered"),
        ("failed", "x", "message 1: undelivered failed"),
        ("canceled", "", "message 1: undelivered canceled"),
        ("undelivered", "21610", "message 1: opted_out 21610"),
        ("failed", "21211", "message 1: bad_address 21211 forever"),
        ("failed", "21614", "message 1: bad_address 21614 7776000s"),
        ("failed", "21635", "message 1: bad_address 21635 7776000s"),
        ("undelivered", "30003", "message 1: bad_address 30003 86400s"),
        ("undelivered", "30005", "message 1: bad_address 30005 7776000s"),
        ("undelivered", "30006", "message 1: bad_address 30006 7776000s"),
        ("undelivered", "30001", "message 1: undelivered 30001"),
        ("undelivered", "30002", "message 1: undelivered 30002"),
        ("undelivered", "30004", "message 1: undelivered 30004"),
        ("undelivered", "30007", "message 1: undelivered 30007"),
        ("undelivered", "30008", "message 1: undelivered 30008"),
        ("undelivered", "30410", "message 1: undelivered 30410"),
        ("undelivered", "39999", "message 1: undelivered 39999"),
        ("accepted", "", ""),
        ("scheduled", "", ""),
        ("queued", "", ""),
        ("sending", "", ""),
        ("sent", "", ""),
        ("partially_delivered", "", ""),
        ("teleported", "", ""),
    ];
    for (status, error, expected) in table {
        let mut fields = vec![("MessageStatus", status), ("SmsStatus", status), ("From", "+815012345678")];
        if !error.is_empty() {
            fields.push(("ErrorCode", error));
        }
        check(&query, &fields, expected);
    }
}

#[test]
fn a_report_names_our_message_or_is_none_of_ours() {
    let delivered = [("MessageStatus", "delivered")];
    check("", &delivered, "");
    check("a=b", &delivered, "");
    check(&format!("a=b&message={ID}"), &delivered, "message 1: delivered");
    check("message=42", &delivered, "cannot be read: `message` in the query is no message's id");
    let nothing =
        "cannot be read: neither `MessageStatus` nor `From` is in it, so it is no report and no message";
    check(&format!("message={ID}"), &[("To", "+819012345678")], nothing);
}

#[test]
fn people_answer_stop_and_start() {
    let from = ("From", "+819012345678");
    let stopped = "address +819012345678: opted_out stop";
    let started = "address +819012345678: opted_in";
    check("", &[from, ("Body", "Stop")], stopped);
    check("", &[from, ("Body", "unsubscribe")], stopped);
    check("", &[from, ("Body", "START")], started);
    check("", &[from, ("Body", "thank you")], "");
    check("", &[from], "");
    // A word that the Messaging Service was taught.
    check("", &[from, ("Body", "配信停止"), ("OptOutType", "STOP")], stopped);
    check("", &[from, ("Body", "はい"), ("OptOutType", "START")], started);
    check("", &[from, ("Body", "STOP"), ("OptOutType", "HELP")], "");
    check("", &[("From", "12345"), ("Body", "STOP")], "");
}

#[test]
fn the_address_of_reports_names_the_message() {
    let url = "https://hooks.example/hooks/twilio/sms".parse().unwrap();
    let expected = format!("https://hooks.example/hooks/twilio/sms?message={ID}");
    assert_eq!(address(&url, ID.parse().unwrap()), expected);
}
