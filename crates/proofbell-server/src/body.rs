//! Reading a request's body, within limits.

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body_util::BodyExt;
use hyper::body::Body;

use crate::Limits;
use crate::load::{Load, Place};
use crate::refusal::Refusal;

/// Why a body is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyProblem {
    /// It is longer than allowed, or says that it is going to be.
    TooLong,
    /// It did not come to its end in time.
    TooSlow,
    /// It broke off, or is not framed as HTTP asks.
    Broken,
    /// The bodies of all requests together are longer than allowed.
    Full,
}

impl From<BodyProblem> for Refusal {
    fn from(problem: BodyProblem) -> Refusal {
        match problem {
            BodyProblem::TooLong => {
                Refusal::unread(StatusCode::PAYLOAD_TOO_LARGE, "body_too_long", "the body is too long")
            }
            BodyProblem::TooSlow => Refusal::unread(
                StatusCode::REQUEST_TIMEOUT,
                "body_too_slow",
                "the body did not come to its end in time",
            ),
            BodyProblem::Broken => {
                Refusal::unread(StatusCode::BAD_REQUEST, "body_broken", "the body broke off")
            }
            BodyProblem::Full => Refusal::overloaded(),
        }
    }
}

/// Reads a body to its end, with the place that its bytes take in the load.
///
/// # Errors
/// It is too long, too slow, broken, or one too many.
pub(crate) async fn read<B>(
    body: B,
    limits: &Limits,
    load: &Load,
) -> Result<(Bytes, Option<Place>), BodyProblem>
where
    B: Body<Data = Bytes> + Unpin,
{
    // A length that is given in advance is judged at once, so that nobody sends a megabyte to hear no.
    if usize::try_from(body.size_hint().lower()).map_or(true, |length| length > limits.body_bytes) {
        return Err(BodyProblem::TooLong);
    }
    match tokio::time::timeout(limits.body_time, collect(body, limits.body_bytes, load)).await {
        Ok(read) => read,
        Err(_) => Err(BodyProblem::TooSlow),
    }
}

/// Bytes count in the load as they come in, not as they are announced: announcing is free.
async fn collect<B>(mut body: B, at_most: usize, load: &Load) -> Result<(Bytes, Option<Place>), BodyProblem>
where
    B: Body<Data = Bytes> + Unpin,
{
    let mut bytes = Collected::Nothing;
    let mut places: Option<Place> = None;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyProblem::Broken)?.into_data() else { continue };
        if data.len() > at_most - bytes.len() {
            return Err(BodyProblem::TooLong);
        }
        let more = load.bytes(data.len()).map_err(|_| BodyProblem::Full)?;
        match &mut places {
            None => places = Some(more),
            Some(places) => places.merge(more),
        }
        bytes = bytes.and(data);
    }
    Ok((bytes.freeze(), places))
}

/// The usual body is one frame, and then needs no copy.
enum Collected {
    Nothing,
    One(Bytes),
    Many(BytesMut),
}

impl Collected {
    fn len(&self) -> usize {
        match self {
            Collected::Nothing => 0,
            Collected::One(bytes) => bytes.len(),
            Collected::Many(bytes) => bytes.len(),
        }
    }

    fn and(self, data: Bytes) -> Collected {
        match self {
            Collected::Nothing => Collected::One(data),
            Collected::One(first) => {
                let mut bytes = BytesMut::from(first);
                bytes.extend_from_slice(&data);
                Collected::Many(bytes)
            }
            Collected::Many(mut bytes) => {
                bytes.extend_from_slice(&data);
                Collected::Many(bytes)
            }
        }
    }

    fn freeze(self) -> Bytes {
        match self {
            Collected::Nothing => Bytes::new(),
            Collected::One(bytes) => bytes,
            Collected::Many(bytes) => bytes.freeze(),
        }
    }
}
