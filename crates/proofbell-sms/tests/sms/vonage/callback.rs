//! What comes in at `POST /hooks/vonage/CHANNEL`.

use proofbell_notify::{About, Callback, CallbackError, News, Notifier, Report};

use super::{vonage, with_reports};
use crate::{ID, nowhere};

/// A receipt as JSON and a STOP as a form, signed with the secret here; computed with Python's hmac.
const RECEIPT: &str = r#"{"msisdn":"819012345678","to":"MAISON","messageId":"0A1","status":"delivered","err-code":"0","client-ref":"0193a5b0-0000-7000-8000-000000000001","timestamp":"1582650446","nonce":"n","sig":"44893c255e66ae0f3f2d2914e8ab61d20c6484826b85c57f03b5d01666fe27a4"}"#;
const STOP: &str = "msisdn=819012345678&to=815012345678&messageId=0A2&text=Stop&type=text&keyword=STOP&timestamp=1582650446&nonce=n&sig=9c7757c61a27b17b9ee48ac53e9839d6c09ec528e539620098dbcf7b0ef556b0";

fn called(body: &str) -> Result<Vec<Report>, CallbackError> {
    let callback = Callback { body: body.as_bytes().to_vec(), ..Callback::default() };
    with_reports(nowhere()).callback(&callback)
}

#[test]
fn a_signed_receipt_names_our_message() {
    let report = Report { about: About::Message(ID.parse().unwrap()), news: News::Delivered };
    assert_eq!(called(RECEIPT), Ok(vec![report]));
}

#[test]
fn a_signed_stop_is_believed() {
    let reports = called(STOP).unwrap();
    let [Report { about: About::Address(address), news: News::OptedOut { .. } }] = reports.as_slice() else {
        panic!("{reports:?}")
    };
    assert_eq!(address.expose(), "+819012345678");
}

#[test]
fn what_is_not_signed_so_is_not_believed() {
    let forgeries = [
        RECEIPT.replace("delivered", "failed"),
        RECEIPT.replace("-8000-", "-8001-"),
        STOP.replace("819012345678", "819012345679"),
        STOP.replace("&sig=", "&nosig="),
        String::new(),
    ];
    for body in forgeries {
        let called = called(&body);
        assert!(matches!(called, Err(CallbackError::Forged(_))), "{body}: {called:?}");
    }
}

#[test]
fn without_an_address_there_is_nothing_to_call() {
    let called = vonage(nowhere()).callback(&Callback::default());
    assert!(matches!(called, Err(CallbackError::NotOffered(_))), "{called:?}");
}
