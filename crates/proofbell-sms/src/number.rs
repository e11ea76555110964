//! The number that an SMS goes to: which countries are texted, and how long one that takes none is remembered.

use std::collections::BTreeSet;
use std::time::Duration;

use proofbell_notify::{ConfigError, PhoneNumber, Reason};

/// How long a number that takes no SMS is remembered: numbers are ported, and given to others.
pub(crate) const TAKES_NONE: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// How long a number is remembered whose telephone is out of reach. The gateways have tried for hours by then.
pub(crate) const OUT_OF_REACH: Duration = Duration::from_secs(24 * 60 * 60);

/// The countries that are texted; all others are refused, which guards against toll fraud.
#[derive(Debug)]
pub(crate) struct Countries(BTreeSet<String>);

impl Countries {
    /// Reads the setting `countries`.
    ///
    /// # Errors
    /// When it is empty, or one of its codes is none.
    pub(crate) fn check(codes: &[String]) -> Result<Countries, ConfigError> {
        if codes.is_empty() {
            return Err(ConfigError::at(
                "countries",
                "empty, so nobody could be texted; list codes like [\"JP\", \"US\"]",
            ));
        }
        let check = |(index, code): (usize, &String)| match PhoneNumber::is_region(code) {
            true => Ok(code.clone()),
            false => Err(ConfigError::at(
                format!("countries[{index}]"),
                format!(
                    "`{code}` is not an ISO 3166 code of a country; it is two capitals, like \"JP\" (Britain is \"GB\")"
                ),
            )),
        };
        codes.iter().enumerate().map(check).collect::<Result<_, _>>().map(Countries)
    }

    /// Lets a number of these countries pass.
    ///
    /// # Errors
    /// Which country the number is of instead.
    pub(crate) fn admit(&self, number: &PhoneNumber) -> Result<(), Reason> {
        let country = number.country().unwrap_or("no country");
        match self.0.contains(country) {
            true => Ok(()),
            false => {
                let detail = format!("a number of {country}, which is not among the channel's `countries`");
                Err(Reason::new("country_refused", detail))
            }
        }
    }
}
