//! What comes in at `POST /hooks/twilio/CHANNEL`.

use proofbell_notify::{About, Callback, CallbackError, News, Notifier, Report};

use super::{twilio, with_service_and_reports};
use crate::{ID, nowhere};

/// A report and a STOP as Twilio signs them with the token of the account here, computed with Python's hmac.
const DELIVERED: (&str, &str) = (
    "MessageSid=SM1&MessageStatus=delivered&To=%2B819012345678&From=%2B815012345678",
    "3/Kb9bdkCDF8mt4ZvWupN6xidwg=",
);
const STOP: (&str, &str) =
    ("From=%2B819012345678&To=%2B815012345678&Body=STOP&OptOutType=STOP", "YyAXa6uX4jb4UEn4UXt6m1LqbxY=");

fn callback(query: &str, (body, signature): (&str, &str)) -> Callback {
    Callback {
        query: query.to_owned(),
        headers: vec![
            ("host".to_owned(), "127.0.0.1:8081".to_owned()),
            ("x-twilio-signature".to_owned(), signature.to_owned()),
        ],
        body: body.as_bytes().to_vec(),
    }
}

fn called(callback: &Callback) -> Result<Vec<Report>, CallbackError> {
    with_service_and_reports(nowhere()).callback(callback)
}

#[test]
fn a_signed_report_names_our_message() {
    let query = format!("message={ID}");
    let report = Report { about: About::Message(ID.parse().unwrap()), news: News::Delivered };
    assert_eq!(called(&callback(&query, DELIVERED)), Ok(vec![report]));
}

#[test]
fn a_signed_stop_is_believed() {
    let reports = called(&callback("", STOP)).unwrap();
    let [Report { about: About::Address(address), news: News::OptedOut { .. } }] = reports.as_slice() else {
        panic!("{reports:?}")
    };
    assert_eq!(address.expose(), "+819012345678");
}

#[test]
fn what_is_not_signed_so_is_not_believed() {
    let query = format!("message={ID}");
    let other = query.replace('1', "2");
    let (delivered, signature) = DELIVERED;
    let table = [
        callback("", DELIVERED),
        callback(&other, DELIVERED),
        callback(&query, (delivered, STOP.1)),
        callback(&query, (delivered, "")),
        callback(&query, ("", signature)),
        Callback { headers: Vec::new(), ..callback(&query, DELIVERED) },
    ];
    for call in table {
        let called = called(&call);
        assert!(matches!(called, Err(CallbackError::Forged(_))), "{call:?}: {called:?}");
    }
}

#[test]
fn without_an_address_there_is_nothing_to_call() {
    let called = twilio(nowhere()).callback(&callback("", STOP));
    assert!(matches!(called, Err(CallbackError::NotOffered(_))), "{called:?}");
}
