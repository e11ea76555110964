//! Request headers, held to one strict reading before anything is computed from them.

use thiserror::Error;

use crate::verify::TIMESTAMP_TOLERANCE;

/// The longest header value that is read, in bytes.
const MAX_VALUE: usize = 4096;

/// Why a request is not authentic. It never quotes a header's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum VerifyError {
    /// A header is missing that the proof needs.
    #[error("find the request header `{header}`")]
    Missing {
        /// The name of the header.
        header: &'static str,
    },
    /// A header cannot be read as what it must be.
    #[error("read the request header `{header}`: {reason}")]
    Malformed {
        /// The name of the header.
        header: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The headers can be read, but no secret makes such a signature, or no token is such.
    #[error("match the request with any of the secrets")]
    Invalid,
    /// The message was signed too long ago, or in the future.
    #[error("accept the request's timestamp: it is more than {} seconds from now", TIMESTAMP_TOLERANCE.as_secs())]
    OutOfTolerance,
}

impl VerifyError {
    /// The error as a stable code for an answer, a metric or a log.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "signature_missing",
            Self::Malformed { .. } => "signature_malformed",
            Self::Invalid => "signature_invalid",
            Self::OutOfTolerance => "timestamp_out_of_tolerance",
        }
    }
}

/// All lines of one header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header<'h> {
    pub(crate) name: &'static str,
    first: Option<&'h [u8]>,
    repeated: bool,
}

/// Picks out the headers of these names, in one pass. The names are in lower case.
pub(crate) fn pick<'h, const N: usize>(
    names: [&'static str; N],
    headers: impl IntoIterator<Item = (&'h str, &'h [u8])>,
) -> [Header<'h>; N] {
    let mut picked = names.map(|name| Header { name, first: None, repeated: false });
    for (name, value) in headers {
        for header in picked.iter_mut().filter(|header| header.name.eq_ignore_ascii_case(name)) {
            header.repeated = header.first.is_some();
            header.first.get_or_insert(value);
        }
    }
    picked
}

impl<'h> Header<'h> {
    pub(crate) fn is_present(&self) -> bool {
        self.first.is_some()
    }

    /// The value of the header's only line: printable ASCII, at most 4 KiB.
    ///
    /// Two lines are refused, because a proxy in front may have looked at the other one.
    pub(crate) fn value(&self) -> Result<&'h str, VerifyError> {
        let value = self.first.ok_or(VerifyError::Missing { header: self.name })?;
        if self.repeated {
            return Err(self.malformed("it is there more than once"));
        }
        if value.len() > MAX_VALUE {
            return Err(self.malformed("it is longer than 4 KiB"));
        }
        str::from_utf8(value)
            .ok()
            .filter(|text| text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()))
            .ok_or_else(|| self.malformed("it holds a character that is not printable ASCII"))
    }

    pub(crate) fn malformed(&self, reason: &'static str) -> VerifyError {
        VerifyError::Malformed { header: self.name, reason }
    }
}
