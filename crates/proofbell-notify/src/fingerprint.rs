//! What settings come to, without saying it.

use std::fmt;

/// A hash of effective settings, secrets included: two are equal exactly when nothing was changed in between, so that what was built
/// from the settings can be kept. It is never shown: a weak secret could be guessed from it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Of a SHA-256.
    pub fn new(hash: [u8; 32]) -> Fingerprint {
        Fingerprint(hash)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprint(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_compares_and_says_nothing() {
        assert_eq!(Fingerprint::new([7; 32]), Fingerprint::new([7; 32]));
        assert_ne!(Fingerprint::new([7; 32]), Fingerprint::new([8; 32]));
        assert_eq!(format!("{:?}", Fingerprint::new([7; 32])), "Fingerprint(…)");
    }
}
