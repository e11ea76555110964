//! Phone numbers: read as people write them, kept as E.164.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::AddressError;
use crate::mask::mask_middle;

/// A phone number in E.164 (`+819012345678`) with the country it belongs to, printed masked.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PhoneNumber {
    e164: String,
    country: Option<String>,
}

impl PhoneNumber {
    /// Reads a number in international form, or in national form when `region` (ISO 3166-1 alpha-2, `"JP"`) is given.
    ///
    /// # Errors
    /// [`AddressError::Phone`] when it is not a number that can exist by libphonenumber's metadata.
    pub fn parse(text: &str, region: Option<&str>) -> Result<PhoneNumber, AddressError> {
        let region = region.and_then(|code| code.parse().ok());
        let number = phonenumber::parse(region, text.trim()).map_err(|_| AddressError::Phone)?;
        if !phonenumber::is_valid(&number) {
            return Err(AddressError::Phone);
        }
        let e164 = number.format().mode(phonenumber::Mode::E164).to_string();
        let country = number.country().id().map(|id| id.as_ref().to_owned());
        Ok(PhoneNumber { e164, country })
    }

    /// Whether `code` is the ISO 3166-1 alpha-2 code, in capitals, of a country that has phone numbers (`"JP"`): one that
    /// [`PhoneNumber::parse`] understands as `region` and [`PhoneNumber::country`] can answer.
    pub fn is_region(code: &str) -> bool {
        code.parse::<phonenumber::country::Id>().is_ok()
    }

    /// The number as `+` and digits. Never for a log, an error text or a metric.
    pub fn expose(&self) -> &str {
        &self.e164
    }

    /// ISO 3166-1 alpha-2 code of the number's country; `None` for numbers that belong to none (satellite, +800), and for landlines
    /// of Italy, whose code two states share.
    pub fn country(&self) -> Option<&str> {
        self.country.as_deref()
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mask_middle(&self.e164))
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
