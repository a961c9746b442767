//! Public keys and signatures as the ledger and certificates carry them. Whether a signature fits is `audit`'s to say.

use std::fmt;
use std::str::FromStr;

use super::Digest;
use super::text_form::{as_text, parse_hexadecimal, write_hexadecimal};

/// A text that is no key or no signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what} is {digits} lower-case hexadecimal digits")]
pub struct SigningParseError {
    what: &'static str,
    digits: usize,
}

macro_rules! bytes {
    ($(#[$doc:meta])* $name:ident, $length:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name([u8; $length]);

        impl $name {
            /// Wraps its bytes.
            pub const fn from_bytes(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }

            /// Returns its bytes.
            pub const fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hexadecimal(f, &self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = SigningParseError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let wrong = SigningParseError { what: $what, digits: $length * 2 };
                parse_hexadecimal(text).map(Self).ok_or(wrong)
            }
        }

        as_text!($name);
    };
}

bytes!(
    /// An Ed25519 public key (RFC 8032), written as 64 lower-case hexadecimal digits.
    PublicKey,
    32,
    "a public key"
);
bytes!(
    /// An Ed25519 signature (RFC 8032), written as 128 lower-case hexadecimal digits.
    Signature,
    64,
    "a signature"
);

impl PublicKey {
    /// Returns the fingerprint that people keep and compare: the SHA-256 digest of the key's 32 bytes.
    pub fn fingerprint(&self) -> Digest {
        Digest::of(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_read_themselves_back_and_nothing_else() {
        let key = PublicKey::from_bytes([0xa7; 32]);
        assert_eq!(key.to_string().parse(), Ok(key));
        for wrong in ["", "a7", &"A7".repeat(32), &"+7".repeat(32), &"é".repeat(32)] {
            assert!(wrong.parse::<PublicKey>().is_err(), "{wrong}");
        }
    }
}
